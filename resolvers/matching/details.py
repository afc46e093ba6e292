"""The details that tell children apart, taken from a record or a reference, ready to compare."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Self, TypeVar

from adapters.contract.codes import Sex
from adapters.contract.dates import PartialDate
from adapters.contract.frozen import plainly_made, replace
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import Identifier, Name, Record
from resolvers.comparison import postcodes, surroundings
from resolvers.comparison.names import families, givens, learned
from resolvers.matching.reference import Reference, Surroundings, named_record

T = TypeVar("T")
NUMBERS: Final = (NHS_NUMBER, UPN)


class Around(NamedTuple):
    """Whom and what a child has around, made ready to compare."""

    carers: frozenset[frozenset[str]] = frozenset()
    schools: frozenset[str] = frozenset()
    gp_practices: frozenset[str] = frozenset()
    telephones: frozenset[str] = frozenset()

    @classmethod
    def of_record(cls, record: Record) -> Self:
        """What a record holds."""
        practice = record.gp_practice
        return cls(
            surroundings.carers(carer.name for carer in record.carers),
            surroundings.places(text for each in record.schools for text in (each.name, each.urn)),
            surroundings.places((practice.name, practice.ods_code) if practice else ()),
            surroundings.telephones(carer.telephone for carer in record.carers),
        )

    @classmethod
    def told(cls, told: Surroundings) -> Self:
        """What a caller told."""
        return cls(
            surroundings.carers(told.carers),
            surroundings.places(told.schools),
            surroundings.places(told.gp_practices),
            surroundings.telephones(told.telephones),
        )


@plainly_made
@dataclass(frozen=True, slots=True)
class Details:
    """Folded, and without what systems write for "none".

    `records` are the records themselves, as `named_record` writes them. `estimates` are birth
    dates that are guesses. `postcodes` and `around` are None in what is known of a child whom
    nobody has cleared: a record's are then never looked at. `record` is what a record's own
    surroundings are read from, once they are asked for.
    """

    nhs_numbers: frozenset[str]
    upns: frozenset[str]
    records: frozenset[Identifier]
    families: frozenset[str]
    givens: frozenset[str]
    birth_dates: frozenset[PartialDate]
    estimates: frozenset[PartialDate]
    sex: Sex | None
    postcodes: frozenset[str] | None
    around: Around | None = None
    record: Record | None = field(default=None, compare=False, repr=False)
    weighed: dict[Any, Any] = field(init=False, default_factory=dict, compare=False, repr=False)

    @property
    def as_person(self) -> Self:
        """Name and birth date alone."""
        none = frozenset[str]()
        return replace(
            self,
            nhs_numbers=none,
            upns=none,
            records=frozenset(),
            sex=None,
            postcodes=None,
            around=None,
            record=None,
        )

    @property
    def as_compared(self) -> Self:
        """All by which two records are held to be one child's, save which records they are."""
        none = frozenset[Identifier]()
        return replace(self, records=none, postcodes=None, around=None, record=None)

    @classmethod
    def of_record(cls, source: str, record: Record) -> Self:
        """What a record of `source` holds."""
        born = frozenset({record.birth_date} if record.birth_date else ())
        return cls(
            *_numbers(record.identifiers),
            records=_named(source, record),
            families=families(record.names),
            givens=givens(record.names),
            birth_dates=frozenset() if record.birth_date_estimated else born,
            estimates=born if record.birth_date_estimated else frozenset(),
            sex=record.sex,
            postcodes=postcodes.read([address.postcode for address in record.addresses]),
            record=record,
        )

    def of_another(self, source: str, record: Record) -> Self:
        """The details of another record that says the same in the same words."""
        return replace(self, records=_named(source, record), record=record)

    @classmethod
    def of_reference(cls, reference: Reference) -> Self:
        """All that is known of the child: what the caller stated and what was added."""
        stated, names = reference.stated_birth_date, reference.names
        called_so = names == reference.stated_names
        return cls._known(
            reference,
            names if called_so else (*names, *reference.stated_names),
            reference.birth_dates | ({stated} if stated else frozenset()),
        )

    @classmethod
    def of_stated(cls, reference: Reference) -> Self:
        """What the caller stated, and nothing that was added."""
        stated = reference.stated_birth_date
        return cls._known(reference, reference.stated_names, frozenset({stated} if stated else ()))

    @classmethod
    def _known(
        cls, reference: Reference, names: tuple[Name, ...], birth_dates: frozenset[PartialDate]
    ) -> Self:
        where, told = reference.postcodes, reference.surroundings
        stated = reference.stated_names
        called = givens(stated)
        return cls(
            *_numbers(reference.identifiers),
            records=reference.identifiers,
            families=families(names),
            givens=called if names == stated else learned(givens(names), called),
            birth_dates=birth_dates - reference.birth_dates_estimated,
            estimates=birth_dates & reference.birth_dates_estimated,
            sex=reference.sex,
            postcodes=None if where is None else postcodes.read(where),
            around=None if told in (None, Surroundings()) else Around.told(told),
        )

    @property
    def identifiers(self) -> frozenset[Identifier]:
        """Its NHS numbers and UPNs."""
        every = ((scheme, value) for scheme in NUMBERS for value in self.numbers(scheme))
        return frozenset(Identifier(scheme, value) for scheme, value in every)

    @property
    def numbered(self) -> bool:
        """Whether it has an NHS number or a UPN."""
        return bool(self.nhs_numbers or self.upns)

    def numbers(self, scheme: str) -> frozenset[str]:
        """The NHS numbers or the UPNs."""
        return self.nhs_numbers if scheme == NHS_NUMBER else self.upns

    def without(self, numbers: frozenset[Identifier]) -> Self:
        """The same without these numbers."""
        nhs_numbers, upns = _numbers(numbers)
        return replace(self, nhs_numbers=self.nhs_numbers - nhs_numbers, upns=self.upns - upns)

    def shares_number(self, other: "Details") -> bool:
        """Whether an NHS number or a UPN of one is also the other's."""
        return bool(self.nhs_numbers & other.nhs_numbers or self.upns & other.upns)


