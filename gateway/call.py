"""One question to one source: its operations in turn, within its limits; every failure a reply."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from adapters.codes import Claim
from adapters.contract import (
    Fault,
    Malformed,
    MoreNeeded,
    NoRecord,
    OnBehalf,
    OperationCard,
    Question,
    Records,
    Reply,
    Unavailable,
)
from adapters.record import Record
from gateway import events
from gateway.clock import Clock
from gateway.plan import IDENTIFYING, route
from gateway.registry import RegisteredSource
from gateway.throttle import Throttle

# A moment further ahead is no moment of the data: a placeholder such as 9999-12-31, say.
_CLOCKS_APART: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Asking:
    """What goes to every source of one question; `until` is the deadline on the loop's clock."""

    fields: frozenset[str]
    on_behalf: OnBehalf
    until: float


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one source. `tried` names the operations asked, `searched_by` their keys.

    `conclusive` says that an empty result proves absence: declared, granted and fresh enough.
    `by_identifier` are the identifying keys that the last operation asked with; `at` is when its
    reply came.
    """

    source: str
    reply: Reply
    tried: tuple[str, ...] = ()
    searched_by: frozenset[str] = frozenset()
    by_identifier: Mapping[str, str] = field(default_factory=dict)
    supersedes: bool = False
    conclusive: bool = False
    attempts: int = 0
    latency_ms: int = 0
    at: datetime | None = None

    @property
    def records(self) -> tuple[Record, ...]:
        """The records of the reply; none where it has none."""
        return self.reply.records if isinstance(self.reply, Records) else ()

    @property
    def empty(self) -> bool:
        """Whether the source found nothing, and that proves nothing."""
        return isinstance(self.reply, NoRecord) and not self.conclusive


class Line:
    """The line to one source, kept for the gateway's life: its limits are shared by questions."""

    def __init__(self, source: RegisteredSource, clock: Clock) -> None:
        self.source = source
        limits = source.manifest.limits
        self._throttle = Throttle(limits.rate, limits.concurrency, clock.monotonic)
        self._clock = clock
        operations = source.manifest.operation
        self._dated = frozenset(each.name for each in operations if each.as_of is not None)

    def route(self, keys: Mapping[str, str], before: Answered | None) -> tuple[OperationCard, ...]:
        """The operations that these keys allow and that were not tried before.

        A source with effects is asked by one operation, once.
        """
        tried = before.tried if before else ()
        if tried and self.source.has_effects:
            return ()
        cards = route(self.source.adapter.operations, keys)
        fresh = tuple(card for card in cards if card.name not in tried)
        return fresh[:1] if self.source.has_effects else fresh

    def unasked(self) -> Answered:
        """The answer of a source that cannot search with what is known."""
        needs = {" + ".join(sorted(card.needs)) for card in self.source.adapter.operations}
        return Answered(self.source.id, MoreNeeded(tuple(sorted(needs))))

    def timed_out(self, before: Answered | None) -> Answered:
        """The answer of a source that the deadline overtook."""
        overtaken = before or Answered(self.source.id, Unavailable(Fault.TIMED_OUT))
        attempts = overtaken.attempts + 1
        return replace(overtaken, reply=Unavailable(Fault.TIMED_OUT), attempts=attempts)

    async def ask(
        self, keys: Mapping[str, str], asking: Asking, before: Answered | None
    ) -> Answered:
        """Ask operation after operation until one finds something or fails."""
        answered = before or Answered(self.source.id, NoRecord())
        for card in self.route(keys, before):
            answered = await self._try(card, keys, asking, answered)
            if not answered.empty:
                break
        return answered

    async def _try(
        self, card: OperationCard, keys: Mapping[str, str], asking: Asking, before: Answered
    ) -> Answered:
        given = {name: keys[name] for name in card.accepts & keys.keys()}
        started = self._clock.monotonic()
        reply, attempts = await self._within_limits(card, given, asking)
        elapsed_ms = round((self._clock.monotonic() - started) * 1000)
        return Answered(
            source=self.source.id,
            reply=reply,
            tried=(*before.tried, card.name),
            searched_by=before.searched_by | given.keys() if attempts else before.searched_by,
            by_identifier={name: given[name] for name in given.keys() & IDENTIFYING},
            supersedes=card.supersedes,
            conclusive=self._conclusive(card, reply),
            attempts=before.attempts + attempts,
            latency_ms=before.latency_ms + elapsed_ms,
            at=self._clock.now(),
        )

    async def _within_limits(
        self, card: OperationCard, given: Mapping[str, str], asking: Asking
    ) -> tuple[Reply, int]:
        if not await self._throttle.take_turn(asking.until):
            return Unavailable(Fault.BUSY), 0
        try:
            left = asking.until - self._clock.monotonic()
            timeout_s = min(self.source.manifest.limits.timeout, left)
            question = Question(
                operation=card.name,
                given=given,
                fields=asking.fields,
                timeout_s=timeout_s,
                on_behalf=asking.on_behalf,
                pace=lambda: self._throttle.pace(asking.until),
            )
            return await self._reply(question), 1
        finally:
            self._throttle.end_turn()

    async def _reply(self, question: Question) -> Reply:
        try:
            async with asyncio.timeout(question.timeout_s):
                return await self.source.adapter.source.ask(question)
        except TimeoutError:
            return Unavailable(Fault.TIMED_OUT)
        except Exception as bug:  # noqa: BLE001  one adapter's bug must not end the question
            events.adapter_failed(self.source.id, bug)
            return Malformed("adapter")

    def _conclusive(self, card: OperationCard, reply: Reply) -> bool:
        if not (card.conclusive and Claim.CONCLUSIVE in self.source.claims):
            return False
        return isinstance(reply, NoRecord) and self._fresh(card, reply.as_of)

    def _fresh(self, card: OperationCard, as_of: datetime | None) -> bool:
        """Whether the data is young enough to prove anything; what should say and does not, is not.

        Where the manifest names no moment, the agency answers from its living system.
        """
        if as_of is None:
            return card.name not in self._dated
        now = self._clock.now()
        oldest = now - timedelta(seconds=self.source.manifest.source.max_age)
        return oldest <= as_of <= now + _CLOCKS_APART
