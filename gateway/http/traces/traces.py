"""Writes down what sampled requests do; of all others, that they were asked and nothing else."""

import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

from gateway.http.traces.held import HeldTraces
from gateway.http.traces.request_record import RequestRecord
from gateway.model.figures import ANSWER

# W3C Trace Context, version 00; a caller's flags and `tracestate` are not ours to follow.
_TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_NOW: Final[ContextVar[RequestRecord | None]] = ContextVar("record", default=None)


class Traces:
    """Every request's beginning and end come here; `share` of them are written down, by lot.

    What runs on behalf of a request finds it in its own context: tasks inherit it.
    """

    def __init__(
        self,
        held: HeldTraces,
        monotonic: Callable[[], float],
        lot: Callable[[], float],
        *,
        share: float,
        link_callers: bool = False,
    ) -> None:
        self.held = held
        self._monotonic = monotonic
        self._lot = lot
        self._share = share
        self._link_callers = link_callers

    def began(self, traceparent: str | None) -> None:
        """A request begins in this context; what it states of a trace decides nothing."""
        if self._lot() >= self._share:
            _NOW.set(None)
            return
        stated = traceparent if self._link_callers else None
        _NOW.set(RequestRecord(self._monotonic(), linked_by(stated)))

    def stage(self, name: str, began: float, took_s: float) -> None:
        """A stage of this context's request is over."""
        if name == ANSWER:
            self.held.asked()
        record = _NOW.get()
        if record is not None:
            record.stage(name, began, took_s)

    def called(self, source: str, went: str, took_s: float) -> None:
        """A source was called on behalf of this context's request."""
        record = _NOW.get()
        if record is not None:
            record.called(source, went, self._monotonic() - took_s, took_s)

    def took_place(self, change: int) -> None:
        """The request takes a place, or leaves it."""
        record = _NOW.get()
        if record is not None:
            record.places += change
            self._finish(record)

    def responded(self, result: str) -> None:
        """The request has its result; an answer in parts may still go on."""
        record = _NOW.get()
        if record is not None:
            record.result = result
            self._finish(record)

    def _finish(self, record: RequestRecord) -> None:
        if record.is_over:
            _NOW.set(None)
            self.held.finished(record)


def linked_by(traceparent: str | None) -> tuple[int, int] | None:
    """The trace and the span that a `traceparent` states; None where it states none."""
    found = _TRACEPARENT.fullmatch(traceparent or "")
    if found is None:
        return None
    trace, span = (int(each, 16) for each in found.groups())
    return (trace, span) if trace and span else None
