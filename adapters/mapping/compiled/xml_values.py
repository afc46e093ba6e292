"""What a plain XPath of an element gives, read from its children without libxml2's interpreter."""

import re
from collections.abc import Callable
from typing import Any, Final

from adapters.expressions.xpath import XPath, text_of

_NAME: Final = r"[A-Za-z_][A-Za-z0-9_.-]*+"
_PLAIN: Final = re.compile(rf"{_NAME}(?:/{_NAME})*")
_ATTRIBUTE: Final = re.compile(rf"@({_NAME})")

ReadText = Callable[[Any], Any]


def plain_read(expression: XPath) -> ReadText:
    """What gives the same as `expression.read`; that itself where it is no plain path."""
    path = str(expression.find.path)
    if expression.lost:
        return expression.read
    if (found := _ATTRIBUTE.fullmatch(path)) is not None:
        name = found[1]
        return lambda element: element.get(name)
    if _PLAIN.fullmatch(path) is None:
        return expression.read
    first, *others = path.split("/")
    return _below(first, tuple(others)) if others else _child(first)


def _child(name: str) -> ReadText:
    def read(element: Any) -> Any:
        found = list(element.iterchildren(name))
        if len(found) == 1:
            return _text(found[0])
        return [_text(one) for one in found] or None

    return read


def _below(first: str, others: tuple[str, ...]) -> ReadText:
    def read(element: Any) -> Any:
        found = list(element.iterchildren(first))
        for name in others:
            found = [one for parent in found for one in parent.iterchildren(name)]
        texts = [_text(one) for one in found]
        return texts if len(texts) > 1 else next(iter(texts), None)

    return read


def _text(element: Any) -> str:
    return text_of(element) if len(element) else element.text or ""
