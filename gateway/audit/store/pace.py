"""How often something is looked over beside the questions: regularly, and never too much of it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Self

EVERY_S: Final = 30.0
_REST: Final = 1.5  # times as long as the last round took: two fifths of a core at the most


class Pace:
    """When the next round is due, by the monotonic clock."""

    def __init__(self, every_s: float = EVERY_S, now: Callable[[], float] = time.monotonic) -> None:
        self._every_s = every_s
        self._now = now
        self._next = now() + every_s

    @classmethod
    def at_once(cls) -> Self:
        """A pace whose first round is due already."""
        pace = cls()
        pace._next = pace._now()
        return pace

    @property
    def left_s(self) -> float:
        """Seconds until the next round."""
        return max(0.0, self._next - self._now())

    @contextmanager
    def round(self) -> Iterator[None]:
        """One round, however it ends."""
        began = self._now()
        try:
            yield
        finally:
            ended = self._now()
            self._next = max(began + self._every_s, ended + _REST * (ended - began))


class Resting:
    """Asked before each piece of long work: it rests for _REST times as long as the last one took.

    Then it says whether the work is still wanted. So questions have most of a core to themselves.
    """

    def __init__(
        self,
        still: Callable[[], bool],
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._still = still
        self._now = now
        self._sleep = sleep
        self._since = now()

    def __call__(self) -> bool:
        """Whether there is to be another piece."""
        if self._still():
            self._sleep(rest_s(self._now() - self._since))
        self._since = self._now()
        return self._still()


def rest_s(took_s: float) -> float:
    """How long to rest after work of so many seconds."""
    return _REST * took_s
