"""Traces wait here for others, so that nobody can tell which question one is of.

The same two things as for figures: a trace is one question of 20 at most, drawn by lot, and comes
out with those of at least 20 questions and a minute. ADR 0073 says why.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from gateway.http.traces.request_record import RequestRecord
from gateway.model.figures import EVERY_S, QUESTIONS

MOST_HELD: Final = 500
"""Traces that wait at most; further ones are let go."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many questions stand behind what comes out, and for how many seconds it waited."""

    questions: int
    seconds: float


OF_PRODUCTION: Final = Crowd(QUESTIONS, EVERY_S)
OF_DEVELOPMENT: Final = Crowd(0, 0.0)
"""At once: a gateway of a developer knows no child."""


class HeldTraces:
    """Keeps traces back until a crowd stands behind them; `lot` gives 0 to 1."""

    def __init__(
        self, crowd: Crowd, monotonic: Callable[[], float], lot: Callable[[], float]
    ) -> None:
        self._crowd = crowd
        self._monotonic = monotonic
        self._lot = lot
        self._waiting: list[RequestRecord] = []
        self._questions = 0
        self._since = monotonic()

    def asked(self) -> None:
        """A question was answered, whether it is traced or not."""
        self._questions += 1

    def finished(self, record: RequestRecord) -> None:
        """A traced request is over."""
        if len(self._waiting) < MOST_HELD:
            self._waiting.append(record)

    def due(self) -> list[RequestRecord]:
        """What may come out now, in an order that says nothing."""
        now = self._monotonic()
        if self._questions < self._crowd.questions or now - self._since < self._crowd.seconds:
            return []
        self._questions, self._since = 0, now
        out, self._waiting = self._waiting, []
        return _mixed(out, self._lot)


def _mixed(things: list[T], lot: Callable[[], float]) -> list[T]:
    """In an order drawn by lot."""
    for last in range(len(things) - 1, 0, -1):
        other = min(last, int(lot() * (last + 1)))
        things[last], things[other] = things[other], things[last]
    return things
