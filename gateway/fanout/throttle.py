"""No agency's system sees more at once, or more a second, than its manifest declares."""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from adapters.contract.places import Places

# A start is ours, an arrival the agency's: what is started evenly may arrive bunched by this much.
_ON_THE_WAY_S: Final = 0.1


class Throttle:
    """Turns at one source: at most `concurrency` at once, at most `rate` starts a second.

    The rate holds for any window, not on average: a start is only given when the one `rate` starts
    before it is a whole window old. Who cannot have a turn in time is told so at once.
    """

    def __init__(self, rate: float, concurrency: int, clock: Callable[[], float]) -> None:
        self.concurrency = concurrency
        self._places = Places(concurrency)
        self._starts: deque[float] = deque(maxlen=max(1, math.floor(rate)))
        self._window_s = (self._starts.maxlen or 1) / rate + _ON_THE_WAY_S
        self._clock = clock

    def hand_over(self, after: "Throttle") -> None:
        """Have another go on in this one's place, to the same system; this gives no more turns.

        Where the declared concurrency changed, turns that are under way end by the old one.
        """
        after.go_on(self._starts, self._places if after.concurrency == self.concurrency else None)

    def go_on(self, starts: Iterable[float], places: Places | None) -> None:
        """Count these starts, and share these places."""
        self._starts.extend(starts)
        self._places = places or self._places

    def turn_now(self) -> bool:
        """Take a turn that can be had immediately; False if none can, and none is taken.

        It is ended as the others are.
        """
        places, starts, now = self._places, self._starts, self._clock()
        if starts and starts[0] + self._window_s <= now:
            starts.popleft()  # it counts no more: one goes for each that comes, at any rate
        elif len(starts) == starts.maxlen:
            return False
        if not places.take():
            return False
        starts.append(now)
        return True

    async def take_turn(self, until: float) -> bool:
        """Wait for a turn; False if none comes before the clock shows `until`.

        Whoever was given a turn ends it with `end_turn`.
        """
        if not await self._place(until):
            return False
        paced = False
        try:
            paced = await self.pace(until)
        finally:
            if not paced:
                self._places.give_back()
        return paced

    @property
    def has_room(self) -> bool:
        """Whether a turn could be had at once."""
        return not self._places.full and self._next_start() <= self._clock()

    async def pace(self, until: float) -> bool:
        """Wait until one more request may start, within a turn; False if not before `until`."""
        start, starts = self._next_start(), self._starts
        if start >= until:
            return False
        if starts and starts[0] + self._window_s <= start:
            starts.popleft()  # as above
        starts.append(start)
        if (wait_s := start - self._clock()) > 0:
            await asyncio.sleep(wait_s)
        return True

    def end_turn(self) -> None:
        """Give the place back."""
        self._places.give_back()

    async def _place(self, until: float) -> bool:
        if self._places.take():
            return True
        try:
            async with asyncio.timeout_at(until):
                await self._places.wait()
        except TimeoutError:
            return False
        return True

    def _next_start(self) -> float:
        now = self._clock()
        if len(self._starts) < (self._starts.maxlen or 1):
            return now
        return max(now, self._starts[0] + self._window_s)
