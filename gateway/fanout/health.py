"""How a source is doing: what its recent answers took, and whether its probe gets through."""

import asyncio
from array import array
from bisect import bisect_left, insort
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Final

from gateway.fanout.breaker import BreakerState
from gateway.fanout.failures import SourceFailure
from gateway.model.clock import Clock

RECENT: Final = 256  # answers
RECENT_S: Final = 900.0
PROBED_EVERY_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How one source is doing now; latencies in milliseconds, over its recent answers.

    `reachable` and `checked_at` are None where there is no probe, or none has come to an end;
    `answered_at` is when the source last answered a question, None before the first time;
    `failures` are of late, the newest first.
    """

    breaker: BreakerState
    p50_ms: float | None = None
    p99_ms: float | None = None
    reachable: bool | None = None
    checked_at: datetime | None = None
    answered_at: datetime | None = None
    failures: tuple[SourceFailure, ...] = ()


class Latencies:
    """How long the last answers took: at most RECENT of them, of the last RECENT_S seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        # Plain numbers, the next in the place of the oldest: there are thousands of sources.
        self._at, self._took, self._next = array("d"), array("d"), 0
        self._shortest_first: list[float] = []
        self._clock = clock

    def took(self, seconds: float) -> None:
        """Note an answer."""
        here = self._next
        if len(self._took) == RECENT:
            del self._shortest_first[bisect_left(self._shortest_first, self._took[here])]
            self._at[here], self._took[here] = self._clock(), seconds
        else:
            self._at.append(self._clock())
            self._took.append(seconds)
        self._next = (here + 1) % RECENT
        insort(self._shortest_first, seconds)

    @property
    def kept(self) -> int:
        """Of how many answers it is known."""
        return len(self._took)

    def within_ms(self, *shares: float) -> list[float | None]:
        """In how many milliseconds each share (0 to 1) of the answers came; None without any."""
        since = self._clock() - RECENT_S
        recent = sorted(
            seconds for at, seconds in zip(self._at, self._took, strict=True) if at >= since
        )
        if not recent:
            return [None for _ in shares]
        return [1000 * recent[ceil(share * len(recent)) - 1] for share in shares]

    def usual_s(self, share: float) -> float | None:
        """Within how many seconds this share of the kept answers came, of whatever age."""
        took = self._shortest_first  # each question asks
        return took[ceil(share * len(took)) - 1] if took else None


class Checkup:
    """Whether a source can be reached, asked of it seldom however many want to know.

    `probe` says so, or None if it could not be asked now; then what was known before stands.
    """

    def __init__(self, probe: Callable[[], Awaitable[bool | None]], clock: Clock) -> None:
        self._probe = probe
        self._clock = clock
        self._asking = asyncio.Lock()
        self._next_at = float("-inf")
        self.reachable: bool | None = None
        self.checked_at: datetime | None = None

    async def check(self) -> None:
        """Ask the probe, unless it was asked less than PROBED_EVERY_S seconds ago."""
        async with self._asking:
            if self._clock.monotonic() < self._next_at:
                return
            reachable = await self._probe()
            self._next_at = self._clock.monotonic() + PROBED_EVERY_S
            if reachable is not None:
                self.reachable, self.checked_at = reachable, self._clock.now()
