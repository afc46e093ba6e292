"""What a record's details say for or against its being the child's, each weighed by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapters.codes import Sex
from adapters.dates import PartialDate
from adapters.identifiers import NHS_NUMBER, UPN
from adapters.record import Record
from resolvers import birth_dates
from resolvers.agreement import Agreement, best
from resolvers.names import compare_family, compare_given
from resolvers.reference import Reference, named_record

NUMBERS: Final = (NHS_NUMBER, UPN)
_SAID_SEXES: Final = frozenset({Sex.FEMALE, Sex.MALE})


@dataclass(frozen=True, slots=True)
class Evidence:
    """One verdict a detail, by the names in which grades speak.

    `shared` says that the record has an NHS number or UPN that is known to be the child's, or is
    the very record that the caller named.
    """

    shared: bool
    details: Mapping[str, Agreement]

    @property
    def numbers_differ(self) -> bool:
        """Whether the record has an NHS number or UPN other than the child's."""
        return any(self.details[n] is Agreement.DIFFERENT for n in NUMBERS)

    @property
    def birth_date(self) -> Agreement:
        """What the birth date says."""
        return self.details["birth_date"]

    @property
    def family(self) -> Agreement:
        """What the family name says."""
        return self.details["family_name"]

    @property
    def given(self) -> Agreement:
        """What the given names say; a form that fits both sexes says nothing for the other one."""
        given = self.details["given_name"]
        other_sex = self.details["sex"] is Agreement.DIFFERENT
        return Agreement.DIFFERENT if other_sex and given is Agreement.NEAR else given

    @property
    def name(self) -> Agreement:
        """What the whole name says: the given name decides, a family name may change."""
        if self.given is Agreement.DIFFERENT:
            return Agreement.DIFFERENT
        if self.given.silent and not self.family.fits:
            return self.family
        both = self.given is Agreement.SAME and self.family is Agreement.SAME
        return Agreement.SAME if both else Agreement.NEAR

    def named(self, verdict: Agreement) -> tuple[str, ...]:
        """The details with this verdict, sorted."""
        return tuple(sorted(name for name, said in self.details.items() if said is verdict))


def weigh(reference: Reference, record: Record, *, source: str = "") -> Evidence:
    """Hold a record of `source` against all that is known; pure, and never raises."""
    numbers = {scheme: _compare_numbers(reference, record, scheme) for scheme in NUMBERS}
    names = (*reference.names, *reference.stated_names)
    dates = reference.birth_dates
    if reference.stated_birth_date is not None:
        dates |= {reference.stated_birth_date}
    return Evidence(
        shared=_shares(reference, record, source),
        details={
            **numbers,
            "family_name": compare_family(record.names, names),
            "given_name": compare_given(record.names, names),
            "birth_date": _compare_dates(record, dates),
            "sex": _compare_sex(record.sex, reference.sex),
        },
    )


def fits_stated(reference: Reference, record: Record) -> bool:
    """Whether a detail that the caller stated agrees, or may agree, with the record's."""
    stated = Reference(
        stated_names=reference.stated_names, stated_birth_date=reference.stated_birth_date
    )
    evidence = weigh(stated, record)
    return evidence.name.fits or evidence.birth_date.fits


def numbers_of(record: Record, scheme: str) -> frozenset[str]:
    """A record's values in `scheme`, without those that systems write for "none"."""
    values = (i.value for i in record.identifiers if i.scheme == scheme)
    return frozenset(value for value in values if not _filler(value))


def _filler(value: str) -> bool:
    """Ten equal digits pass the check of an NHS number, and stand in many systems for none."""
    return len(set(value[1:])) <= 1


def _shares(reference: Reference, record: Record, source: str) -> bool:
    if record.record_id and named_record(source, record.record_id) in reference.identifiers:
        return True
    known = {(i.scheme, i.value) for i in reference.identifiers if not _filler(i.value)}
    return any((scheme, v) in known for scheme in NUMBERS for v in numbers_of(record, scheme))


def _compare_numbers(reference: Reference, record: Record, scheme: str) -> Agreement:
    held = numbers_of(record, scheme)
    known = {i.value for i in reference.identifiers if i.scheme == scheme and not _filler(i.value)}
    if not held:
        return Agreement.NOT_HELD
    if not known:
        return Agreement.NOT_COMPARABLE
    return Agreement.SAME if held <= known else Agreement.DIFFERENT


def _compare_dates(record: Record, known: frozenset[PartialDate]) -> Agreement:
    held = record.birth_date
    if held is None:
        return Agreement.NOT_HELD
    estimated = record.birth_date_estimated
    return best(birth_dates.compare(held, day, estimated=estimated) for day in known)


def _compare_sex(held: Sex | None, known: Sex | None) -> Agreement:
    if held not in _SAID_SEXES:
        return Agreement.NOT_HELD
    if known not in _SAID_SEXES:
        return Agreement.NOT_COMPARABLE
    return Agreement.SAME if held is known else Agreement.DIFFERENT
