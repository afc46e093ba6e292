"""What was counted for a while: by this process, or by all replicas together in a Valkey."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from cachetools import TLRUCache

from adapters.contract.frozen import plainly_made

_KEPT: Final = 500_000


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

    At most half a million names are kept: past that those are forgotten that were not added to for
    longest.
    """

    def __init__(self, now: Callable[[], float], kept: int = _KEPT) -> None:
        self._counted: TLRUCache[str, tuple[int, float]] = TLRUCache(kept, _until, timer=now)
        self._now = now

    async def add(self, counts: Sequence[Count]) -> list[int]:
        """How many of each there are by now."""
        return [self._added(each) for each in counts]

    async def refuse_unreachable(self) -> None:
        """They are here."""

    def _added(self, count: Count) -> int:
        before, until = self._counted.get(count.name, (0, self._now() + count.lasts_s))
        if not count.more:
            return before
        self._counted[count.name] = (before + count.more, until)
        return before + count.more


def _until(_: str, counted: tuple[int, float], __: float) -> float:
    return counted[1]