class ReadOnce:
    """Reads each record's details once, however often they are asked for; keep it with a question.

    It keeps the records, so that none gives its place to another. Without `by_kind` each record is
    graded by itself, which is the exact way.
    """

    def __init__(self, *, by_kind: bool = True) -> None:
        self.by_kind = by_kind
        self._read: dict[tuple[str, int], Details] = {}
        self._met: dict[tuple[str, int], tuple[Record, Details, Details]] = {}
        self._worked_out: dict[Hashable, tuple[tuple[object, ...], Any]] = {}
        self._said: dict[Hashable, tuple[Details, Details]] = {}
        self._kinds: dict[Hashable, Details] = {}
        self._known: dict[int, tuple[Reference, Details]] = {}
        self._stated: dict[int, tuple[Reference, Details]] = {}

    def __call__(self, source: str, record: Record) -> Details:
        """What a record of `source` holds."""
        _, said, _ = self._as_said(source, record)
        key = source, id(record)
        found = self._read.get(key)
        if found is None:
            found = self._read[key] = said.of_another(source, record)
        return found

    def kind(self, source: str, record: Record) -> Details:
        """The first details met that say the same of whom they are about.

        They are the same object for all of a kind, whatever their source, so that what is weighed
        for one is weighed for each. Which record it is, they do not say.
        """
        return self._as_said(source, record)[2]

    def once(self, what: object, by: tuple[object, ...], work: Callable[[], T]) -> T:
        """What follows from these objects, worked out once in a question.

        Places in memory tell them apart; they are kept with what follows, so that none gives its
        place to another.
        """
        key = (what, *map(id, by))
        found = self._worked_out.get(key)
        if found is None:
            found = self._worked_out[key] = (by, work())
        result: T = found[1]
        return result

    def known(self, reference: Reference) -> Details:
        """All that is known of the child."""
        found = self._known.get(id(reference))
        if found is None:
            found = self._known[id(reference)] = reference, Details.of_reference(reference)
        return found[1]

    def stated(self, reference: Reference) -> Details:
        """What the caller stated of the child."""
        found = self._stated.get(id(reference))
        if found is None:
            alike = _adds_nothing(reference)
            read = self.known(reference) if alike else Details.of_stated(reference)
            found = self._stated[id(reference)] = reference, read
        return found[1]

    def _as_said(self, source: str, record: Record) -> tuple[Record, Details, Details]:
        """The details of one that says the same in the same words, and the first of its kind.

        Most agencies write alike what they say alike.
        """
        met = self._met.get((source, id(record)))
        if met is None:
            said = said_by(record)
            before = self._said.get(said)
            if before is None:
                held = self._read[source, id(record)] = Details.of_record(source, record)
                before = held, self._kinds.setdefault(kind_of(held, record), held)
                self._said[said] = before
            met = self._met[source, id(record)] = (record, *before)
        return met


def _adds_nothing(reference: Reference) -> bool:
    """Whether all that is known of whom and when was stated: what else is, both ways read."""
    stated = reference.stated_birth_date
    born = frozenset({stated} if stated else ())
    return reference.names == reference.stated_names and reference.birth_dates == born


def kind_of(held: Details, record: Record) -> Hashable:
    """All that is weighed of a record, save which record it is."""
    numbers = held.nhs_numbers, held.upns
    person = held.families, held.givens, held.birth_dates, held.estimates, held.sex
    around = record.carers, record.schools, record.gp_practice
    return (*numbers, *person, held.postcodes, *around)


def _named(source: str, record: Record) -> frozenset[Identifier]:
    """The record itself, as a reference would name it; nothing where it has no id."""
    return frozenset({named_record(source, record.record_id)} if record.record_id else ())


def said_by(record: Record) -> tuple[Hashable, ...]:
    """All that details are made of, in the agency's own words."""
    person = record.identifiers, record.names, record.birth_date, record.sex
    homes = tuple([address.postcode for address in record.addresses])
    around = record.carers, record.schools, record.gp_practice
    return (*person, record.birth_date_estimated, homes, *around)


def numbers(identifiers: Iterable[Identifier]) -> dict[str, frozenset[str]]:
    """The NHS numbers and UPNs among identifiers, by scheme; the fillers of forms left out."""
    return dict(zip(NUMBERS, _numbers(identifiers), strict=True))


def _numbers(identifiers: Iterable[Identifier]) -> tuple[frozenset[str], frozenset[str]]:
    """NHS numbers, then UPNs; a temporary UPN ends in a letter and is nobody's."""
    nhs_numbers, upns = set[str](), set[str]()
    for identifier in identifiers:
        value = identifier.value
        # Ten equal digits pass the check of an NHS number, and stand in many systems for none.
        if len(set(value[1:])) <= 1:
            continue
        if identifier.scheme == NHS_NUMBER:
            nhs_numbers.add(value)
        elif identifier.scheme == UPN and value[-1:].isdigit():
            upns.add(value)
    return frozenset(nhs_numbers), frozenset(upns)
