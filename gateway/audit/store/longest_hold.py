"""How long a group of entries held the log, at its longest: all gateways wait for that."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

WINDOW_S: Final = 60.0


class LongestHold:
    """Tells the longest of the last minute that is over, and not how many there were.

    How many entries a question makes may depend on the child. Told as it happens, a longest that
    rises between two known entries would show a third.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._since = monotonic()
        self._now = self._before = 0.0

    @contextmanager
    def timed(self) -> Iterator[None]:
        """What is done within holds the log, whether it succeeds or not."""
        began = self._monotonic()
        try:
            yield
        finally:
            self._roll()
            self._now = max(self._now, self._monotonic() - began)

    @property
    def seconds(self) -> float:
        """0 if nothing was written in that minute."""
        self._roll()
        return self._before

    def _roll(self) -> None:
        past = self._monotonic() - self._since
        if past >= WINDOW_S:
            self._before = self._now if past < 2 * WINDOW_S else 0.0
            self._now, self._since = 0.0, self._monotonic()
