"""How much one client may have in a minute; whoever enumerates children runs out of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

_MINUTE_S: Final = 60.0


@dataclass(slots=True)
class ClientQuota:
    """At most `a_minute` at once, refilled evenly over a minute; `monotonic` gives seconds."""

    a_minute: int
    monotonic: Callable[[], float]
    _left: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self._left, self._at = float(self.a_minute), self.monotonic()

    def take(self, count: int) -> bool:
        """Whether so many may be had now; if not, none is taken."""
        now = self.monotonic()
        grown = (now - self._at) * self.a_minute / _MINUTE_S
        self._left, self._at = min(float(self.a_minute), self._left + grown), now
        if count > self._left:
            return False
        self._left -= count
        return True
