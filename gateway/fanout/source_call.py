"""One question to one source: its operations in turn, within its limits; every failure a reply."""

from collections.abc import Collection, Coroutine, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.contract.codes import Claim
from adapters.contract.contract import (
    Malformed,
    NoRecord,
    OperationCard,
    Question,
    Records,
    Refused,
    Reply,
    Unavailable,
    settled,
)
from adapters.contract.frozen import replace
from adapters.contract.identifiers import CHILD_NUMBERS, IDENTIFYING
from adapters.contract.record import Identifier, Record
from gateway.fanout.batch import Batcher, BatchKey, BatchReply, BatchTerms, may_go_together
from gateway.fanout.breaker import BreakerState
from gateway.fanout.coalesce import (
    AccessRight,
    CallKey,
    CallResult,
    Coalescer,
    is_sensitive,
    may_stand,
)
from gateway.fanout.health import SourceHealth
from gateway.fanout.limits import CallCount, Jitter, SourceLimits, SourceRequest
from gateway.fanout.proof_of_life import ProofOfLife, Way
from gateway.fanout.route import after_numbers, by_number, route, unasked
from gateway.fanout.source_answer import (
    CallContext,
    Keys,
    SourceAnswer,
    each_once,
    together,
)
from gateway.fanout.sources import RegisteredSource
from gateway.model.clock import Clock
from gateway.model.figures import NO_FIGURES, Figures
from resolvers.outcome import Outcome, judge

# A moment further ahead is no moment of the data: a placeholder such as 9999-12-31, say.
_CLOCKS_APART: Final = timedelta(hours=1)
_ANOTHER: Final = "another_child"
_NOBODY: Final = frozenset[Identifier]()


