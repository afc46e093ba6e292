"""Whether an answer that finds nobody has the child that was asked for at another place.

An upgrade renames a list, a merged or closed record moves to one of its own: the list that the
manifest reads is empty, and the child stands beside it. Systems also say back what they were asked
by, so a number alone is not yet a child.
"""

from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

from lxml import etree

from adapters.mapping.beside.told import called, undecorated

_MOST: Final = 5000  # objects, or elements
# What was asked is said back below these, and where else to look.
_SAID_BACK: Final = frozenset(
    {
        *("query", "queries", "filter", "filters", "criteria", "criterion", "conditions", "where"),
        *("params", "parameters", "parameter", "arguments", "args", "variables", "input", "sort"),
        *("request", "requests", "search", "searches", "searchedby", "searchedfor", "facets"),
        *("link", "links", "issue", "issues", "self", "context", "extensions", "debug", "trace"),
    }
)
# Under which number a child is kept since two records became one.
_MOVED: Final = frozenset(
    {
        *("supersededby", "replacedby", "mergedinto", "mergedto", "movedto", "newnumber"),
        *("currentnumber", "newnhsnumber", "currentnhsnumber", "newnhs", "newupn", "currentupn"),
    }
)
_NUMBERED: Final = ("nhs", "upn")
# What an object has that only says by what was searched.
_OF_A_CRITERION: Final = frozenset(
    {
        *("type", "name", "field", "key", "value", "values", "operator", "op", "system", "scheme"),
        *("label", "code", "path", "parameter", "property", "attribute", "match", "modifier"),
    }
)


def bears(part: Any, numbers: Collection[str]) -> bool:
    """Whether one of these numbers is a value of a JSON answer, with spaces and dashes or not."""
    if isinstance(part, dict | list):
        below = part.values() if isinstance(part, dict) else part
        return any(bears(one, numbers) for one in below)
    return undecorated(str(part)) in numbers


def stands_beside(body: Any, numbers: Collection[str], is_one: Callable[[Any], bool]) -> bool:
    """Whether an object of a JSON answer is the child of these numbers.

    That is an item of a list that has the number, or whatever the manifest's own map reads as a
    record (`is_one`). So many objects that they were not all looked at may be anybody.
    """
    if not bears(body, numbers):
        return False
    for count, (part, listed) in enumerate(_objects(body)):
        if count >= _MOST or (listed and _is_item(part, numbers)) or is_one(part):
            return True
    return False


def is_of_another(body: Any, numbers: Collection[str], plainly: Callable[[str], bool]) -> bool:
    """Whether a JSON answer says back another child's number, or that these have a new one.

    A cache or a proxy that mixes answers up may say "nobody" of someone who was not asked for.
    `plainly` tells what is a child's number at all.
    """
    said: set[str] = set()
    for count, (name, value, asked) in enumerate(_said(body)):
        number = undecorated(str(value))
        if count >= _MOST or (name in _MOVED and plainly(number)):
            return True
        if (asked or any(one in name for one in _NUMBERED)) and plainly(number):
            said.add(number)
    return bool(said) and said.isdisjoint(numbers)


def element_beside(
    root: Any, numbers: Collection[str], named: str, is_one: Callable[[Any], bool]
) -> bool:
    """The same of XML: an element with the number, and with the local name of a record."""
    if not any(undecorated(text) in numbers for text in _texts(root)):
        return False
    for count, element in enumerate(root.iter(etree.Element)):
        named_so = bool(named) and called(etree.QName(element).localname) == named
        if count >= _MOST or (named_so and _has(element, numbers)) or is_one(element):
            return True
    return False


def _has(element: Any, numbers: Collection[str]) -> bool:
    return any(undecorated(text) in numbers for text in _texts(element))


def _texts(element: Any) -> Iterator[str]:
    yield from element.itertext()
    for one in element.iter(etree.Element):
        yield from one.attrib.values()


def _is_item(part: dict[str, Any], numbers: Collection[str]) -> bool:
    return bears(part, numbers) and not {called(name) for name in part} <= _OF_A_CRITERION


def _said(body: Any) -> Iterator[tuple[str, Any, bool]]:
    """Each value with its name, and whether it is of what was asked; none of a list of others."""
    inside: list[tuple[str, Any, bool]] = [("", body, False)]
    while inside:
        name, part, asked = inside.pop()
        if isinstance(part, dict):
            below = ((called(key), one) for key, one in part.items())
            inside.extend((key, one, asked or key in _SAID_BACK) for key, one in below)
        elif isinstance(part, list):
            inside.extend((name, one, asked) for one in part if asked)
        elif isinstance(part, str | int) and not isinstance(part, bool):
            yield name, part, asked


def _objects(body: Any) -> Iterator[tuple[dict[str, Any], bool]]:
    """Each object, and whether it is an item of a list; not those that say back what was asked."""
    inside: list[tuple[Any, bool]] = [(body, False)]
    while inside:
        part, listed = inside.pop()
        if isinstance(part, list):
            inside.extend((one, True) for one in part)
        elif isinstance(part, dict):
            yield part, listed
            inside.extend(
                (one, False) for name, one in part.items() if called(name) not in _SAID_BACK
            )
