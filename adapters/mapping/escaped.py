r"""A name that another layer wrote for itself: O&#39;Brien for a page, O\'Brien for a database.

What is undone here means one character by its own specification. Nothing is guessed.
"""

import html
import re
from typing import Final
from urllib.parse import unquote

from adapters.expressions.jmespath_expression import UnreadableError

_MOST_LAYERS: Final = 2  # a page of a page: O&amp;#39;Brien
_ENTITY: Final = re.compile("&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8}[0-9]{0,2});")
_QUOTED: Final = re.compile(r"\\(['\"`])")
_CODED: Final = re.compile(r"\\u([0-9A-Fa-f]{4})")
_IN_AN_ADDRESS: Final = re.compile("%[0-9A-Fa-f]{2}")
_SHAPES: Final = (_ENTITY, _QUOTED, _CODED, _IN_AN_ADDRESS)
MARKS: Final = re.compile(r"[&\\%]")  # that escapes begin with


def may_be_escaped(text: str) -> bool:
    """Whether it has a character that escapes begin with; few names do."""
    return not text.isalpha() and MARKS.search(text) is not None


def unescaped(text: str) -> str:
    r"""A name as it is said: without HTML's entities, backslashes, `\u00eb` and `%27`.

    UnreadableError for one that stays escaped, or becomes more than a name.
    """
    if not may_be_escaped(text):
        return text
    for _ in range(_MOST_LAYERS):
        text = _one_layer_less(text)
    if any(shape.search(text) for shape in _SHAPES) or "<" in text or ">" in text:
        raise UnreadableError("escaped for another place than this")
    return text


def _one_layer_less(text: str) -> str:
    text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    text = _QUOTED.sub(r"\1", text)
    text = _CODED.sub(lambda found: chr(int(found[1], 16)), text)
    return unquote(text) if _IN_AN_ADDRESS.search(text) else text
