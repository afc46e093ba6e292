"""A mark that reads one of several and passes over the others, of which one may say "restricted".

A label of FHIR is one of a list, a case has several flags, a service several terms: in no order
that anybody promises. Whoever reads the first of them clears a child whom the second restricts.
"""

import re
from collections.abc import Iterator
from typing import Final

import jmespath
from jmespath.exceptions import JMESPathError

from adapters.expressions.jmespath_compile import SyntaxNode
from adapters.expressions.jmespath_decision import below
from adapters.expressions.language import JMESPATH, Language
from adapters.expressions.xpath import TEXTS

_PICKS: Final = frozenset({"index", "slice"})
_BRACKETS: Final = re.compile(r"\[[^\[\]]*\]")
_BY_PLACE: Final = re.compile(r"\[\s*\d[\d.]*\s*\]|\b(?:position|last)\s*\(")
# Of several elements these take the first (XPath 1.0, 4.2 and 4.4).
_OF_THE_FIRST: Final = re.compile(
    r"\b(?:string|normalize-space|translate|concat|substring(?:-before|-after)?|number)\s*\("
)
_EACH: Final = (
    "several marks may be there, and this reads one of them. Read each: write {instead}. One that"
    " says so is enough"
)
_AS_A_LIST: Final = _EACH.format(instead="[] in place of [0], and take out | [0]")
_AS_A_PATH: Final = _EACH.format(instead="the path alone, without a place or a text function")


def picked(language: Language, text: str) -> str | None:
    """What to change, if this expression of a mark reads one of several; None if it does not."""
    if language is JMESPATH:
        return _AS_A_LIST if any(node["type"] in _PICKS for node in _tree(text)) else None
    bare = TEXTS.sub("''", text)
    return _AS_A_PATH if _BY_PLACE.search(bare) or _OF_THE_FIRST.search(_outside(bare)) else None


def _tree(text: str) -> Iterator[SyntaxNode]:
    try:
        parsed = jmespath.compile(text).parsed
    except (JMESPathError, RecursionError):
        return  # that it is no expression is told by another rule
    yield from below(parsed)


def _outside(text: str) -> str:
    # In brackets a function is asked about each element.
    while (less := _BRACKETS.sub("", text)) != text:
        text = less
    return text
