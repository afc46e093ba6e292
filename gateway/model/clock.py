"""The time, as a parameter."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final, Self

from gateway.model.errors import TryLater

LATE_S: Final = 30.0
_utc_now: Final[Callable[[], datetime]] = partial(datetime.now, UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """The wall clock (aware, UTC), the loop's monotonic clock, and two ways of waiting, in seconds.

    What looks at something again and again sleeps between two looks. An answer that is there, and
    may not leave before its time, is held.
    """

    now: Callable[[], datetime] = _utc_now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    hold: Callable[[float], Awaitable[None]] = asyncio.sleep

    @property
    def seconds(self) -> Callable[[], float]:
        """The wall clock in seconds since 1970, for what only counts them."""
        now = self.now
        return time.time if now is _utc_now else lambda: now().timestamp()


@dataclass(frozen=True, slots=True)
class InTime:
    """By when what a request tells about a child has to have left, on the `monotonic` clock.

    A process that was stopped, a machine that was suspended and a client that reads slowly all end
    an answer after its deadline, and nobody who changed a rule waits for them so long.
    """

    monotonic: Callable[[], float]
    latest: float

    @classmethod
    def of(cls, clock: Clock, deadline_s: float) -> Self:
        """For a request that takes the generation in force now."""
        return cls(clock.monotonic, clock.monotonic() + deadline_s + LATE_S)

    def refuse_held_up(self) -> None:
        """TryLater if it is too late."""
        if self.monotonic() > self.latest:
            raise TryLater(
                "NOT_IN_FORCE",
                "the question was held up for so long that other rules may be in force; ask again",
            )


def always() -> bool:
    """For a part whose clock nobody doubts."""
    return True
