"""What a system may make of a reply one day, one change at a time: none of it is an absence.

A key dropped or renamed by an upgrade, a value that became null or another type, a list that came
empty, something put around or in the place of something: each stands for a kind of change that real
systems made (see the page on write-an-adapter).
"""

import copy
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from lxml import etree

_MOST: Final = 1500  # changes of one reply; those nearest to its top come first
_SECOND: Final = 2  # of a list, the items after these are like them
_RENAMED: Final = "renamed"

PathStep = str | int
Put = Callable[[Any, PathStep], None]


@dataclass(frozen=True, slots=True)
class ReplyMutation:
    """One change: what was done, where (the agency's own names), and the reply it makes."""

    what: str
    where: str
    body: bytes


def mutations_of_json(body: bytes) -> Iterator[ReplyMutation]:
    """Every change of a JSON reply, at most _MOST; none where it is no JSON."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return
    for count, (what, path, changed) in enumerate(_changed(document, body)):
        if count == _MOST:
            return
        yield ReplyMutation(what, _dotted(path), orjson.dumps(changed))


def _changed(document: Any, body: bytes) -> Iterator[tuple[str, tuple[PathStep, ...], Any]]:
    for path in sorted(_paths(document, ()), key=len):
        for what, put in _puts(_at(document, path)):
            changed = orjson.loads(body)
            put(_at(changed, path[:-1]), path[-1])
            yield what, path, changed


def _paths(part: Any, path: tuple[PathStep, ...]) -> Iterator[tuple[PathStep, ...]]:
    steps: Sequence[PathStep] = ()
    match part:
        case dict():
            steps = list(part)
        case list():
            steps = range(min(len(part), _SECOND))
    for step in steps:
        yield (*path, step)
        yield from _paths(part[step], (*path, step))


def _at(document: Any, path: tuple[PathStep, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def _puts(value: Any) -> Iterator[tuple[str, Put]]:
    yield "dropped", _dropped
    yield "renamed", _renamed
    yield "null", _putting(lambda _: None)
    yield "in a list", _putting(lambda held: [held])
    yield "in an object", _putting(lambda held: {"value": held})
    if value or value == 0:
        yield "of another type", _putting(_retyped)
    if isinstance(value, list | dict) and value:
        yield "empty", _putting(lambda held: type(held)())
    if isinstance(value, str) and value:
        yield "empty", _putting(lambda _: "")
    if isinstance(value, list) and value:
        yield "with null in it", _putting(lambda held: [None for _ in held])
        yield "with a refusal in it", _putting(lambda held: [{"access": "denied"} for _ in held])


def _dropped(parent: Any, step: PathStep) -> None:
    del parent[step]


def _renamed(parent: Any, step: PathStep) -> None:
    if isinstance(parent, dict):
        parent[f"{step}_{_RENAMED}"] = parent.pop(step)
    else:
        parent[step] = {_RENAMED: parent[step]}


def _putting(change: Callable[[Any], Any]) -> Put:
    def put(parent: Any, step: PathStep) -> None:
        parent[step] = change(parent[step])

    return put


def _retyped(held: Any) -> Any:
    match held:
        case bool():
            return str(held).lower()
        case str():
            return len(held)
        case int() | float():
            return str(held)
        case list():
            return {str(place): item for place, item in enumerate(held)}
        case _:
            return "text"


def mutations_of_xml(body: bytes) -> Iterator[ReplyMutation]:
    """Every change of an XML reply's elements, at most _MOST; none where it is no XML."""
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return
    tree = root.getroottree()
    paths = [tree.getpath(element) for element in root.iter(etree.Element)]
    changes = ((place, what) for place in range(1, len(paths)) for what in _OF_ELEMENTS)
    for count, (place, what) in enumerate(changes):
        if count == _MOST:
            return
        changed = copy.deepcopy(root)
        _OF_ELEMENTS[what](list(changed.iter(etree.Element))[place])
        yield ReplyMutation(what, paths[place], etree.tostring(changed))


def _drop_element(element: Any) -> None:
    element.getparent().remove(element)


def _rename_element(element: Any) -> None:
    name = etree.QName(element)
    element.tag = etree.QName(name.namespace, f"{name.localname}_{_RENAMED}")


def _empty_element(element: Any) -> None:
    element.clear()


def _wrap_element(element: Any) -> None:
    around = etree.Element(etree.QName(etree.QName(element).namespace, "Value"))
    element.getparent().replace(element, around)
    around.append(element)


def _lose_namespace(element: Any) -> None:
    element.tag = etree.QName(element).localname


_OF_ELEMENTS: Final[dict[str, Callable[[Any], None]]] = {
    "dropped": _drop_element,
    "renamed": _rename_element,
    "empty": _empty_element,
    "in an element": _wrap_element,
    "without its namespace": _lose_namespace,
}


def mutations_of_table(body: bytes, encoding: str, delimiter: str) -> Iterator[ReplyMutation]:
    """Every change of a CSV file's header and of the cells of its first rows, at most _MOST."""
    try:
        rows = list(csv.reader(io.StringIO(body.decode(encoding), newline=""), delimiter=delimiter))
    except (UnicodeError, csv.Error):
        return
    places = [(row, column) for row in range(min(len(rows), 3)) for column in range(len(rows[row]))]
    changes = ((place, what) for place in places for what in _OF_CELLS)
    for count, ((row, column), what) in enumerate(changes):
        if count == _MOST:
            return
        changed = [list(cells) for cells in rows]
        changed[row][column] = _OF_CELLS[what](changed[row][column])
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=delimiter).writerows(changed)
        where = f"row {row + 1}, column {column + 1}"
        yield ReplyMutation(what, where, text.getvalue().encode(encoding))


_OF_CELLS: Final[dict[str, Callable[[str], str]]] = {
    "empty": lambda _: "",
    "not applicable": lambda _: "N/A",
    "with a fraction": lambda cell: f"{cell}.0",
    "in the notation of science": lambda _: "9.99E+09",
    "behind an apostrophe": lambda cell: f"'{cell}",
    "as a formula": lambda cell: f'="{cell}"',
    "behind a word": lambda cell: f"No: {cell}",
    "beside another": lambda cell: f"{cell} / {cell}",
}


def _dotted(path: tuple[PathStep, ...]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")
