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
from adapters.identifiers import NHS_NUMBER, UPN
from adapters.record import Identifier, Record
from gateway import events
from gateway.clock import Clock
from gateway.plan import IDENTIFYING, route
from gateway.registry import RegisteredSource
from gateway.throttle import Throttle

# A moment further ahead is no moment of the data: a placeholder such as 9999-12-31, say.
_CLOCKS_APART: Final = timedelta(hours=1)
PROVING = frozenset({NHS_NUMBER, UPN})


@dataclass(frozen=True, slots=True)
class Asking:
    """What goes to every source of one question; `until` is the deadline on the loop's clock."""

    fields: frozenset[str]
    on_behalf: OnBehalf
    until: float


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one source. `tried` names the operations asked, `searched_by` their keys.

    `absent` are the identifiers for which the source conclusively holds nobody: declared, granted,
    fresh enough, and asked by them alone. `by_identifier` are the identifying keys that the last
    operation asked with; `at` is when its reply came.
    """

    source: str
    reply: Reply
    tried: tuple[str, ...] = ()
    searched_by: frozenset[str] = frozenset()
    by_identifier: Mapping[str, str] = field(default_factory=dict)
    supersedes: bool = False
    absent: frozenset[Identifier] = frozenset()
    attempts: int = 0
    latency_ms: int = 0
    at: datetime | None = None

    @property
    def records(self) -> tuple[Record, ...]:
        """The records of the reply; none where it has none."""
        return self.reply.records if isinstance(self.reply, Records) else ()

    @property
    def empty(self) -> bool:
        """Whether the source found nothing by anything it was asked with."""
        return isinstance(self.reply, NoRecord)

    @property
    def conclusive(self) -> bool:
        """Whether the source holds nobody by some identifier, and that proves absence."""
        return self.empty and bool(self.absent)


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
        """The operations that these keys allow and that are still worth trying.

        A source with effects is asked by one operation, once.
        """
        cards = self._untried(before)
        possible = tuple(
            card for card in route(self.source.adapter.operations, keys) if card in cards
        )
        return possible[:1] if self.source.has_effects else possible

    def may_ask_again(self, answered: Answered) -> bool:
        """Whether knowing more could still find the child here."""
        return answered.empty and bool(self._untried(answered))

    def _untried(self, before: Answered | None) -> tuple[OperationCard, ...]:
        if before is None:
            return self.source.adapter.operations
        if self.source.has_effects:
            return ()
        return tuple(
            card
            for card in self.source.adapter.operations
            if card.name not in before.tried and (card.needs & IDENTIFYING or not before.conclusive)
        )

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
        """Ask operation after operation until one finds something or fails.

        One empty result does not spare the next identifier: an agency may hold the child by only
        one of them. What is conclusive by an identifier is not searched for by name as well.
        """
        answered = before or Answered(self.source.id, NoRecord())
        for card in self.route(keys, before):
            if answered.conclusive and not card.needs & IDENTIFYING:
                break
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
            absent=before.absent | self._absent(card, given, reply),
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

    def _absent(
        self, card: OperationCard, given: Mapping[str, str], reply: Reply
    ) -> frozenset[Identifier]:
        """The identifiers that this reply proves absent: none if anything else was sent too.

        What narrows a search (a birth date that the caller has wrong) would make its emptiness
        prove nothing, and a record number of the agency's own is no number of the child's.
        """
        granted = card.conclusive and Claim.CONCLUSIVE in self.source.claims
        alone = given.keys() <= PROVING
        if not (granted and alone and isinstance(reply, NoRecord)):
            return frozenset()
        if not self._fresh(card, reply.as_of):
            return frozenset()
        return frozenset(Identifier(scheme, value) for scheme, value in given.items())

    def _fresh(self, card: OperationCard, as_of: datetime | None) -> bool:
        """Whether the data is young enough to prove anything; what should say and does not, is not.

        Where the manifest names no moment, the agency answers from its living system.
        """
        if as_of is None:
            return card.name not in self._dated
        now = self._clock.now()
        oldest = now - timedelta(seconds=self.source.manifest.source.max_age)
        return oldest <= as_of <= now + _CLOCKS_APART
