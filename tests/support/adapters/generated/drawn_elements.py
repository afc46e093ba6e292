"""A drawn document as XML: each value an element, and an attribute where it can be one."""

import re
from typing import Any, Final

from lxml import etree

_NEVER_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLACE: Final = re.compile("p[0-9]+|far|near|keep|[a-z_]+_[0-9]+")
_MOST: Final = 8  # items of a list
_LONGEST: Final = 1000  # characters
_LARGE: Final = 10**20


def element_of(name: str, value: Any) -> Any:
    """An element of this name; one inside for each item of a list, of the places that are read."""
    element = etree.Element(name)
    if not isinstance(value, dict):
        element.text = None if value is None else _text(value)
        return element
    for place, part in value.items():
        if not _PLACE.fullmatch(place):
            continue
        for one in part[:_MOST] if isinstance(part, list) else [part]:
            element.append(element_of(place, one))
        if isinstance(part, str):
            element.set(place, _text(part))
    return element


def _text(value: Any) -> str:
    said = str(value) if not isinstance(value, int) or value < _LARGE else "large"
    return _NEVER_IN_XML.sub("?", said[:_LONGEST])
