"""What a record's details say for or against its being the child's, each weighed by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapters.codes import Sex
from resolvers import birth_dates
from resolvers.agreement import Agreement, best
from resolvers.details import NUMBERS, Details
from resolvers.names import compare_families, compare_givens

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
        """What the given names say; one that is merely near does not make up for another sex."""
        given = self.details["given_name"]
        other_sex = self.details["sex"] is Agreement.DIFFERENT
        return Agreement.DIFFERENT if other_sex and given is Agreement.NEAR else given

    @property
    def name(self) -> Agreement:
        """What the whole name says: the given name decides, a family name may change."""
        given, family = self.given, self.family
        if given is Agreement.DIFFERENT:
            return given
        if given.silent and not family.fits:
            return family
        whole = given is Agreement.SAME and family is Agreement.SAME
        return Agreement.SAME if whole else Agreement.NEAR

    @property
    def agrees(self) -> bool:
        """Whether the whole name or the whole birth date is the child's."""
        return Agreement.SAME in (self.name, self.birth_date)

    @property
    def contradicted(self) -> bool:
        """Whether the name or the birth date is evidently another's."""
        return Agreement.DIFFERENT in (self.name, self.birth_date)

    def named(self, verdict: Agreement) -> tuple[str, ...]:
        """The details with this verdict, sorted."""
        return tuple(sorted(name for name, said in self.details.items() if said is verdict))


def weigh(known: Details, held: Details) -> Evidence:
    """Hold a record's details against what is known; never raises."""
    shared = any(known.numbers[n] & held.numbers[n] for n in NUMBERS)
    return Evidence(
        shared=shared or bool(known.records & held.records),
        details={
            **{n: _compare_numbers(held.numbers[n], known.numbers[n]) for n in NUMBERS},
            "family_name": compare_families(held.families, known.families),
            "given_name": compare_givens(held.givens, known.givens),
            "birth_date": _compare_birth_dates(held, known),
            "sex": _compare_sex(held.sex, known.sex),
        },
    )


def _compare_numbers(held: frozenset[str], known: frozenset[str]) -> Agreement:
    if not held:
        return Agreement.NOT_HELD
    if not known:
        return Agreement.NOT_COMPARABLE
    return Agreement.SAME if held <= known else Agreement.DIFFERENT


def _compare_birth_dates(held: Details, known: Details) -> Agreement:
    if not held.birth_dates:
        return Agreement.NOT_HELD
    return best(
        birth_dates.compare(mine, theirs, estimated=held.estimated)
        for mine in held.birth_dates
        for theirs in known.birth_dates
    )


def _compare_sex(held: Sex | None, known: Sex | None) -> Agreement:
    if held not in _SAID_SEXES:
        return Agreement.NOT_HELD
    if known not in _SAID_SEXES:
        return Agreement.NOT_COMPARABLE
    return Agreement.SAME if held is known else Agreement.DIFFERENT
