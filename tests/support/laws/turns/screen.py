"""A screen that puts each part where it belongs, and what it would show too soon."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tests.support.laws.turns.documents import FIRST, PartedDocument

_ROWS: Final = "answers"
_BEFORE_ROWS: Final = "restriction"


class Screen:
    """What a client has of one answer, whichever shape its parts have; `over` once it ended."""

    def __init__(self) -> None:
        self.data: Any = None
        self.over = False
        self._paths: dict[str, list[str | int]] = {}

    def put(self, payload: Mapping[str, Any]) -> None:
        """Put what came where it belongs."""
        assert not self.over, "something came after the end"
        if "data" in payload:
            self.data = copy.deepcopy(payload["data"])
        for each in payload.get("pending", ()):
            self._paths[each["id"]] = each["path"]
        for each in payload.get("incremental", ()):
            path = each["path"] if "path" in each else self._path(each)
            if "items" in each:
                self._at(path).extend(copy.deepcopy(each["items"]))
            else:
                self._put(path, copy.deepcopy(each["data"]))
        for each in payload.get("completed", ()):
            del self._paths[each["id"]]
        self.over = not payload.get("hasNext", False)
        assert not (self.over and self._paths), "something was announced and never came"

    def place(self, each: Mapping[str, Any]) -> list[str | int] | None:
        """Where a piece belongs, by id; None as long as the screen does not know of it."""
        return self._path(each) if each["id"] in self._paths else None

    def _path(self, each: Mapping[str, Any]) -> list[str | int]:
        return [*self._paths[each["id"]], *each.get("subPath", ())]

    def _at(self, path: Sequence[str | int]) -> Any:
        held = self.data
        for step in path:
            held = held[step]
        return held

    def _put(self, path: Sequence[str | int], data: Any) -> None:
        if not path:
            self.data = _merged(self.data, data)
            return
        above, last = self._at(path[:-1]), path[-1]
        if isinstance(above, list) and last == len(above):
            above.append(data)
        else:
            above[last] = _merged(above[last], data)

    def answers(self) -> list[Mapping[str, Any]]:
        """The answers as they stand, one for each child whose answer has begun to come."""
        (root,) = (self.data or {}).values() or ({},)
        return [each or {} for each in (root if isinstance(root, list) else [root])]


def _merged(held: Any, more: Any) -> Any:
    if not (isinstance(held, dict) and isinstance(more, dict)):
        return more
    return {**held, **{key: _merged(held.get(key), value) for key, value in more.items()}}


def out_of_turn(
    payloads: Sequence[Mapping[str, Any]], document: PartedDocument
) -> tuple[list[str], Any]:
    """What a screen would show too soon, and what it shows in the end."""
    screen, seen = Screen(), []
    for payload in payloads:
        screen.put(payload)
        seen.append(copy.deepcopy(screen.answers()) if screen.data else [])
    wrong = [] if screen.over else ["the answer never ended"]
    for at, answers in enumerate(seen[:-1]):
        for child, answer in enumerate(answers):
            found = _too_soon(at, answer, seen[-1][child], document)
            wrong += [f"part {at}, child {child}: {each}" for each in found]
    return wrong, screen.data


def _too_soon(
    at: int, answer: Mapping[str, Any], final: Mapping[str, Any], document: PartedDocument
) -> Iterator[str]:
    fields = {name: [k for k, v in document.keys.items() if v == name] for name in _names(document)}
    rows = [(answer.get(key), final.get(key)) for key in fields.pop(_ROWS, [])]
    before, first = fields.pop(_BEFORE_ROWS, []), [fields.pop(name, []) for name in FIRST]
    late = [name for name, keys in fields.items() if any(key in answer for key in keys)]
    if late and any(now != then for now, then in rows):
        yield f"{late} came before the last row"
    shown = any(now for now, _ in rows)
    if shown and before and not any(key in answer for key in before):
        yield "a row came before the restriction"
    missing = [keys for keys in first if keys and not any(key in answer for key in keys)]
    if at and document.first and missing and shown:
        yield f"a row came before {missing}"


def _names(document: PartedDocument) -> set[str]:
    return {*document.keys.values()}
