"""What one source can bear: turns, time, repetitions and rest, as its manifest says."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, assert_never

from adapters.contract.contract import (
    Fault,
    Malformed,
    MoreNeeded,
    NoRecord,
    Question,
    Records,
    Refused,
    Reply,
    TooMany,
    Unavailable,
)
from adapters.contract.frozen import plainly_made
from adapters.contract.time_limit import TimeLimit
from gateway.fanout.breaker import Breaker, BreakerState, CallOutcome
from gateway.fanout.failures import RecentFailures
from gateway.fanout.health import Checkup, Latencies, SourceHealth
from gateway.fanout.hedging.hedge import HedgedRequest
from gateway.fanout.retry import RetryBudget, wait_before_another
from gateway.fanout.sources import RegisteredSource
from gateway.fanout.throttle import Throttle
from gateway.model import events
from gateway.model.clock import Clock
from gateway.model.figures import NO_FIGURES, Figures

Jitter = Callable[[], float]

# Of the time until the deadline: a call's own time is up before the question's, so that it is the
# source that timed out, and not the question that went away.
_SHARE: Final = 0.98
# What a source had less time for says nothing about it: it was asked late.
_NEARLY: Final = 0.95  # of a source's answers, as far as its usual time is meant
_FAIR_TRIAL_S: Final = 1.0
_HEDGES_SAVED: Final = 2.0
_ENOUGH: Final = 20  # answers, to say what is usual
_LATE: Final = 1.25  # of the usual time: else a source that always takes as long is asked twice
_AT_ONCE_S: Final = 0.001  # for a turn that was free a moment ago
# Who refuses one of two requests may refuse it as one too many.
_NO_ANSWERS: Final = (Unavailable, Malformed, Refused)
_PROBE_S: Final = 2.0  # whoever looks at the sources waits for the slowest probe


@dataclass(slots=True)
class CallCount:
    """How often one question has asked one source so far."""

    times: int = 0


@plainly_made
@dataclass(frozen=True, slots=True)
class SourceRequest:
    """A question for a source, all but the time that it gets: `until` is the end of that."""

    question: Question
    until: float
    sent: CallCount = field(default_factory=CallCount)


@dataclass(slots=True)
class SharedLimits:
    """What one source has seen of us and we of it, by whichever connection it is asked."""

    throttle: Throttle
    breaker: Breaker
    budget: RetryBudget
    hedges: RetryBudget
    latencies: Latencies
    failures: RecentFailures
    answered_at: datetime | None = None


class SourceLimits:
    """The limits of one source, shared by every question; `jitter` gives 0 to 1."""

    def __init__(
        self,
        source: RegisteredSource,
        clock: Clock,
        jitter: Jitter,
        figures: Figures = NO_FIGURES,
    ) -> None:
        limits = source.manifest.limits
        self._source = source
        self._limits = limits
        self._clock = clock.monotonic
        self._now = clock.now
        self._jitter = jitter
        self._figures = figures
        self.state = SharedLimits(
            throttle=Throttle(limits.rate, limits.concurrency, clock.monotonic),
            breaker=Breaker(limits.breaker.failures, limits.breaker.open_for, clock.monotonic),
            budget=RetryBudget(),
            hedges=RetryBudget(limits.hedge.share, _HEDGES_SAVED),
            latencies=Latencies(clock.monotonic),
            failures=RecentFailures(source.id, clock),
        )
        self._may_be_hedged = limits.hedge.share != 0 and not source.has_effects
        self._keeps_time = source.adapter.keeps_time
        self._checkup = Checkup(self._probe, clock)

    @property
    def throttle(self) -> Throttle:
        """Its turns."""
        return self.state.throttle

    @property
    def breaker(self) -> BreakerState:
        """How its breaker stands."""
        return self.state.breaker.state

    @property
    def failures(self) -> RecentFailures:
        """Why its answers failed of late."""
        return self.state.failures

    @property
    def usual_s(self) -> float | None:
        """Within how many seconds nearly each of its answers came; None before the first."""
        return self.state.latencies.usual_s(_NEARLY)

    @property
    def health(self) -> SourceHealth:
        """How the source is doing, as far as is known without asking it."""
        p50_ms, p99_ms = self.state.latencies.within_ms(0.5, 0.99)
        checkup = self._checkup
        return SourceHealth(
            breaker=self.state.breaker.state,
            p50_ms=p50_ms,
            p99_ms=p99_ms,
            reachable=checkup.reachable,
            checked_at=checkup.checked_at,
            answered_at=self.state.answered_at,
            failures=self.failures.newest_first,
        )

    async def check(self) -> None:
        """Ask the source's probe, where it has one, seldom and within the limits."""
        if self._source.adapter.probe is not None:
            await self._checkup.check()

    async def _probe(self) -> bool | None:
        probe, timeout_s = self._source.adapter.probe, min(self._limits.timeout, _PROBE_S)
        if probe is None or not await self.throttle.take_turn(self._clock() + timeout_s):
            return None
        try:
            async with asyncio.timeout(timeout_s):
                return await probe.up()
        except TimeoutError:
            return False
        except Exception as bug:  # noqa: BLE001  one adapter's bug must not hide all the others
            events.adapter_failed(self._source.id, bug)
            return False
        finally:
            self.throttle.end_turn()

    def hand_over(self, after: "SourceLimits") -> None:
        """Have another go on in this one's place, to the same system."""
        self.throttle.hand_over(after.throttle)

    def go_on_as(self, before: "SourceLimits") -> None:
        """Go on in the place of `before`, which led to the same system with another secret.

        Whoever still asks by the old one and whoever asks by the new one share one set of limits.
        """
        self.state = before.state

    async def ask(self, wanted: SourceRequest) -> Reply:
        """Ask, and ask once more where the manifest allows it and the deadline leaves time."""
        return (await self.ask_all((wanted,)))[0]

    async def ask_all(self, every: tuple[SourceRequest, ...]) -> tuple[Reply, ...]:
        """The same in one call about several children, where the source can be asked so.

        It takes one turn, and ends when the first of their times does.
        """
        self.state.budget.called()
        alone = len(every) == 1
        attempt, until = 1, every[0].until if alone else min([wanted.until for wanted in every])
        after_s = self._hedge_after_s if alone and self._may_be_hedged else None
        if after_s is None:
            replies = await self._once(every, until)
        else:
            replies = await self._hedged(every, until, after_s).first()
        while isinstance(said := replies[0] if alone else _heard(replies), Unavailable):
            wait_s = self._wait_before_another(said, attempt, until)
            if wait_s is None:
                return replies
            await asyncio.sleep(wait_s)
            attempt += 1
            again = await self._once(every, until)
            last = _heard(again)
            if isinstance(last, Unavailable) and last.fault in (Fault.BREAKER_OPEN, Fault.LIMIT):
                return replies  # what the source itself said last
            replies = again
        return replies

    def _hedged(
        self, every: tuple[SourceRequest, ...], until: float, after_s: float
    ) -> HedgedRequest[tuple[Reply, ...]]:
        """As `_once`, with a second request beside it if it is slow."""
        self.state.hedges.called()
        sent, before = every[0].sent, every[0].sent.times
        return HedgedRequest(
            send=lambda: self._once(every, until),
            # Of two that saw the one free turn, the second must not be sent once the first is over.
            send_beside=lambda: self._once(every, until, patience_s=_AT_ONCE_S),
            after_s=after_s,
            may_send=lambda: sent.times > before and self._may_hedge(),
            is_answer=lambda replies: not isinstance(replies[0], _NO_ANSWERS),
        )

    @property
    def _hedge_after_s(self) -> float | None:
        hedge = self._limits.hedge
        if hedge.after is not None:
            return hedge.after
        usual_s = self.usual_s if self.state.latencies.kept >= _ENOUGH else None
        return None if usual_s is None else usual_s * _LATE

    def _may_hedge(self) -> bool:
        closed = self.state.breaker.open_s is None
        return closed and self.throttle.has_room and self.state.hedges.spend()

    def _wait_before_another(self, reply: Unavailable, attempt: int, until: float) -> float | None:
        if self._source.has_effects or self.state.breaker.open_s is not None:
            return None
        wait_s = wait_before_another(self._limits.retry, reply, attempt, self._jitter())
        if wait_s is None or self._clock() + wait_s >= until or not self.state.budget.spend():
            return None
        return wait_s

    async def _once(
        self, every: tuple[SourceRequest, ...], until: float, patience_s: float = math.inf
    ) -> tuple[Reply, ...]:
        if (open_s := self.state.breaker.open_s) is not None:
            return _all(every, Unavailable(Fault.BREAKER_OPEN, open_s))
        throttle = self.state.throttle
        in_time = self._clock() < until and throttle.turn_now()
        if not (in_time or await throttle.take_turn(min(until, self._clock() + patience_s))):
            return _all(every, Unavailable(Fault.LIMIT))
        try:
            admission = self.state.breaker.admit()
            if admission is None:  # it opened while this question waited for its turn
                return _all(every, Unavailable(Fault.BREAKER_OPEN, self.state.breaker.open_s))
            return await self._admitted(every, until, admission)
        finally:
            throttle.end_turn()

    async def _admitted(
        self, every: tuple[SourceRequest, ...], until: float, admission: int
    ) -> tuple[Reply, ...]:
        timeout_s = min(self._limits.timeout, _SHARE * (until - self._clock()))
        went, started = CallOutcome.NEUTRAL, self._clock()
        for wanted in every:
            wanted.sent.times += 1
        try:
            replies = await self._replies(every, until, timeout_s)
            said = replies[0] if len(replies) == 1 else _heard(replies)
            went = CallOutcome.OK if isinstance(said, Records) else self._went(said, timeout_s)
        finally:
            self.state.breaker.settle(admission, went)
        took_s = self._clock() - started
        self._figures.called(self._source.id, str(went), took_s)
        if went is CallOutcome.OK:
            self.state.latencies.took(took_s)
        if isinstance(said, Records | NoRecord | TooMany):
            self.state.answered_at = self._now()
        if isinstance(said, Records) and len(every) == 1:
            return replies
        self.failures.note(replies)
        for wanted, reply in zip(every, replies, strict=True):
            if isinstance(reply, MoreNeeded):
                wanted.sent.times -= 1  # the adapter asked nobody
        return replies

    async def _replies(
        self, every: tuple[SourceRequest, ...], until: float, timeout_s: float
    ) -> tuple[Reply, ...]:
        adapter = self._source.adapter
        try:
            if self._keeps_time and len(every) == 1:
                question = self._question(every[0].question, until, timeout_s)
                return (await adapter.source.ask(question),)
            questions = tuple([self._question(each.question, until, timeout_s) for each in every])
            with TimeLimit(timeout_s):
                if len(questions) == 1 or adapter.several is None:
                    return (await adapter.source.ask(questions[0]),)
                return await adapter.several.ask_many(questions)
        except TimeoutError:
            return _all(every, Unavailable(Fault.TIMED_OUT))
        except Exception as bug:  # noqa: BLE001  one adapter's bug must not end the question
            events.adapter_failed(self._source.id, bug)
            return _all(every, Malformed("adapter"))

    def _question(self, asked: Question, until: float, timeout_s: float) -> Question:
        return Question(
            asked.operation,
            asked.given,
            asked.fields,
            timeout_s,
            asked.on_behalf,
            pace=lambda: self.throttle.pace(until),
            may_resend=not self._source.has_effects,
        )

    def _went(self, reply: Reply, timeout_s: float) -> CallOutcome:
        match reply:
            case Records() | NoRecord() | TooMany() | Refused():
                return CallOutcome.OK
            case Malformed():
                return CallOutcome.FAILED
            case MoreNeeded():
                return CallOutcome.NEUTRAL
            case Unavailable(fault=Fault.BUSY | Fault.LIMIT | Fault.BREAKER_OPEN):
                return CallOutcome.NEUTRAL
            case Unavailable(fault=Fault.TIMED_OUT):
                fair = timeout_s >= min(self._limits.timeout, _FAIR_TRIAL_S)
                return CallOutcome.FAILED if fair else CallOutcome.NEUTRAL
            case Unavailable():
                return CallOutcome.FAILED
            case _:
                assert_never(reply)


def _heard(replies: tuple[Reply, ...]) -> Reply:
    """The reply that says most of how a call went: what one child's is like may be the child's."""
    if len(replies) == 1:
        return replies[0]
    failed = (Unavailable, Malformed)
    return next((reply for reply in replies if not isinstance(reply, failed)), replies[0])


def _all(every: tuple[SourceRequest, ...], reply: Reply) -> tuple[Reply, ...]:
    return (reply,) * len(every)
