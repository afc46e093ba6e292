"""What was counted for a while: by this process, or by all replicas together in a Valkey."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf
from typing import Final, Protocol

from adapters.contract.frozen import plainly_made

_KEPT: Final = 500_000
_NOTHING: Final = (0, -inf)


@plainly_made
@dataclass(frozen=True, slots=True)
class Count:
    """So much more of `name`; what is counted is forgotten `lasts_s` seconds after it began.

    `by_all` says that one gateway alone cannot know it: that a proof was not used before.
    """

    name: str
    lasts_s: int
    more: int = 1
    by_all: bool = False


class Counters(Protocol):
    """Counts that several may add to at once."""

    async def add(self, counts: Sequence[Count]) -> list[int]:
        """How many of each there are by now, these included; TryLater if nobody can say."""
        ...

    async def refuse_unreachable(self) -> None:
        """TryLater if nothing can be counted now."""
        ...


class ProcessCounters:
    """Counts of this process alone; `now` is in seconds.

    At most half a million names are kept: past that those are forgotten that nobody asked about for
    longest.
    """

    def __init__(self, now: Callable[[], float], kept: int = _KEPT) -> None:
        self._now = now
        self._kept = kept
        self._counted: dict[str, tuple[int, float]] = {}  # asked about last, and last in it
        self._ends: list[tuple[float, str]] = []  # a heap of when which name is forgotten

    async def add(self, counts: Sequence[Count]) -> list[int]:
        """How many of each there are by now."""
        now = self._now()
        return [self._added(each, now) for each in counts]

    async def refuse_unreachable(self) -> None:
        """They are here."""

    def _added(self, count: Count, now: float) -> int:
        name = count.name
        before, until = self._counted.pop(name, _NOTHING)
        if until <= now:
            if not count.more:
                return 0
            before, until = 0, now + count.lasts_s
            self._forget(now)
            heappush(self._ends, (until, name))
        self._counted[name] = before + count.more, until
        return before + count.more

    def _forget(self, now: float) -> None:
        """Make room for one name: what is over goes, and then what is past the bound."""
        ends, counted = self._ends, self._counted
        while ends and ends[0][0] <= now:
            until, name = heappop(ends)
            if counted.get(name, _NOTHING)[1] == until:
                del counted[name]
        while len(counted) >= self._kept:
            del counted[next(iter(counted))]
        if len(ends) > 2 * self._kept:  # of names that are forgotten already
            ends[:] = sorted((until, name) for name, (_, until) in counted.items())
