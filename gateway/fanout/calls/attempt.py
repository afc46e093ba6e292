"""One operation tried at one source, and what its answer is by what the call brought."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from adapters.contract.codes import Claim
from adapters.contract.contract import Malformed, NoRecord, OperationCard, Records, Reply
from adapters.contract.frozen import plainly_made
from adapters.contract.identifiers import CHILD_NUMBERS, IDENTIFYING
from adapters.contract.record import Identifier
from gateway.fanout.coalesce import CallResult
from gateway.fanout.limits import CallCount, SourceLimits
from gateway.fanout.proof_of_life import Way
from gateway.fanout.source_answer import CallContext, Keys, SourceAnswer, each_once
from gateway.fanout.sources import RegisteredSource
from gateway.model.clock import Clock
from resolvers.outcome import Outcome, judge

# A moment further ahead is no moment of the data: a placeholder such as 9999-12-31, say.
_CLOCKS_APART: Final = timedelta(hours=1)
_ANOTHER: Final = "another_child"
_NOBODY: Final = frozenset[Identifier]()


@plainly_made
@dataclass(frozen=True, slots=True)
class Attempt:
    """An operation tried with what is `given` of `keys`, for a question that `sent` so many calls.

    `before` is what the source answered until then, after `already` of them.
    """

    card: OperationCard
    keys: Keys
    given: Keys
    asking: CallContext
    before: SourceAnswer
    sent: CallCount
    already: int
    started: float

    @property
    def numbered(self) -> bool:
        """Whether it was asked by a number of the child's."""
        return bool(CHILD_NUMBERS & self.given.keys())


class AttemptReader:
    """Reads what attempts at one source brought."""

    def __init__(self, source: RegisteredSource, limits: SourceLimits, clock: Clock) -> None:
        self._source = source
        self._limits = limits
        self._clock = clock
        operations = source.manifest.operation
        self._dated = frozenset(each.name for each in operations if each.as_of is not None)

    def tried(
        self,
        card: OperationCard,
        keys: Keys,
        asking: CallContext,
        before: SourceAnswer,
        sent: CallCount,
    ) -> Attempt:
        """An attempt that begins now."""
        given = {name: keys[name] for name in card.accepts & keys.keys()}
        now = self._clock.monotonic()
        return Attempt(card, keys, given, asking, before, sent, sent.times, now)

    def elapsed_ms(self, tried: Attempt) -> int:
        """How long it took until now."""
        return round((self._clock.monotonic() - tried.started) * 1000)

    def answer(
        self, tried: Attempt, brought: CallResult, elapsed_ms: int, *, proven: bool = True
    ) -> SourceAnswer:
        """What the source answers by now; `proven`: that it found nobody, if so, counts."""
        card, given, before = tried.card, tried.given, tried.before
        reply = each_once(brought.reply)
        numbers = frozenset([Identifier(key, given[key]) for key in given.keys() & CHILD_NUMBERS])
        absent = _NOBODY
        if isinstance(reply, Records):
            self._note_another_child(card, numbers, reply)
        elif isinstance(reply, NoRecord):
            absent = self.absent(card, given, reply)
        coalesced = brought.sent and brought.index != tried.asking.on_behalf.log_index
        return SourceAnswer(
            source=self._source.id,
            reply=reply,
            tried=tuple(dict.fromkeys((*before.tried, card.name))),
            searched_by=before.searched_by | given.keys() if brought.sent else before.searched_by,
            by_identifier={name: given[name] for name in given.keys() & IDENTIFYING},
            asked_by=before.asked_by | _alone(card, given, numbers),
            supersedes=card.supersedes,
            absent=before.absent | absent if proven else before.absent,
            attempts=before.attempts + tried.sent.times - tried.already,
            latency_ms=before.latency_ms + elapsed_ms,
            at=brought.at,
            through=before.through | {brought.index} if coalesced else before.through,
            hits=_hits(before.hits, card, given, numbers, brought),
            unproven=before.unproven or not proven,
        )

    def absent(self, card: OperationCard, given: Keys, reply: Reply) -> frozenset[Identifier]:
        """The identifiers that this reply proves absent: none if anything else was sent too.

        What narrows a search (a birth date that the caller has wrong) would make its emptiness
        prove nothing, and a record number of the agency's own is no number of the child's.
        """
        alone = given.keys() <= CHILD_NUMBERS
        granted = self.is_granted(card)
        if not (granted and alone and isinstance(reply, NoRecord) and reply.whole):
            return frozenset()
        if not self._fresh(card, reply.as_of):
            return frozenset()
        return frozenset(Identifier(scheme, value) for scheme, value in given.items())

    def is_granted(self, card: OperationCard) -> bool:
        """Whether it is believed that nobody is there whom this operation does not find."""
        return card.conclusive and Claim.CONCLUSIVE in self._source.claims

    def _fresh(self, card: OperationCard, as_of: datetime | None) -> bool:
        """Whether the data is young enough to prove anything; what should say and does not, is not.

        Where the manifest names no moment, the agency answers from its living system.
        """
        if as_of is None:
            return card.name not in self._dated
        now = self._clock.now()
        oldest = now - timedelta(seconds=self._source.max_age_s)
        return oldest <= as_of <= now + _CLOCKS_APART

    def _note_another_child(
        self, card: OperationCard, numbers: frozenset[Identifier], reply: Records
    ) -> None:
        outcome = judge(
            reply, (), conclusive=False, asked_identifiers=numbers, supersedes=card.supersedes
        )
        if outcome is Outcome.INVALID_RESPONSE:
            self._limits.failures.note([Malformed(_ANOTHER, f"operation.{card.name}")])


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
