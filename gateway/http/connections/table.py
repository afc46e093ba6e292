"""Who is connected now, and who makes room when there are too many."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from gateway.http.connections.bounds import ConnectionBounds

MORE_THAN_IN_ALL = "too_many"
MORE_THAN_OF_ONE_PEER = "too_many_of_one_peer"
MORE_THAN_OF_ONE_PERSON = "too_many_of_one_person"


class Held(Protocol):
    """What holds a socket: a handshake under way, or a protocol."""

    def cut(self) -> None:
        """Let go of the socket at once."""
        ...


@dataclass(slots=True, eq=False)
class Admitted:
    """One connection; `peer` is "" for a declared proxy's own, `person` who is signed in there."""

    table: "ConnectionTable"
    peer: str
    held: Held | None = field(default=None, init=False)
    person: str | None = field(default=None, init=False)

    def signed_in(self, person: str) -> bool:
        """Count it for this person from now on; whether they may have it beside their others."""
        return person == self.person or self.table.sign_in(self, person)

    def waits(self) -> None:
        """It asks nothing now: from here on it makes room sooner than those that wait less."""
        self.table.waits(self)

    def works(self) -> None:
        """A request of it is being answered: it does not make room."""
        self.table.works(self)

    def leave(self) -> None:
        """It is closed. Twice does no harm."""
        self.table.leave(self)


class ConnectionTable:
    """Bounds connections in all, of each peer until somebody signs in, and of each person.

    Whoever comes when there are as many as may be takes the place of the stranger who has waited
    longest: of the same peer where that one has too many, else of any; then of the person who has.
    A person who has too many loses the one that they have not used for longest.
    `refused` is told the cause of each that is sent away.
    """

    def __init__(self, bounds: ConnectionBounds, refused: Callable[[str], None]) -> None:
        self._bounds = bounds
        self._refused = refused
        self._open: set[Admitted] = set()
        self._of_peer: Counter[str] = Counter()
        self._of_person: Counter[str] = Counter()
        self._waiting_of: defaultdict[str, dict[Admitted, None]] = defaultdict(dict)
        self._strangers: dict[Admitted, None] = {}
        self._idle_of: defaultdict[str, dict[Admitted, None]] = defaultdict(dict)
        self._known: dict[Admitted, None] = {}

    def __len__(self) -> int:
        return len(self._open)

    def everybody(self) -> tuple[Admitted, ...]:
        """Every connection that is open now."""
        return tuple(self._open)

    def empty(self) -> bool:
        """Whether nothing is kept of anybody."""
        kept = (self._open, self._of_peer, self._of_person, self._waiting_of, self._idle_of)
        return not any((*kept, self._strangers, self._known))

    def admit(self, peer: str) -> Admitted | None:
        """A new connection of this peer; None where nobody can make room for it."""
        if len(self._open) >= self._bounds.in_all and not self.make_room():
            self._refused(MORE_THAN_IN_ALL)
            return None
        if not self._room_for(peer):
            self._refused(MORE_THAN_OF_ONE_PEER)
            return None
        admitted = Admitted(self, peer)
        self._open.add(admitted)
        self._of_peer[peer] += 1
        self.waits(admitted)
        return admitted

    def make_room(self) -> bool:
        """Cut the stranger who has waited longest, else the person; False if everybody works."""
        for waiting in (self._strangers, self._known):
            if waiting:
                self._cut(next(iter(waiting)), MORE_THAN_IN_ALL)
                return True
        return False

    def move(self, admitted: Admitted, peer: str) -> bool:
        """Count it for whom its proxy says that it is; False if they have too many."""
        self._forget(admitted)
        if not self._room_for(peer):
            self._refused(MORE_THAN_OF_ONE_PEER)
            self._open.discard(admitted)
            return False
        admitted.peer = peer
        self._of_peer[peer] += 1
        self.waits(admitted)
        return True

    def sign_in(self, admitted: Admitted, person: str) -> bool:
        """Count it for this person, and for its peer no longer; False if all of theirs work."""
        if admitted not in self._open:
            return True
        if self._of_person[person] >= self._bounds.per_person:
            idle = self._idle_of.get(person)
            if not idle:
                self._refused(MORE_THAN_OF_ONE_PERSON)
                return False
            self._cut(next(iter(idle)), MORE_THAN_OF_ONE_PERSON)
        self._forget(admitted)
        admitted.person = person
        self._of_person[person] += 1
        return True

    def waits(self, admitted: Admitted) -> None:
        """It may be asked to make room, after all those who wait already."""
        if admitted.person is not None:
            self._known[admitted] = None
            self._idle_of[admitted.person][admitted] = None
            return
        self._strangers[admitted] = None
        self._waiting_of[admitted.peer][admitted] = None

    def works(self, admitted: Admitted) -> None:
        """It is not asked to make room."""
        self._wait_no_more(admitted)

    def leave(self, admitted: Admitted) -> None:
        """It is closed."""
        if admitted not in self._open:
            return
        self._open.discard(admitted)
        self._forget(admitted)

    def _room_for(self, peer: str) -> bool:
        if not peer or self._of_peer[peer] < self._bounds.per_peer:
            return True
        waiting = self._waiting_of.get(peer)
        if not waiting:
            return False
        self._cut(next(iter(waiting)), MORE_THAN_OF_ONE_PEER)
        return True

    def _cut(self, admitted: Admitted, cause: str) -> None:
        self._refused(cause)
        self.leave(admitted)
        if admitted.held is not None:
            admitted.held.cut()

    def _forget(self, admitted: Admitted) -> None:
        """Count it for nobody."""
        self._wait_no_more(admitted)
        if admitted.person is None:
            _one_less(self._of_peer, admitted.peer)
        else:
            _one_less(self._of_person, admitted.person)

    def _wait_no_more(self, admitted: Admitted) -> None:
        if admitted.person is None:
            self._strangers.pop(admitted, None)
            _without(self._waiting_of, admitted.peer, admitted)
        else:
            self._known.pop(admitted, None)
            _without(self._idle_of, admitted.person, admitted)


def _without(waiting_of: dict[str, dict[Admitted, None]], name: str, admitted: Admitted) -> None:
    waiting = waiting_of.get(name)
    if waiting is not None:
        waiting.pop(admitted, None)
        if not waiting:
            del waiting_of[name]


def _one_less(counts: Counter[str], name: str) -> None:
    counts[name] -= 1
    if counts[name] <= 0:
        del counts[name]
