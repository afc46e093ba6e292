"""Why a source's answers failed lately: rules, places and shapes, never what was in an answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adapters.contract.contract import (
    FAILURES,
    Failure,
    Fault,
    Malformed,
    Refused,
    Reply,
    Unavailable,
)
from adapters.contract.frozen import replace
from gateway.model import events
from gateway.model.clock import Clock
from resolvers.outcome import Outcome, judge

KEPT: Final = 10  # failures of one source, each of another rule or place
TOLD_EVERY_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class SourceFailure:
    """One way in which a source failed: what it came to, by which rule, where, how often, when.

    `rule` is that of Malformed, or the cause or fault of Unavailable, or "refused". `place` is a
    key of the manifest and `shape` what was met there the last time.
    """

    outcome: Outcome
    rule: str
    place: str
    shape: str
    at: datetime
    count: int = 1


class RecentFailures:
    """The last ten failures of one source; each kind is told as an event once a minute."""

    def __init__(self, source: str, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._kept: dict[tuple[str, str], SourceFailure] = {}
        self._told: dict[tuple[str, str], float] = {}

    @property
    def newest_first(self) -> tuple[SourceFailure, ...]:
        """What is kept."""
        return tuple(reversed(self._kept.values()))

    def note(self, replies: Iterable[Reply]) -> None:
        """Keep the failures among the replies of one call."""
        failed = [one for one in replies if isinstance(one, FAILURES)]
        for reply in dict.fromkeys(failed):
            self._note(reply)

    def _note(self, reply: Failure) -> None:
        failure = _failure(reply, self._clock.now())
        kind = (failure.rule, failure.place)
        before = self._kept.pop(kind, None)
        count = 1 if before is None else before.count + 1
        self._kept[kind] = replace(failure, count=count)
        if len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        self._once_a_minute(kind, lambda: _tell(self._source, reply, failure))

    def _once_a_minute(self, kind: tuple[str, str], tell: Callable[[], None]) -> None:
        now = self._clock.monotonic()
        self._told = {one: at for one, at in self._told.items() if now < at + TOLD_EVERY_S}
        if kind not in self._told:
            self._told[kind] = now
            tell()


def _failure(reply: Failure, now: datetime) -> SourceFailure:
    match reply:
        case Malformed():
            rule, shape = reply.rule, reply.shape
        case Refused():
            rule, shape = "refused", ""
        case Unavailable():
            rule = str(reply.cause or reply.fault)
            shape = "" if reply.status is None else f"status {reply.status}"
    outcome = judge(reply, (), conclusive=False, asked_identifiers=(), supersedes=False)
    return SourceFailure(outcome, rule, reply.place, shape, now)


def _tell(source: str, reply: Failure, failure: SourceFailure) -> None:
    if isinstance(reply, Malformed):
        events.answer_not_read(source, failure.rule, failure.place)
    elif isinstance(reply, Unavailable) and reply.fault is Fault.CONNECTION:
        events.source_not_reached(source, failure.rule, failure.place)
