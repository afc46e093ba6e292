"""Figures that a single question moves, published so that no question can be read from them.

Two things together: only one event of `ONE_IN` is counted, drawn by lot, and then as so many; and
what was counted is published with that of at least `QUESTIONS` questions. ADR 0068 says why.
"""

from collections import Counter, defaultdict
from collections.abc import Callable

from gateway.http.metrics.histogram import Histogram
from gateway.model.figures import EVERY_S, ONE_IN, QUESTIONS

Series = tuple[str, ...]
"""A metric's name, and the values of its labels."""


class Veil:
    """Keeps back what it is told until enough questions stand behind it; `lot` gives 0 to 1."""

    def __init__(self, monotonic: Callable[[], float], lot: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lot = lot
        self.waiting: list[tuple[Series, float]] = []
        self._questions = 0
        self._since = monotonic()
        self.counts: Counter[Series] = Counter()
        self.times: defaultdict[Series, Histogram] = defaultdict(Histogram)

    def happened(self, series: Series, seconds: float = -1.0) -> None:
        """Something happened once, and took so long if that is measured."""
        if self._lot() * ONE_IN < 1.0:
            self.waiting.append((series, seconds))

    def asked(self) -> None:
        """A question is over; with enough of them, what waited is published."""
        self._questions += 1
        now = self._monotonic()
        if self._questions >= QUESTIONS and now - self._since >= EVERY_S:
            self._publish()
            self._questions, self._since = 0, now

    def _publish(self) -> None:
        for series, seconds in self.waiting:
            if seconds < 0:
                self.counts[series] += ONE_IN
            else:
                self.times[series].took(seconds, ONE_IN)
        self.waiting.clear()
