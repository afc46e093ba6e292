"""What an XPath for records would leave out without a word, as XPaths that find it.

An XPath finds nothing where a step of it is missing, and its brackets are false of what is not
there. So beside `//Row/Person` a row that holds something else is looked for, and beside
`//Child[Active='true']` a child who says nothing of Active.
"""

import re
from collections.abc import Iterator
from typing import Final

_NAME: Final = r"[A-Za-z_][\w.-]*+(?::[A-Za-z_][\w.-]*+)?"
_STEP: Final = rf"@?{_NAME}"
_RECORDS: Final = re.compile(rf"(?P<above>.*?)(?P<last>/{{0,2}}{_NAME})(?P<only>\[[^\[\]]*\])?")
_TEXT: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_READ: Final = re.compile(rf"(?<![\w.:/@-]){_STEP}(?:/{_STEP})*(?![\w.:-]*\s*\()")
_OPERATORS: Final = frozenset({"and", "or", "div", "mod"})


def lost(text: str) -> Iterator[str]:
    """XPaths of what `text` should have found and did not; none where that cannot be said."""
    if "|" in _TEXT.sub("", text):
        return
    path = _RECORDS.fullmatch(text.strip())
    if path is None or "[" in path["above"] or "(" in path["above"]:
        return
    above, last, only = path["above"], path["last"], path["only"] or ""
    if above and not last.startswith("//"):
        yield f"{above}[*][not({last.removeprefix('/')})]"
    for read in _paths_in(only):
        yield f"{above}{last}[not({only[1:-1]})][not({read})]"


def _paths_in(brackets: str) -> Iterator[str]:
    return (found for found in _READ.findall(_TEXT.sub("''", brackets)) if found not in _OPERATORS)
