"""One question to one source: its operations in turn, within its limits; every failure a reply."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from adapters.contract.contract import (
    Malformed,
    NoRecord,
    OperationCard,
    Question,
    Records,
    Refused,
    Unavailable,
    settled,
)
from adapters.contract.frozen import replace
from adapters.contract.identifiers import IDENTIFYING
from adapters.contract.record import Record
from gateway.fanout.batch import Batcher, BatchKey, BatchReply, BatchTerms, may_go_together
from gateway.fanout.breaker import BreakerState
from gateway.fanout.calls.attempt import Attempt, AttemptReader
from gateway.fanout.calls.plain_call import PlainCall
from gateway.fanout.coalesce import (
    AccessRight,
    Bring,
    CallKey,
    CallResult,
    Coalescer,
    Keeps,
    is_sensitive,
    may_stand,
)
from gateway.fanout.health import SourceHealth
from gateway.fanout.limits import CallCount, Jitter, SourceLimits, SourceRequest
from gateway.fanout.proof_of_life import ProofOfLife
from gateway.fanout.route import after_numbers, by_number, route, unasked
from gateway.fanout.source_answer import CallContext, Keys, SourceAnswer, together
from gateway.fanout.sources import RegisteredSource
from gateway.model.clock import Clock
from gateway.model.figures import NO_FIGURES, Figures


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
        self._reader = AttemptReader(source, self.source_limits, clock)
        self._is_plain = source.adapter.plain and not source.has_effects
        self._clock = clock

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

    def confirm(self, answered: SourceAnswer, certain: Iterable[Record]) -> None:
        """Take down that it finds children: these of its records are the child's, for certain."""
        borne = [frozenset(record.identifiers) for record in certain]
        for way, numbers in answered.hits.items():
            if any(numbers <= each for each in borne):
                self._proof.found(way)

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
                tried = self._reader.tried(card, alone, asking, answered, sent)
                answered = together(answered, await self._tried(tried))
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
        answered = before or SourceAnswer(self.source.id, NoRecord())
        return await self._one_after_another(
            route(self.source, keys, before), keys, asking, answered, sent
        )

    def begin(
        self,
        keys: Keys,
        asking: CallContext,
        sent: CallCount,
        landed: Callable[[PlainCall], None],
    ) -> PlainCall | None:
        """The same of a source that was not asked yet, begun; `landed` hears of its end.

        None where it is asked in no plain way: then `ask` does. Nothing was done then.
        """
        cards = route(self.source, keys, None) if self._is_plain else ()
        if asking.right is None or not cards:
            return None
        card, *others = cards
        nobody = SourceAnswer(self.source.id, NoRecord())
        tried = self._reader.tried(card, keys, asking, nobody, sent)
        flight = self._coalescer.begun(*self._shared(tried, asking.right))
        if flight is None:
            return None
        return PlainCall(
            self._coalescer,
            flight,
            partial(self._found_at_once, tried, others),
            partial(self._go_on, tried, others),
            landed,
        )

    def _found_at_once(
        self, tried: Attempt, others: Sequence[OperationCard], brought: CallResult
    ) -> SourceAnswer | None:
        """The answer of a source that was not asked before; None where there is more to ask."""
        if not isinstance(brought.reply, Records) or (others and self._is_asked_besides(others[0])):
            return None
        found = self._reader.answer(tried, brought, self._reader.elapsed_ms(tried))
        return together(tried.before, found) if self.source.in_shield_set else found

    async def _go_on(
        self, tried: Attempt, others: Sequence[OperationCard], brought: CallResult
    ) -> SourceAnswer:
        answered = await self._with(tried, await self._found(tried, brought))
        if not (answered.empty or answered.records):
            return answered
        asked = (tried.keys, tried.asking, answered, tried.sent)
        return await self._one_after_another(others, *asked)

    async def _one_after_another(
        self,
        cards: Iterable[OperationCard],
        keys: Keys,
        asking: CallContext,
        answered: SourceAnswer,
        sent: CallCount,
    ) -> SourceAnswer:
        for card in cards:
            if answered.conclusive and not card.needs & IDENTIFYING:
                break
            if answered.records and not self._is_asked_besides(card):
                break
            tried = self._reader.tried(card, keys, asking, answered, sent)
            answered = await self._with(tried, await self._tried(tried))
            if not (answered.empty or answered.records):
                break
        return answered

    def _is_asked_besides(self, card: OperationCard) -> bool:
        """Whether it is asked so too where it found somebody."""
        return self.source.in_shield_set and bool(card.needs & IDENTIFYING)

    async def _with(self, tried: Attempt, found: SourceAnswer) -> SourceAnswer:
        """What a source answered before and what it was `found` to answer now."""
        if tried.asking.forms and found.empty:
            found = await self._by_other_forms(tried, found)
        # A member's search that was not whole may have missed a marked file. Of any other
        # source the next search says more: by name it also finds whose number nobody can read.
        kept = self.source.in_shield_set or bool(tried.before.records)
        return together(tried.before, found) if kept else found

    async def _by_other_forms(self, tried: Attempt, found: SourceAnswer) -> SourceAnswer:
        """Search for who she is by other forms of her name, where an operation found nobody."""
        for form in tried.asking.forms if self._says_who(tried.card) else ():
            if not found.empty:
                break
            keys = {**tried.keys, **form}
            again = self._reader.tried(tried.card, keys, tried.asking, found, tried.sent)
            other = await self._tried(again)
            found = replace(together(found, other), tried=found.tried)
        return found

    def _says_who(self, card: OperationCard) -> bool:
        by_name = "family_name" in card.accepts and not card.needs & IDENTIFYING
        return by_name and self.source.is_identity

    async def _tried(self, tried: Attempt) -> SourceAnswer:
        right = tried.asking.right
        if right is None or self.source.has_effects:
            brought = await self._bring(tried)
        else:
            brought = await self._coalescer.brought(*self._shared(tried, right))
        return await self._found(tried, brought)

    async def _found(self, tried: Attempt, brought: CallResult) -> SourceAnswer:
        elapsed_ms, proven = self._reader.elapsed_ms(tried), True
        if isinstance(brought.reply, NoRecord):
            proven = await self._proven(tried)
        return self._reader.answer(tried, brought, elapsed_ms, proven=proven)

    async def _proven(self, tried: Attempt) -> bool:
        """Whether it may be relied on that nobody was found so, where that counts for anything.

        It counts where it would prove absence, and for a mark that was not there in the shield set.
        """
        card, asking = tried.card, tried.asking
        missed = self.source.in_shield_set and tried.numbered
        if not (self._reader.is_granted(card) or missed):
            return True
        by = frozenset(tried.given)
        return await self._proof.stands(card, by, asking.on_behalf, asking.until)

    def _shared(self, tried: Attempt, right: AccessRight) -> tuple[CallKey, float, Bring, Keeps]:
        """What makes two calls the same, until when, how it is made, and what is kept of it."""
        given, asking = frozenset(tried.given.items()), tried.asking
        same = CallKey(right, tried.card.name, given, asking.fields)
        keeps = partial(self._may_keep, tried.card, same)
        return same, asking.until, partial(self._bring, tried), keeps

    async def _bring(self, tried: Attempt) -> CallResult:
        card, asking, sent = tried.card, tried.asking, tried.sent
        already, right = sent.times, asking.right
        question = Question(card.name, tried.given, asking.fields, 0.0, asking.on_behalf)
        wanted = SourceRequest(question, asking.until, sent)
        if right is None or not may_go_together(self.source, card, right):
            (reply,), alone = await self.source_limits.ask_all((wanted,)), True
        else:
            said = await self._in_company(card, wanted, right)
            reply, alone = said.reply, said.alone
        index = asking.on_behalf.log_index
        return CallResult(reply, self._clock.now(), index, sent.times - already, alone)

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
                return bool(self._reader.absent(card, dict(same.given), brought.reply))
            case _:
                return False
