"""What a question asks a source with, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from adapters.contract.contract import NoRecord, OnBehalf, OperationCard, Records, Reply
from adapters.contract.frozen import plainly_made, replace
from adapters.contract.identifiers import CHILD_NUMBERS, IDENTIFYING
from adapters.contract.record import Identifier, Record
from gateway.fanout.coalesce import AccessRight
from gateway.fanout.proof_of_life import Way

Keys = Mapping[str, str]


@plainly_made
@dataclass(frozen=True, slots=True)
class CallContext:
    """What goes to every source of one question; `until` is the deadline on the loop's clock.

    Without a `right` nothing is shared with another question. `forms` are the names otherwise, by
    which an identity source is searched too where it found nobody.
    """

    fields: frozenset[str]
    on_behalf: OnBehalf
    until: float
    right: AccessRight | None = None
    forms: tuple[Mapping[str, str], ...] = ()


@plainly_made
@dataclass(frozen=True, slots=True)
class SourceAnswer:
    """What came of one source. `tried` names the operations asked, `searched_by` their keys.

    `asked_by` are the child's numbers that it was asked by, each alone.
    `absent` are the identifiers for which the source conclusively holds nobody: declared, granted,
    fresh enough, and asked by them alone. `by_identifier` are the identifying keys that the last
    operation asked with; `at` is when its reply came. `attempts` is how often this question itself
    asked; `through` are the intents, by index, whose calls brought what it did not ask for itself.
    `hits` are the ways that found somebody, with the numbers asked by. `unproven`: by a way whose
    emptiness would count it found nobody, and is not seen to find anybody at all.
    """

    source: str
    reply: Reply
    tried: tuple[str, ...] = ()
    searched_by: frozenset[str] = frozenset()
    by_identifier: Mapping[str, str] = field(default_factory=dict)
    asked_by: frozenset[Identifier] = frozenset()
    supersedes: bool = False
    absent: frozenset[Identifier] = frozenset()
    attempts: int = 0
    latency_ms: int = 0
    at: datetime | None = None
    through: frozenset[int] = frozenset()
    hits: Mapping[Way, frozenset[Identifier]] = field(default_factory=dict)
    unproven: bool = False

    @property
    def records(self) -> tuple[Record, ...]:
        """The records of the reply; none where it has none."""
        return self.reply.records if isinstance(self.reply, Records) else ()

    @property
    def whole(self) -> bool:
        """Whether it answered, and with all that it holds by what it was asked with."""
        return isinstance(self.reply, Records | NoRecord) and self.reply.whole

    @property
    def empty(self) -> bool:
        """Whether the source found nothing by anything it was asked with."""
        return isinstance(self.reply, NoRecord)

    @property
    def by_number_alone(self) -> bool:
        """Whether it was searched by no name, so that it would not have brought a namesake."""
        return self.searched_by.isdisjoint(("family_name", "given_name"))

    @property
    def by_details_alone(self) -> bool:
        """Whether it found somebody, and was not asked by a number."""
        return bool(self.records) and self.searched_by.isdisjoint(IDENTIFYING)

    @property
    def replaced(self) -> frozenset[Identifier]:
        """The numbers asked by that a source with new ones answered under another number."""
        asked = self.by_identifier.items() if self.supersedes else ()
        return frozenset(
            number
            for number in (Identifier(scheme, value) for scheme, value in asked)
            if any(number not in record.identifiers for record in self.records)
        )

    def by_more_than(self, own: Keys) -> bool:
        """Whether it was asked by anything beside these details, such as a number learned."""
        numbers = any(own.get(each.scheme) != each.value for each in self.asked_by)
        return numbers or bool(self.searched_by - own.keys())

    def tells_no(self, card: OperationCard, keys: Mapping[str, str]) -> bool:
        """Whether it found nobody, or nobody with a number that this operation would ask by."""
        said = {(i.scheme, i.value) for record in self.records for i in record.identifiers}
        numbers = {(name, keys[name]) for name in card.needs & CHILD_NUMBERS}
        return not self.records or not numbers <= said

    @property
    def conclusive(self) -> bool:
        """Whether the source holds nobody by some identifier, and that proves absence."""
        return self.empty and bool(self.absent) and not self.unproven


def each_once(reply: Reply) -> Reply:
    """The reply with a record that stands in it twice once: one file is not two to choose from."""
    if not isinstance(reply, Records) or len(reply.records) == 1:
        return reply
    once = tuple(dict.fromkeys(reply.records))
    return reply if len(once) == len(reply.records) else replace(reply, records=once)


def together(one: SourceAnswer, other: SourceAnswer) -> SourceAnswer:
    """The answer of a source that was asked twice: what it found, or how the second time failed.

    `by_identifier` is that of the last time that anybody was found. It is whole if both are.
    """
    if not isinstance(other.reply, Records | NoRecord):
        return other
    found = _every(one.records, other.records)
    both = replace(other, asked_by=one.asked_by | other.asked_by)
    whole = one.whole and other.whole
    if not found:
        return replace(both, reply=replace(other.reply, whole=whole))
    as_of = one.reply.as_of if isinstance(one.reply, Records) else None
    said = other.reply if isinstance(other.reply, Records) else Records((), as_of)
    asked_by = other.by_identifier if other.records else one.by_identifier
    return replace(both, reply=replace(said, records=found, whole=whole), by_identifier=asked_by)


def _every(some: tuple[Record, ...], others: tuple[Record, ...]) -> tuple[Record, ...]:
    """Each record once; a record has a hundred parts to be compared, so one alone is not."""
    if not some and len(others) == 1:
        return others
    return tuple(dict.fromkeys((*some, *others)))