class SourceConnection:
    """The connection to one source as it is registered: its limits and answers serve all questions.

    Another version of the source, its rules or its grants has a connection of its own.
    """

    def __init__(
        self,
        source: RegisteredSource,
        clock: Clock,
        jitter: Jitter,
        figures: Figures = NO_FIGURES,
    ) -> None:
        self.source = source
        self.source_limits = SourceLimits(source, clock, jitter, figures)
        self._batcher = Batcher(self.source_limits)
        self._coalescer: Coalescer[CallKey] = Coalescer(
            source.manifest.limits.cache, clock.monotonic
        )
        self._proof = ProofOfLife(source, self.source_limits, clock)
        self._clock = clock
        self._nothing = SourceAnswer(source.id, NoRecord())
        operations = source.manifest.operation
        self._dated = frozenset(each.name for each in operations if each.as_of is not None)

    def hand_over(self, after: "SourceConnection") -> None:
        """Have another connection lead to the same system from now on, within the same limits."""
        self.source_limits.hand_over(after.source_limits)

    def go_on_as(self, before: "SourceConnection") -> None:
        """Go on in the place of another that led to the same system with another secret."""
        self.source_limits.go_on_as(before.source_limits)

    @property
    def breaker(self) -> BreakerState:
        """How its breaker stands."""
        return self.source_limits.breaker

    async def health(self) -> SourceHealth:
        """How the source is doing; its probe is asked first, where it has one, and seldom."""
        await self.source_limits.check()
        return self.source_limits.health

    def confirm(self, answered: SourceAnswer, certain: Collection[Record]) -> None:
        """Take down that it finds children: these of its records are the child's, for certain."""
        for way, numbers in answered.hits.items():
            for record in certain:
                if numbers.issubset(record.identifiers):
                    self._proof.found(way)
                    break

    def forget(self) -> None:
        """Keep no answer, and let no question join a call that is under way."""
        self._coalescer.forget()

    async def search(self, keys: Keys, asking: CallContext, sent: CallCount) -> SourceAnswer:
        """Ask by demographics alone, whatever was asked by number before."""
        before = after_numbers(self.source)
        if not route(self.source, keys, before):
            return unasked(self.source)
        return await self.ask(keys, asking, before, sent)

    async def ask_by_each(
        self,
        keys: Iterable[Keys],
        asking: CallContext,
        before: SourceAnswer | None,
        sent: CallCount,
    ) -> SourceAnswer:
        """Ask by the first of `keys`, then by each other, and bring together what they found.

        The first failure ends it: what the others found does not stand for the whole.
        """
        first, *others = keys
        answered = await self.ask(first, asking, before, sent)
        for more in others:
            if not isinstance(answered.reply, Records | NoRecord):
                break
            again = replace(
                answered, reply=NoRecord(), tried=() if before is None else before.tried
            )
            answered = together(answered, await self.ask(more, asking, again, sent))
        return answered

    async def ask_further(
        self, by: Iterable[Keys], asking: CallContext, before: SourceAnswer, sent: CallCount
    ) -> SourceAnswer:
        """Ask by each of these, of one number each, and bring it together with what came `before`.

        The first failure ends it, as above.
        """
        answered = before
        for keys in by:
            for card in by_number(self.source, keys):
                if not isinstance(answered.reply, Records | NoRecord):
                    return answered
                alone = {name: keys[name] for name in card.needs}
                answered = together(answered, await self._try(card, alone, asking, answered, sent))
        return answered

    async def ask(
        self,
        keys: Keys,
        asking: CallContext,
        before: SourceAnswer | None,
        sent: CallCount,
    ) -> SourceAnswer:
        """Ask operation after operation until one finds something or fails.

        One empty result does not spare the next identifier: an agency may hold the child by only
        one of them. What is conclusive by an identifier is not searched for by name as well. One of
        the shield set is asked by every identifier: its files under each may be marked.
        """
        answered = before or self._nothing
        for card in route(self.source, keys, before):
            if answered is not self._nothing and self._is_enough(answered, card):
                break
            found = await self._try(card, keys, asking, answered, sent)
            if asking.forms and found.empty:
                found = await self._by_other_forms(card, keys, asking, found, sent)
            # A member's search that was not whole may have missed a marked file. Of any other
            # source the next search says more: by name it also finds whose number nobody can read.
            first = answered is self._nothing
            kept = not first and (self.source.in_shield_set or bool(answered.records))
            answered = together(answered, found) if kept else found
            if not isinstance(answered.reply, NoRecord) and not answered.records:
                break
        return answered

    def _is_enough(self, answered: SourceAnswer, card: OperationCard) -> bool:
        """Whether nothing is left to ask by an operation after what was answered."""
        by_number = bool(card.needs & IDENTIFYING)
        if answered.conclusive and not by_number:
            return True
        return bool(answered.records) and not (self.source.in_shield_set and by_number)

    async def _by_other_forms(
        self,
        card: OperationCard,
        keys: Keys,
        asking: CallContext,
        found: SourceAnswer,
        sent: CallCount,
    ) -> SourceAnswer:
        """Search for who she is by other forms of her name, where an operation found nobody."""
        for form in asking.forms if self._says_who(card) else ():
            if not found.empty:
                break
            again = await self._try(card, {**keys, **form}, asking, found, sent)
            found = replace(together(found, again), tried=found.tried)
        return found

    def _says_who(self, card: OperationCard) -> bool:
        by_name = "family_name" in card.accepts and not card.needs & IDENTIFYING
        return by_name and self.source.is_identity

    async def _try(
        self,
        card: OperationCard,
        keys: Keys,
        asking: CallContext,
        before: SourceAnswer,
        sent: CallCount,
    ) -> SourceAnswer:
        given = {name: keys[name] for name in card.accepts & keys.keys()}
        started, already = self._clock.monotonic(), sent.times
        brought = await self._brought(card, given, asking, sent)
        elapsed_ms = round((self._clock.monotonic() - started) * 1000)
        reply, absent, proven = each_once(brought.reply), _NOBODY, True
        numbers = frozenset([Identifier(key, given[key]) for key in given.keys() & CHILD_NUMBERS])
        if isinstance(reply, Records):
            self._note_another_child(card, numbers, reply)
        elif isinstance(reply, NoRecord):
            absent = self._absent(card, given, reply)
            proven = await self._proven(card, given, asking)
        coalesced = brought.sent and brought.index != asking.on_behalf.log_index
        return SourceAnswer(
            source=self.source.id,
            reply=reply,
            tried=tuple(dict.fromkeys((*before.tried, card.name))),
            searched_by=before.searched_by | given.keys() if brought.sent else before.searched_by,
            by_identifier=given
            if given.keys() <= IDENTIFYING
            else {name: given[name] for name in given.keys() & IDENTIFYING},
            asked_by=before.asked_by | _alone(card, given, numbers),
            supersedes=card.supersedes,
            absent=before.absent | absent if proven else before.absent,
            attempts=before.attempts + sent.times - already,
            latency_ms=before.latency_ms + elapsed_ms,
            at=brought.at,
            through=before.through | {brought.index} if coalesced else before.through,
            hits=_hits(before.hits, card, given, numbers, brought),
            unproven=before.unproven or not proven,
        )

    def _note_another_child(
        self, card: OperationCard, numbers: frozenset[Identifier], reply: Records
    ) -> None:
        if reply.records and numbers.issubset(reply.records[0].identifiers):
            return  # also where it was asked by none
        outcome = judge(
            reply, (), conclusive=False, asked_identifiers=numbers, supersedes=card.supersedes
        )
        if outcome is Outcome.INVALID_RESPONSE:
            self.source_limits.failures.note([Malformed(_ANOTHER, f"operation.{card.name}")])

    async def _proven(self, card: OperationCard, given: Keys, asking: CallContext) -> bool:
        """Whether it may be relied on that nobody was found so, where that counts for anything.

        It counts where it would prove absence, and for a mark that was not there in the shield set.
        """
        numbered = bool(CHILD_NUMBERS & given.keys())
        if not (self._is_granted(card) or (self.source.in_shield_set and numbered)):
            return True
        by = frozenset(given)
        return await self._proof.stands(card, by, asking.on_behalf, asking.until)

    def _brought(
        self, card: OperationCard, given: Keys, asking: CallContext, sent: CallCount
    ) -> Coroutine[Any, Any, CallResult]:
        async def bring() -> CallResult:
            already = sent.times
            question = Question(card.name, given, asking.fields, 0.0, asking.on_behalf)
            wanted = SourceRequest(question, asking.until, sent)
            if right is None or not may_go_together(self.source, card, right):
                (reply,), alone = await self.source_limits.ask_all((wanted,)), True
            else:
                said = await self._in_company(card, wanted, right)
                reply, alone = said.reply, said.alone
            index = asking.on_behalf.log_index
            return CallResult(reply, self._clock.now(), index, sent.times - already, alone)

        right = asking.right
        if right is None or self.source.has_effects:
            return bring()
        same = CallKey(right, card.name, frozenset(given.items()), asking.fields)
        return self._coalescer.brought(
            same, asking.until, bring, lambda brought: self._may_keep(card, same, brought)
        )

    async def _in_company(
        self, card: OperationCard, wanted: SourceRequest, right: AccessRight
    ) -> BatchReply:
        """The reply from a call about others too, whoever is asked for in the same moment."""
        together = BatchKey(right, card.name, wanted.question.fields)
        person = self.source.test_child(card.name, card.needs)
        said = await self._batcher.ask(together, wanted, BatchTerms(card.at_once, person))
        if settled(said.reply):
            return said
        # Of whom an answer about several says nothing that can be believed is asked about alone.
        alone = await self.source_limits.ask(wanted)
        failed = isinstance(alone, Refused | Unavailable | Malformed)
        kept = failed and isinstance(said.reply, Records)
        return said if kept else BatchReply(alone, alone=True)

    def _may_keep(self, card: OperationCard, same: CallKey, brought: CallResult) -> bool:
        """Whether this answer may stand for a few seconds: an empty one only where it proves any.

        Never a failure.
        """
        if not may_stand(self.source, same.right):
            return False
        match brought.reply:
            case Records(records=records):
                return not any(map(is_sensitive, records))
            case NoRecord():
                return bool(self._absent(card, dict(same.given), brought.reply))
            case _:
                return False

    def _absent(self, card: OperationCard, given: Keys, reply: Reply) -> frozenset[Identifier]:
        """The identifiers that this reply proves absent: none if anything else was sent too.

        What narrows a search (a birth date that the caller has wrong) would make its emptiness
        prove nothing, and a record number of the agency's own is no number of the child's.
        """
        alone = given.keys() <= CHILD_NUMBERS
        granted = self._is_granted(card)
        if not (granted and alone and isinstance(reply, NoRecord) and reply.whole):
            return frozenset()
        if not self._fresh(card, reply.as_of):
            return frozenset()
        return frozenset(Identifier(scheme, value) for scheme, value in given.items())

    def _is_granted(self, card: OperationCard) -> bool:
        return card.conclusive and Claim.CONCLUSIVE in self.source.claims

    def _fresh(self, card: OperationCard, as_of: datetime | None) -> bool:
        """Whether the data is young enough to prove anything; what should say and does not, is not.

        Where the manifest names no moment, the agency answers from its living system.
        """
        if as_of is None:
            return card.name not in self._dated
        now = self._clock.now()
        oldest = now - timedelta(seconds=self.source.max_age_s)
        return oldest <= as_of <= now + _CLOCKS_APART


def _alone(
    card: OperationCard, given: Keys, numbers: frozenset[Identifier]
) -> frozenset[Identifier]:
    """The child's number that was asked by; none where anything else that was sent narrows it."""
    return numbers if len(numbers) == 1 and given.keys() <= card.needs else frozenset()


def _hits(
    before: Mapping[Way, frozenset[Identifier]],
    card: OperationCard,
    given: Keys,
    numbers: frozenset[Identifier],
    brought: CallResult,
) -> Mapping[Way, frozenset[Identifier]]:
    """By which numbers each way brought records, this one too if it did.

    A call about several children goes another way, and shows nothing of this one.
    """
    if not (numbers and brought.alone and isinstance(brought.reply, Records)):
        return before
    return {**before, Way(card.name, frozenset(given)): numbers}
