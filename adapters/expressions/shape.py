"""The shape of what an agency sent: types and sizes, and only such names as are known; no value.

An agency's key may be a child's number, so that a name which the manifest does not mention is
counted and never told.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from lxml import etree

_MOST_PARTS: Final = 16
_MOST_NAMES: Final = 6
_MOST_FIELDS: Final = 40
_FIELD: Final = re.compile(r"[A-Za-z_@][A-Za-z_.:@ -]{0,60}\d{0,2}")
_SEVERAL: Final = 2
_WORDS: Final[Mapping[type, str]] = {
    type(None): "null",
    bool: "true or false",  # before int, which it is too
    int: "number",
    float: "number",
    Mapping: "object",
}


def shape_of(document: Any, names: Iterable[str], called: str = "") -> str:
    """What `document` looks like along `names`: "body: object, 3 other keys; body.items: null".

    `called` is the word for the document itself; without one it is left out where it has any of
    the names.
    """
    known = frozenset(names)
    parts = list(_parts(document, known, called, known))
    told = parts[:_MOST_PARTS] + ["..."] * (len(parts) > _MOST_PARTS)
    return "; ".join(told) or f"{_kind(document)}{_beside(document, known, known)}"


def outline_of(document: Any, called: str, most: int) -> list[str]:
    """`document` line by line, for its owner's own eyes: with every name that looks like a field's.

    A name with digits, or one of more than a few dozen beside each other, may be somebody's.
    """
    names = frozenset(_field_names(document))
    parts = list(_parts(document, names, called, frozenset()))
    return parts[:most] + [f"... and {len(parts) - most} more"] * (len(parts) > most)


def _field_names(value: Any) -> Iterator[str]:
    children = _children(value)
    if len(children) <= _MOST_FIELDS:
        yield from (name for name, _ in children if _FIELD.fullmatch(name))
    for inner in value if isinstance(value, list) else (each for _, each in children):
        yield from _field_names(inner)


def _parts(value: Any, names: frozenset[str], at: str, unseen: frozenset[str]) -> Iterator[str]:
    if at:
        yield f"{at}: {_kind(value)}{_beside(value, names, unseen)}"
    if isinstance(value, list):
        for item in _of_each_kind(value):
            yield from _parts(item, names, f"{at}[]", unseen)
        return
    for name, inner in _children(value):
        if name in names:
            yield from _parts(inner, names, f"{at}.{name}" if at else name, unseen - {name})


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return f"text of {len(value)}" if value else "empty text"
    if isinstance(value, list):
        return f"list of {len(value)}"
    if etree.iselement(value):
        return "element"
    words = (word for kind, word in _WORDS.items() if isinstance(value, kind))
    return next(words, type(value).__name__)


def _beside(value: Any, names: frozenset[str], unseen: frozenset[str]) -> str:
    present = [name for name, _ in _children(value)]
    others = sum(name not in names for name in present)
    told = f", {others} other {_of(value, others)}" if others else ""
    if not isinstance(value, Mapping) or not names.isdisjoint(present):
        return told
    lacks = sorted(unseen)
    more = ", ..." if len(lacks) > _MOST_NAMES else ""
    return f"{told}, without {', '.join(lacks[:_MOST_NAMES])}{more}" if lacks else told


def _of(value: Any, count: int) -> str:
    word = "element" if etree.iselement(value) else "key"
    return word if count == 1 else f"{word}s"


def _children(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        return [(str(name), inner) for name, inner in value.items()]
    if not etree.iselement(value):
        return []
    found: dict[str, list[Any]] = {}
    for child in value.iterchildren(tag=etree.Element):
        found.setdefault(etree.QName(child).localname, []).append(child)
    return [(name, each if len(each) >= _SEVERAL else each[0]) for name, each in found.items()]


def _of_each_kind(items: list[Any]) -> list[Any]:
    """The first item of each type: a list of a thousand is told in a line or two."""
    return list({type(item): item for item in reversed(items)}.values())[::-1]
