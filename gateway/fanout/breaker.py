"""A source that fails again and again is not asked for a while, then tried by one question."""

from collections.abc import Callable
from enum import StrEnum


class BreakerState(StrEnum):
    """How a source stands: asked as usual, open (not asked), or to be tried by one question."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class CallOutcome(StrEnum):
    """What came of asking: an answer, a failure of the source's, or nothing that says either."""

    OK = "ok"
    FAILED = "failed"
    NEUTRAL = "neutral"


class Breaker:
    """Opens after `failures` in a row, for `open_for` seconds; then one question at a time tries.

    What was asked before it opened or closed settles nothing afterwards.
    """

    def __init__(self, failures: int, open_for: float, clock: Callable[[], float]) -> None:
        self._most = failures
        self._open_for = open_for
        self._clock = clock
        self._failures = 0
        self._open_until: float | None = None
        self._tried = False
        self._era = 0

    @property
    def state(self) -> BreakerState:
        """How the source stands now."""
        if self._open_until is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self._clock() < self._open_until else BreakerState.HALF_OPEN

    @property
    def open_s(self) -> float | None:
        """For how many seconds more nobody may ask, 0 while it is being tried; None: ask."""
        if self._open_until is None:
            return None
        left_s = self._open_until - self._clock()
        if left_s > 0:
            return left_s
        return 0.0 if self._tried else None

    def admit(self) -> int | None:
        """An admission to ask once, to be settled in any case; None while the breaker is open."""
        if self._open_until is not None and self.open_s is not None:
            return None
        self._tried = self._open_until is not None
        return self._era

    def settle(self, admission: int, went: CallOutcome) -> None:
        """Say what came of asking under this admission."""
        if admission != self._era:
            return
        trial, self._tried = self._tried, False
        match went:
            case CallOutcome.OK:
                self._failures = 0
                if trial:
                    self._turn(None)
            case CallOutcome.FAILED:
                self._failures += 1
                if trial or self._failures >= self._most:
                    self._turn(self._clock() + self._open_for)
            case CallOutcome.NEUTRAL:
                return

    def _turn(self, open_until: float | None) -> None:
        self._open_until = open_until
        self._failures = 0
        self._era += 1
