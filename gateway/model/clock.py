"""The time, as a parameter."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

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


def always() -> bool:
    """For a part whose clock nobody doubts."""
    return True
