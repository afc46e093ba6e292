"""What a record's details say for or against its being the child's, each weighed by itself."""

from typing import Final, NamedTuple

from adapters.contract.codes import Sex
from resolvers.comparison import birth_dates, postcodes
from resolvers.comparison.agreement import Agreement
from resolvers.comparison.common_names import met_family_frequency, met_given_frequency
from resolvers.comparison.names import (
    NamePart,
    call_otherwise,
    chained,
    compare_families,
    compare_givens,
    part_of,
    same_initial,
    share_common,
    share_further,
)
from resolvers.comparison.surroundings import share_carer
from resolvers.matching.details import Around, Details

_NOT_HELD: Final = Agreement.NOT_HELD
_NOT_COMPARABLE: Final = Agreement.NOT_COMPARABLE
_DIFFERENT: Final = Agreement.DIFFERENT
_DISTANT: Final = Agreement.DISTANT
_VAGUE: Final = Agreement.VAGUE
_FORM: Final = Agreement.FORM
_SAME: Final = Agreement.SAME

_CHAIN: Final = 3  # words of a whole name that are nobody else's in any order
_HOMES: Final = "homes"  # where the homes of what is known are kept ready with it
_SAID_SEXES: Final = (Sex.FEMALE, Sex.MALE)


_Names = tuple[Agreement, Agreement]  # the family name's verdict and the given name's


class Evidence(NamedTuple):
    """One verdict a detail; a tuple, because many are made and few are kept.

    `shared` says that the record has an NHS number or UPN that is known to be the child's, or is
    the very record that the caller named; `further` that a second or later given name is the same,
    `common` that one is which many share. The frequencies are shares of all children, and only of
    names that are the same. `ties` are the surroundings told that agree, by name and sorted:
    carers, gp_practice, schools, telephone. `part`: how far a vague given name is part of another.
    """

    shared: bool
    nhs_number: Agreement
    upn: Agreement
    family: Agreement
    given_name: Agreement
    further: bool
    common: bool
    birth_date: Agreement
    sex: Agreement
    postcode: Agreement
    family_frequency: float
    given_frequency: float
    ties: tuple[str, ...] = ()
    part: NamePart = NamePart.NONE

    @property
    def named(self) -> tuple[tuple[str, Agreement], ...]:
        """The verdicts by the names in which grades speak, sorted."""
        ties = tuple((tie, _SAME) for tie in self.ties)
        said = (
            ("birth_date", self.birth_date),
            ("family_name", self.family),
            ("given_name", self.given_name),
            ("nhs_number", self.nhs_number),
            ("postcode", self.postcode),
            ("sex", self.sex),
            ("upn", self.upn),
        )
        return tuple(sorted((*said, *ties))) if ties else said

    @property
    def family_tie(self) -> bool:
        """Whether a carer, a telephone or a school agrees: a practice is a whole quarter's."""
        return bool(self.ties) and self.ties != ("gp_practice",)

    @property
    def numbers_differ(self) -> bool:
        """Whether the record has an NHS number or UPN other than the child's."""
        return _DIFFERENT in (self.nhs_number, self.upn)

    @property
    def given(self) -> Agreement:
        """What the given names say; one that fits weakly does not make up for another sex."""
        weak = _DIFFERENT < self.given_name < _SAME
        other = weak and self.sex is _DIFFERENT
        return _DIFFERENT if other else self.given_name

    @property
    def name(self) -> Agreement:
        """What the whole name says: the given name decides, a family name may change.

        As strong as its weaker part; VAGUE where only one of the two fits.
        """
        if self.given_name is self.family is _SAME:
            return _SAME
        given, family = self.given, self.family
        if given is _DIFFERENT:
            return given
        if given.fits and family.fits:
            return min(given, family)
        if given.silent and not family.fits:
            return family
        return _VAGUE if given.fits or family.fits else _DISTANT

    @property
    def agrees(self) -> bool:
        """Whether the whole name or the whole birth date is the child's."""
        return _SAME in (self.name, self.birth_date)

    @property
    def vouches(self) -> bool:
        """Whether name or birth date is enough beside a number: one whole, or a family name's slip.

        Twins and siblings share the family name, so that the given name has to be the same.
        """
        return self.birth_date is _SAME or (self.given is _SAME and self.name.strong)

    @property
    def contradicted(self) -> bool:
        """Whether the name or the birth date is evidently another's."""
        return _DIFFERENT in (self.name, self.birth_date)


