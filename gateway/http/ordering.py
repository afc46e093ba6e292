"""In which order the parts of an answer leave, whatever order they are ready in.

Whoever reads `completeness` must have every row by then, and whoever reads a row must know by then
whether the child is restricted. graphql-core promises no order between parts. So each part that
would come too soon is held until what belongs before it has left, or leaves with it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

from gateway.graphql.selection import AnswerKeys

Path = tuple[str | int, ...]
Payload = Mapping[str, Any]


class Turn(Enum):
    """When a field of an answer may leave; a field that is not named here is LATE."""

    EARLY = auto()
    RESTRICTION = auto()
    ROWS = auto()
    LATE = auto()


_TURNS: Final[Mapping[str, Turn]] = {
    "__typename": Turn.EARLY,
    "id": Turn.EARLY,
    "receipt": Turn.EARLY,
    "asked": Turn.EARLY,
    "restriction": Turn.RESTRICTION,
    "answers": Turn.ROWS,
}
_KINDS: Final = ("pending", "incremental", "completed")


@dataclass(frozen=True, slots=True, eq=False)
class _Event:
    """One thing that a payload says; `path` is where its data belongs, `holds` what is in it.

    `begin` is the place of the first of its items where these are children.
    """

    kind: str
    said: Mapping[str, Any]
    path: Path
    holds: frozenset[tuple[Path, Turn]] = frozenset()
    begin: int | None = None

    @property
    def id(self) -> str:
        return str(self.said["id"])

    def covers(self, path: Path) -> bool:
        """Whether this path leads into the data that this event brings."""
        above = len(self.path)
        if self.kind != "incremental" or len(path) <= above or path[:above] != self.path:
            return False
        if "items" in self.said:
            after = 0 if self.begin is None else int(path[above]) - self.begin
            return 0 <= after < len(self.said["items"])
        return path[above] in (self.said["data"] or {})


class OrderedParts:
    """The payloads of one operation, by id as graphql-core forms them, each in its turn."""

    def __init__(self, keys: AnswerKeys) -> None:
        self._keys = keys
        self._depth = 2 if keys.in_bulk else 1
        self._turns = frozenset(map(_turn_of, keys.fields.values()))
        self._paths: dict[str, Path] = {}
        self._open: dict[str, Path] = {}
        self._children = 0
        self._restriction_told: set[Path] = set()
        self._held: list[_Event] = []

    def first(self, payload: Payload) -> bool:
        """Hear the first payload; whether it may leave. Else the answer has to come whole."""
        for each in payload.get("pending", ()):
            self._announce(each)
        said = self._told((), payload.get("data"))
        self._restriction_told = {answer for answer, turn in said if turn is Turn.RESTRICTION}
        return not any(self._too_soon(answer, turn, ()) for answer, turn in said)

    def next(self, payload: Payload) -> dict[str, Any] | None:
        """What may leave now of this payload and of what was held; None if that is nothing."""
        self._held += [e for kind in _KINDS for e in self._heard(kind, payload.get(kind, ()))]
        free: list[_Event] = []
        while leaving := self._free():
            free += leaving
        if not payload["hasNext"]:
            free, self._held = [*free, *self._held], []
        if not free and payload["hasNext"]:
            return None
        leaving_by = {kind: [e.said for e in free if e.kind == kind] for kind in _KINDS}
        return {**{k: v for k, v in leaving_by.items() if v}, "hasNext": payload["hasNext"]}

    def _free(self) -> list[_Event]:
        """What may leave of what is held; with a restriction that leaves, more may follow it."""
        blocked = self._blocked()
        free = [event for event in self._held if event not in blocked]
        self._held = blocked
        for event in free:
            self._restriction_told |= {a for a, turn in event.holds if turn is Turn.RESTRICTION}
        return free

    def _announce(self, pending: Mapping[str, Any]) -> Path:
        path = tuple(pending["path"])
        self._paths[pending["id"]] = self._open[pending["id"]] = path
        return path

    def _heard(self, kind: str, said: Sequence[Mapping[str, Any]]) -> Iterator[_Event]:
        for each in said:
            if kind == "pending":
                yield _Event(kind, each, self._announce(each))
            elif kind == "completed":
                self._open.pop(each["id"], None)
                yield _Event(kind, each, self._paths[each["id"]])
            else:
                yield self._brought(each)

    def _brought(self, said: Mapping[str, Any]) -> _Event:
        path = (*self._paths[said["id"]], *said.get("subPath", ()))
        data = said["items"] if "items" in said else said["data"]
        begin = self._children if len(path) == 1 < self._depth else None
        return _Event("incremental", said, path, self._told(path, data), begin)

    def _blocked(self) -> list[_Event]:
        """The held events that may not leave yet, in the order in which they came."""
        blocked: list[_Event] = []
        while (wider := self._waiting(blocked)) != blocked:
            blocked = wider
        return blocked

    def _waiting(self, blocked: Sequence[_Event]) -> list[_Event]:
        """What waits while these do: with whatever waits, what comes after it and lies within."""
        waiting: dict[_Event, str] = {}
        known = frozenset(blocked)
        for event in self._held:
            if (
                event in known
                or event.id in waiting.values()
                or any(each.covers(event.path) for each in blocked)
                or any(self._too_soon(answer, turn, blocked) for answer, turn in event.holds)
            ):
                waiting[event] = event.id
        return list(waiting)

    def _too_soon(self, answer: Path, turn: Turn, blocked: Sequence[_Event]) -> bool:
        if turn is Turn.LATE:
            held = any((answer, Turn.ROWS) in each.holds for each in blocked)
            return held or self._may_come(answer, Turn.ROWS)
        if turn is not Turn.ROWS or answer in self._restriction_told:
            return False
        owed = any((answer, Turn.RESTRICTION) in each.holds for each in blocked)
        return owed or self._may_come(answer, Turn.RESTRICTION)

    def _may_come(self, answer: Path, turn: Turn) -> bool:
        """Whether anything that is not ready yet may bring this of an answer."""
        if turn not in self._turns:
            return False
        return any(self._may_bring(path, answer, turn) for path in self._open.values())

    def _may_bring(self, path: Path, answer: Path, turn: Turn) -> bool:
        if len(path) > self._depth:
            return path[: self._depth] == answer and self._turn(path[self._depth]) is turn
        if path != answer[: len(path)]:
            return False
        streamed = len(path) == 1 < self._depth
        return not streamed or int(answer[1]) >= self._children

    def _told(self, path: Path, data: Any) -> frozenset[tuple[Path, Turn]]:
        """What of which answers stands in data at this path."""
        if path and path[0] != self._keys.root:
            return frozenset()
        if len(path) > self._depth:
            return frozenset({(path[: self._depth], self._turn(path[self._depth]))})
        if isinstance(data, list):
            begin, self._children = self._children, self._children + len(data)
            return _all(self._told((*path, begin + at), one) for at, one in enumerate(data))
        if not isinstance(data, Mapping):
            return frozenset()
        if len(path) < self._depth:
            return _all(self._told((*path, key), value) for key, value in data.items())
        turns = ((self._turn(key), value) for key, value in data.items())
        return frozenset((path, t) for t, value in turns if t is not Turn.ROWS or value != [])

    def _turn(self, key: str | int) -> Turn:
        return _turn_of(self._keys.fields.get(str(key), ""))


def _all(each: Iterable[frozenset[tuple[Path, Turn]]]) -> frozenset[tuple[Path, Turn]]:
    return frozenset[tuple[Path, Turn]]().union(*each)


def _turn_of(field: str) -> Turn:
    return _TURNS.get(field, Turn.LATE)
