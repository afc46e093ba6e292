"""What is shown of a request: what sources with a name and the stages took, and nothing of others.

A source without a name is asked and waited for, and neither may leave a gap. So a call stands right
behind the one before it, and the stage `answer` ends with the last of them.
"""

import heapq
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from gateway.http.traces.request_record import RecordedCall, RecordedStage, RequestRecord
from gateway.model.figures import ANSWER, RELEASE

CALL: Final = "call"


@dataclass(frozen=True, slots=True)
class ShownSpan:
    """A stage or a call, with seconds since the request began; stages have no source."""

    name: str
    at_s: float
    took_s: float
    source: str = ""
    went: str = ""

    @property
    def ends_s(self) -> float:
        """When it ended."""
        return self.at_s + self.took_s


@dataclass(frozen=True, slots=True)
class ShownTrace:
    """A whole trace; `result` is that of the response, as the figures have it."""

    result: str
    spans: tuple[ShownSpan, ...]
    linked: tuple[int, int] | None = None

    @property
    def took_s(self) -> float:
        """From the request's beginning to the end of the last span."""
        return max((each.ends_s for each in self.spans), default=0.0)


def shown(record: RequestRecord, named: Collection[str]) -> ShownTrace:
    """The trace of a request; `named` are the sources that may stand by their id."""
    calls = [each for each in record.calls if each.source in named]
    return ShownTrace(record.result, tuple(_spans(record.stages, calls)), record.linked)


def _spans(stages: Iterable[RecordedStage], calls: list[RecordedCall]) -> Iterator[ShownSpan]:
    after: dict[str, list[RecordedStage]] = {ANSWER: [], RELEASE: []}
    for stage in sorted(stages, key=lambda one: one.at_s):
        if stage.name in after:
            after[stage.name].append(stage)
        else:
            yield ShownSpan(stage.name, coarse(stage.at_s), coarse(stage.took_s))
    if not after[ANSWER]:
        return
    began = coarse(after[ANSWER][0].at_s)
    asked = list(_in_turn(calls, began))
    ended = max((each.ends_s for each in asked), default=began)
    yield ShownSpan(ANSWER, began, ended - began)
    yield from asked
    # Only the first: a part of an answer that came alone would be one more.
    for stage in after[RELEASE][:1]:
        yield ShownSpan(RELEASE, ended, coarse(stage.took_s))


def _in_turn(calls: list[RecordedCall], began: float) -> Iterator[ShownSpan]:
    """Each call right behind the last that had ended when it began; the first ones at `began`."""
    ended: list[tuple[float, float]] = []  # when it really ended, and when that is shown
    latest = began
    for call in sorted(calls, key=lambda one: one.at_s):
        while ended and ended[0][0] <= call.at_s:
            latest = max(latest, heapq.heappop(ended)[1])
        span = ShownSpan(CALL, latest, coarse(call.took_s), call.source, call.went)
        heapq.heappush(ended, (call.at_s + call.took_s, span.ends_s))
        yield span


def coarse(seconds: float) -> float:
    """In two digits: a client's own measure of an answer must not find its trace."""
    return float(f"{max(seconds, 0.0):.2g}")
