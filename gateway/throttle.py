"""No agency's system sees more at once, or more a second, than its manifest declares."""

import asyncio
import math
from collections import deque
from collections.abc import Callable


class Throttle:
    """Turns at one source: at most `concurrency` at once, at most `rate` starts a second.

    The rate holds for any window, not on average: a start is only given when the one `rate` starts
    before it is a whole window old. Who cannot have a turn in time is told so at once.
    """

    def __init__(self, rate: float, concurrency: int, clock: Callable[[], float]) -> None:
        self._places = asyncio.Semaphore(concurrency)
        self._starts: deque[float] = deque(maxlen=max(1, math.floor(rate)))
        self._window_s = (self._starts.maxlen or 1) / rate
        self._clock = clock

    async def take_turn(self, until: float) -> bool:
        """Wait for a turn; False if none comes before the clock shows `until`.

        Whoever was given a turn ends it with `end_turn`.
        """
        try:
            async with asyncio.timeout_at(until):
                await self._places.acquire()
        except TimeoutError:
            return False
        start = self._next_start()
        if start >= until:
            self._places.release()
            return False
        self._starts.append(start)
        try:
            await asyncio.sleep(max(0.0, start - self._clock()))
        except asyncio.CancelledError:
            self._places.release()
            raise
        return True

    def end_turn(self) -> None:
        """Give the place back."""
        self._places.release()

    def _next_start(self) -> float:
        now = self._clock()
        if len(self._starts) < (self._starts.maxlen or 1):
            return now
        return max(now, self._starts[0] + self._window_s)