BORN_OTHERWISE: Final = Evidence(
    shared=False,
    nhs_number=_NOT_COMPARABLE,
    upn=_NOT_COMPARABLE,
    family=_NOT_COMPARABLE,
    given_name=_NOT_COMPARABLE,
    further=False,
    common=False,
    birth_date=_DIFFERENT,
    sex=_NOT_COMPARABLE,
    postcode=_NOT_COMPARABLE,
    family_frequency=1.0,
    given_frequency=1.0,
)
"""Enough of a record without a number of hers that another birth date excludes, whatever else."""


def born_otherwise(known: Details, held: Details) -> bool:
    """Whether the birth date is another's, so that only a number can make a record hers."""
    return _compare_birth_dates(held, known) is _DIFFERENT


def bears_number(known: Details, held: Details) -> bool:
    """Whether a record bears a number of the child's, or is one that the caller named."""
    return held.shares_number(known) or not known.records.isdisjoint(held.records)


def weigh(known: Details, held: Details) -> Evidence:
    """Hold a record's details against what is known; never raises.

    One question weighs the same pair some five times: for the circle, for everybody, for a likely
    child. So what was found stays with the record's details, which live as long as the question.
    """
    found: Evidence | None = held.weighed.get(known)
    if found is None:
        found = held.weighed[known] = _weighed(known, held)
    return found


def _weighed(known: Details, held: Details) -> Evidence:
    shared = bears_number(known, held)
    born = _compare_birth_dates(held, known)
    family = compare_families(held.families, known.families)
    given = compare_givens(held.givens, known.givens)
    # Whom another birth date has told apart already, no order of names brings nearer.
    if not (family.fits and given.fits) and (shared or born is not _DIFFERENT):
        family, given = _otherwise_named(held, known, (family, given))
    nhs_number = _compare_numbers(held.nhs_numbers, known.nhs_numbers)
    upn = _compare_numbers(held.upns, known.upns)
    if (
        given is _DIFFERENT
        and nhs_number is upn is _SAME
        and same_initial(held.givens, known.givens)
    ):
        given = _DISTANT
    sex = _compare_sex(held.sex, known.sex)
    if sex is _DIFFERENT and given is _NOT_COMPARABLE and held.givens and known.givens:
        given = (
            _DIFFERENT  # two names that say nothing of each other are a brother's and a sister's
        )
    same_family, same_given = family is _SAME, given is _SAME
    return Evidence(
        shared=shared,
        nhs_number=nhs_number,
        upn=upn,
        family=family,
        given_name=given,
        further=same_given and share_further(held.givens, known.givens),
        common=same_given and share_common(held.givens, known.givens),
        birth_date=born,
        sex=sex,
        postcode=_compare_postcodes(held, known),
        family_frequency=met_family_frequency(held.families, known.families)
        if same_family
        else 1.0,
        given_frequency=met_given_frequency(held.givens, known.givens) if same_given else 1.0,
        ties=_ties(Around.of_record(held.record), known.around)
        if known.around and held.record
        else (),
        part=part_of(held.givens, known.givens) if _may_be_part(given, born) else NamePart.NONE,
    )


def _may_be_part(given: Agreement, born: Agreement) -> bool:
    """Whether a part of the given name may be enough: only beside the very birth date."""
    return given is _VAGUE and born is _SAME


def _ties(held: Around, known: Around) -> tuple[str, ...]:
    agreeing = (
        ("carers", share_carer(held.carers, known.carers)),
        ("gp_practice", not held.gp_practices.isdisjoint(known.gp_practices)),
        ("schools", not held.schools.isdisjoint(known.schools)),
        ("telephone", not held.telephones.isdisjoint(known.telephones)),
    )
    return tuple(name for name, agrees in agreeing if agrees)


