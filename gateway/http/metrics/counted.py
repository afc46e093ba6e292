"""What a gateway does, counted in its own memory until somebody asks."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from gateway.http.metrics.histogram import Histogram
from gateway.http.metrics.veil import Veil
from gateway.http.traces.traces import Traces
from gateway.model.figures import ANSWER, FAILED_TO_WRITE, NO_REASON, OF_THE_CHILD, Figures

STAGE_SECONDS: Final = "teamaround_stage_seconds"
OUTCOMES: Final = "teamaround_agency_outcomes"
ANSWERS: Final = "teamaround_answers"
CALLS: Final = "teamaround_source_calls"
CALL_SECONDS: Final = "teamaround_source_call_seconds"


class CountedFigures(Figures):
    """Exact where a figure depends on nothing of a child, else behind the `veil`.

    `traces` hear of everything too, if there are any.
    """

    def __init__(
        self,
        monotonic: Callable[[], float],
        lot: Callable[[], float],
        traces: Traces | None = None,
    ) -> None:
        self._monotonic = monotonic
        self.traces = traces
        self.veil = Veil(monotonic, lot)
        self.stages: defaultdict[str, Histogram] = defaultdict(Histogram)
        self.responses: Counter[str] = Counter()
        self.ways: Counter[tuple[str, str]] = Counter()
        self.answers: Counter[tuple[str, str]] = Counter()
        self.places_taken = 0

    def began(self, traceparent: str | None) -> None:
        """Count nothing yet."""
        if self.traces is not None:
            self.traces.began(traceparent)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what is done within it, whether it succeeds or not."""
        began = self._monotonic()
        try:
            yield
        finally:
            self._took(name, began, self._monotonic() - began)

    def responded(self, result: str) -> None:
        """Count a response."""
        self.responses[result] += 1
        if self.traces is not None:
            self.traces.responded(result)

    def took_place(self, change: int) -> None:
        """Count who is served."""
        self.places_taken += change
        if self.traces is not None:
            self.traces.took_place(change)

    def answered(self, outcomes: Iterable[str]) -> None:
        """Count a question's outcomes."""
        for outcome in outcomes:
            self.veil.happened((OUTCOMES, outcome))

    def went(self, what: str, *, compiled: bool) -> None:
        """Count which way was taken."""
        self.ways[what, "compiled" if compiled else "exact"] += 1

    def writes(self, why_exact: str | None = None) -> None:
        """Count which way it is to be written."""
        self.answers["exact" if why_exact else "compiled", why_exact or NO_REASON] += 1

    def wrote_again(self) -> None:
        """Count it by lot."""
        self.veil.happened((ANSWERS, "exact", FAILED_TO_WRITE))

    def called(self, source: str, went: str, seconds: float) -> None:
        """Count a call."""
        self.veil.happened((CALLS, source, went))
        self.veil.happened((CALL_SECONDS, source), seconds)
        if self.traces is not None:
            self.traces.called(source, went, seconds)

    def _took(self, name: str, began: float, took_s: float) -> None:
        if name in OF_THE_CHILD:
            self.veil.happened((STAGE_SECONDS, name), took_s)
            if name == ANSWER:
                self.veil.asked()
        else:
            self.stages[name].took(took_s)
        if self.traces is not None:
            self.traces.stage(name, began, took_s)
