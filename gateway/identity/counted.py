"""What one request has counted so far, wherever it counted it, to be taken back as one."""

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Final

from gateway.identity.counters import Count, Counters

# A request has a task of its own, and the tasks that it begins count into the same list.
_COUNTED: Final[ContextVar[list[Count] | None]] = ContextVar("counted", default=None)


def begin_counting() -> list[Count]:
    """What is counted from now on by whoever goes on from here."""
    counted: list[Count] = []
    _COUNTED.set(counted)
    return counted


@dataclass(frozen=True, slots=True)
class CountedByRequest:
    """Counters that remember for each request what it added."""

    inner: Counters

    async def add(self, counts: Sequence[Count]) -> list[int]:
        """How many of each there are by now, these included; TryLater if nobody can say."""
        totals = await self.inner.add(counts)
        if (counted := _COUNTED.get()) is not None:
            counted += [each for each in counts if each.more > 0]
        return totals

    async def take_back(self, counted: list[Count]) -> None:
        """Count so much less again; TryLater if it cannot be counted."""
        taken, counted[:] = tuple(counted), ()
        if taken:
            await self.inner.add([replace(each, more=-each.more) for each in taken])

    async def refuse_unreachable(self) -> None:
        """TryLater if nothing can be counted now."""
        await self.inner.refuse_unreachable()