def _otherwise_named(held: Details, known: Details, found: _Names) -> _Names:
    """What the names say once their places are not taken for granted; else as `found`."""
    if not ((known.givens or known.families) and (held.givens or held.families)):
        return found
    family, given = found
    if _one_chain(held, known):
        return _SAME, _SAME
    if not (family.fits or given.fits):
        found = _the_other_way(held, known, found)
        return found if found[0].fits else _single(held, known, found)
    both = bool(held.families and known.families)
    if given.fits and not family.fits and both and _in_chain(held, known):
        return _FORM, given
    return found


def _one_chain(held: Details, known: Details) -> bool:
    """Whether both are one name of the same three words or more, cut and ordered otherwise."""
    mine, theirs = _whole_name(held), _whole_name(known)
    if len(mine) != len(theirs) or not mine:
        return False
    words = sorted(mine.split())
    return len(words) >= _CHAIN and words == sorted(theirs.split())


def _whole_name(details: Details) -> str:
    """Given and family name in one text; "" for whoever has several, or lacks one."""
    if len(details.givens) != 1 or len(details.families) != 1:
        return ""
    return " ".join((*details.givens, *details.families))


def _in_chain(held: Details, known: Details) -> bool:
    """Whether a father's name or a title is the last name here, and a further one there."""
    return chained(held.families, held.givens, known.families, known.givens)


def _single(held: Details, known: Details, found: _Names) -> _Names:
    """Vague where the one name that somebody has stands among the other's in the other place."""
    family, given = found
    if not (family.silent or given.silent):
        return found
    mine = _firsts(held.givens) | held.families
    theirs = _firsts(known.givens) | known.families
    one_name = not (held.givens and held.families and known.givens and known.families)
    met = one_name and any(len(name) > 1 for name in mine & theirs)
    return (_NOT_COMPARABLE, _VAGUE) if met else found


def _the_other_way(held: Details, known: Details, found: _Names) -> _Names:
    """What the names say if family and given names stand in each other's place; else as `found`.

    Only where both are whole that way: an initial is anybody's. Which of the two is the given name
    nobody knows then, so that a slip in either counts as one in both, and vague as vague.
    """
    if not (held.givens and known.givens and held.families and known.families):
        return found
    families = compare_families(_firsts(held.givens), known.families)
    if not families.fits:
        return found
    givens = compare_families(held.families, _firsts(known.givens))
    weaker = min(families, givens)
    strong = families.strong or givens.strong
    whole = max(map(len, held.families)) > 1 and max(map(len, known.families)) > 1
    if weaker.fits and call_otherwise(held.givens, known.givens):
        return families, _VAGUE
    return (weaker, weaker) if weaker.strong or (weaker.fits and strong and whole) else found


def _firsts(givens: frozenset[str]) -> frozenset[str]:
    return givens | {name.partition(" ")[0] for name in givens}


def _compare_numbers(held: frozenset[str], known: frozenset[str]) -> Agreement:
    if not held:
        return _NOT_HELD
    if not known:
        return _NOT_COMPARABLE
    return _SAME if held <= known else _DIFFERENT


def _compare_birth_dates(held: Details, known: Details) -> Agreement:
    if not held.birth_dates and not held.estimates:
        return _NOT_HELD
    guess, found = not held.birth_dates, _NOT_COMPARABLE
    for mine in held.birth_dates or held.estimates:
        for theirs in known.birth_dates:
            found = max(found, birth_dates.compare(mine, theirs, estimated=guess))
        for theirs in known.estimates:
            found = max(found, birth_dates.compare(mine, theirs, estimated=True))
    return found


def _compare_sex(held: Sex | None, known: Sex | None) -> Agreement:
    if held not in _SAID_SEXES:
        return _NOT_HELD
    if known not in _SAID_SEXES:
        return _NOT_COMPARABLE
    return _SAME if held is known else _DIFFERENT


def _compare_postcodes(held: Details, known: Details) -> Agreement:
    """Silent, and the same for a record with and without one, until the child is cleared."""
    if known.postcodes is None:
        return _NOT_COMPARABLE
    homes: postcodes.KnownHomes | None = known.weighed.get(_HOMES)
    if homes is None:
        homes = known.weighed[_HOMES] = postcodes.KnownHomes.of(known.postcodes)
    return homes.compare(held.postcodes or frozenset())
