"""What one question asks of whom, what came of it, and whom it tells what it heard."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from adapters.contract.contract import NoRecord, OnBehalf, OperationCard, Records, Reply
from adapters.contract.identifiers import CHILD_NUMBERS
from adapters.contract.record import Identifier, Record
from gateway.fanout.coalesce import AccessRight
from gateway.fanout.plan import IDENTIFYING
from gateway.fanout.proof_of_life import Way


@dataclass(frozen=True, slots=True)
class CallContext:
    """What goes to every source of one question; `until` is the deadline on the loop's clock.

    Without a `right` nothing is shared with another question.
    """

    fields: frozenset[str]
    on_behalf: OnBehalf
    until: float
    right: AccessRight | None = None


@dataclass(frozen=True, slots=True)
class SourceAnswer:
    """What came of one source. `tried` names the operations asked, `searched_by` their keys.

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
    def by_details_alone(self) -> bool:
        """Whether it found somebody, and was not asked by a number."""
        return bool(self.records) and self.searched_by.isdisjoint(IDENTIFYING)

    def tells_no(self, card: OperationCard, keys: Mapping[str, str]) -> bool:
        """Whether it found nobody, or nobody with a number that this operation would ask by."""
        said = {(i.scheme, i.value) for record in self.records for i in record.identifiers}
        numbers = {(name, keys[name]) for name in card.needs & CHILD_NUMBERS}
        return not self.records or not numbers <= said

    @property
    def conclusive(self) -> bool:
        """Whether the source holds nobody by some identifier, and that proves absence."""
        return self.empty and bool(self.absent) and not self.unproven


def together(one: SourceAnswer, other: SourceAnswer) -> SourceAnswer:
    """The answer of a source that was asked twice: what it found, or how the second time failed.

    `by_identifier` is that of the last time that anybody was found.
    """
    found = tuple(dict.fromkeys((*one.records, *other.records)))
    if not found or not isinstance(other.reply, Records | NoRecord):
        return other
    as_of = one.reply.as_of if isinstance(one.reply, Records) else None
    said = other.reply if isinstance(other.reply, Records) else Records((), as_of)
    asked_by = other.by_identifier if other.records else one.by_identifier
    whole = one.whole and other.whole
    return replace(other, reply=replace(said, records=found, whole=whole), by_identifier=asked_by)


Keys = Mapping[str, str]
Teach = Callable[[Mapping[str, SourceAnswer]], Mapping[str, Keys]]
Disputed = Callable[[Mapping[str, SourceAnswer]], tuple[Keys, ...]]
Heard = Callable[[Mapping[str, SourceAnswer]], None]
Namesakes = Callable[[Mapping[str, SourceAnswer]], tuple[Mapping[str, Keys], Heard]]
Hear = Callable[[Mapping[str, SourceAnswer], Mapping[str, SourceAnswer]], bool]
PassOn = Callable[[Mapping[str, frozenset[str]]], Awaitable[None]]


def _nothing(_: Mapping[str, SourceAnswer]) -> Mapping[str, Keys]:
    return {}


def _nobody_alike(_: Mapping[str, SourceAnswer]) -> tuple[Mapping[str, Keys], Heard]:
    return {}, _unheard_of


def _unheard_of(_: Mapping[str, SourceAnswer]) -> None:
    return None


def _undisputed(_: Mapping[str, SourceAnswer]) -> tuple[Keys, ...]:
    return ()


def _unheard(_: Mapping[str, SourceAnswer], __: Mapping[str, SourceAnswer]) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be asked: the caller's own details for each permitted source, by source id.

    `asking` is by source id as well. `teach` says what each source may be asked with besides,
    after the answers so far; nothing of it leaves early while one of `heard_first` is under way.
    Where `disputed` has other numbers of the same scheme, a source is asked by these as well.
    Once the others have answered, `namesakes` says who is searched for children alike, by what, and
    who hears of it. `pass_on` is awaited before any of it leaves, with the names of the learned
    keys for each source.
    `give_back` says what of the caller's own details was kept back and may be sent now, when
    everybody else has been heard: whoever is still open is then asked with it. `idle` is told the
    answers of the `circle` whenever nothing of it is under way and nothing taught can start one;
    it says whether nobody else is to be waited for.
    """

    own: Mapping[str, Keys]
    asking: Mapping[str, CallContext]
    until: float
    heard_first: frozenset[str]
    teach: Teach
    pass_on: PassOn
    disputed: Disputed = _undisputed
    give_back: Teach = _nothing
    namesakes: Namesakes = _nobody_alike
    circle: frozenset[str] = frozenset()
    idle: Hear = _unheard
