"""What most questions come to: every record bears her number, and nobody is to be told apart.

Hundreds of agencies hold a child by a few spellings. Records that say the same of whom they are
about are of one kind, and weighed once. That is only done where each is certain by a number and no
two speak against each other: then all join in the first round, and the rounds of `resolve` come to
the same. They are the reference; a law holds this to them (ADR 0067).

So nothing is asked here that only tells those apart who are not all members: a number in dispute is
one that two members differ in, and another child of her first name matters to no record by number.
"""

from collections.abc import Collection, Mapping
from itertools import combinations
from typing import Final, NamedTuple

from adapters.contract.record import Record
from resolvers.matching.by_kind.crowd import crowded
from resolvers.matching.contest import differ_as_people
from resolvers.matching.details import NUMBERS, Details, ReadOnce
from resolvers.matching.doubt import in_full
from resolvers.matching.evidence import weigh
from resolvers.matching.grade import Grade, Graded, MatchGrade, Resolution
from resolvers.matching.grading import (
    Assessment,
    KnownOfChild,
    assess,
    credible,
    of_member,
    twin_among,
)
from resolvers.matching.lessons import taught
from resolvers.matching.reference import Reference

_MOST_KINDS: Final = 16  # each is compared with each: of more the rounds may tell sooner


class _Kind(NamedTuple):
    """Records that say the same, of sources that hold as many children."""

    held: Details
    population: int | None

    def against(self, known: KnownOfChild, read: ReadOnce) -> Assessment:
        """Their grade by themselves."""
        by = (known.all, known.stated, self.held)
        return read.once(self.population, by, lambda: assess(known, self.held, self.population))

    def told(self, known: KnownOfChild, found: Assessment, read: ReadOnce) -> Grade:
        """Their grade as it is told of members, who are found so."""
        by = (known.all, self.held, found)
        return read.once("told", by, lambda: of_member(found.said(known.all, self.held)))


_Key = tuple[int, int | None]  # of a kind


class _Kinds(NamedTuple):
    """The kinds, and of which kind each source's one record is."""

    every: dict[_Key, _Kind]
    at: dict[str, _Key]

    @property
    def same(self) -> frozenset[_Key]:
        """What these kinds and no others have."""
        return frozenset(self.every)


class _ToldOfKinds(NamedTuple):
    """By kind its grade, and whether it is settled; and the numbers in dispute."""

    grades: Mapping[_Key, tuple[Grade, bool]]
    disputed: frozenset[str]


def resolved_by_kind(
    reference: Reference,
    records_by_source: Mapping[str, tuple[Record, ...]],
    populations: Mapping[str, int | None],
    read: ReadOnce,
) -> Resolution | None:
    """The resolution of records that are all hers by a number; None if it takes more to tell."""
    kinds = _kinds(reference, records_by_source, populations, read)
    found = None if kinds is None else _assessed(reference, kinds, read)
    if kinds is None or found is None:
        return None
    by = ("told", kinds.same), (reference,)
    told = read.once(*by, lambda: _told(reference, kinds, found, read))
    by_source = {
        source: tuple([Graded(record, *told.grades[kinds.at[source]]) for record in records])
        for source, records in records_by_source.items()
    }
    return Resolution(by_source, told.disputed)


def all_hers(
    reference: Reference,
    records_by_source: Mapping[str, tuple[Record, ...]],
    populations: Mapping[str, int | None],
    read: ReadOnce,
) -> bool:
    """Whether all these records are certain, by a number; False where it takes more to tell."""
    kinds = _kinds(reference, records_by_source, populations, read)
    return kinds is not None and _assessed(reference, kinds, read) is not None


def _assessed(
    reference: Reference, kinds: _Kinds, read: ReadOnce
) -> Mapping[_Key, Assessment] | None:
    """The grade of each kind by itself; None unless all are hers.

    A question is found again as answers come, and most of these are of kinds that it knows.
    """

    def assessed() -> Mapping[_Key, Assessment] | None:
        held = tuple([kind.held for kind in kinds.every.values()])
        if len(held) > _MOST_KINDS or read.once("crowd", held, lambda: _any_crowd(held)):
            return None
        known = KnownOfChild.of(reference, read)
        found = {key: kind.against(known, read) for key, kind in kinds.every.items()}
        return found if _all_hers(kinds, found) else None

    return read.once(("assessed", kinds.same), (reference,), assessed)


def _told(
    reference: Reference, kinds: _Kinds, found: Mapping[_Key, Assessment], read: ReadOnce
) -> _ToldOfKinds:
    """What is told of records of these kinds, which are all hers and were found so."""
    known = KnownOfChild.of(reference, read)
    held = [kind.held for kind in kinds.every.values()]
    further, disputed = read.once(
        "taught", (known.all, known.stated, *held), lambda: taught(known, held)
    )
    if further != known:
        found = {key: kind.against(further, read) for key, kind in kinds.every.items()}
    confirmed = _confirmed(known.stated, held)
    grades = {
        key: (kinds.every[key].told(known, each, read), confirmed and not each.nameless)
        for key, each in found.items()
    }
    return _ToldOfKinds(grades, disputed)


def _kinds(
    reference: Reference,
    records_by_source: Mapping[str, tuple[Record, ...]],
    populations: Mapping[str, int | None],
    read: ReadOnce,
) -> _Kinds | None:
    """The kinds; None where a record is restricted, named by the caller, or beside another."""
    kinds, hers = _Kinds({}, {}), reference.identifiers
    if not hers:
        return None
    known = KnownOfChild.of(reference, read) if reference.of_others else None
    named = not {each.scheme for each in hers}.issubset(NUMBERS)
    for source, records in records_by_source.items():
        if len(records) > 1:
            return None
        for record in records:
            if record.restricted is True:
                return None
            if named and not read(source, record).records.isdisjoint(hers):
                return None
            first = read.kind(source, record)
            population = populations.get(source)
            key = kinds.at[source] = id(first), population
            if key not in kinds.every:
                held = credible(reference, known, first) if known else first
                kinds.every[key] = _Kind(held, population)
    return kinds


def _any_crowd(kinds: Collection[Details]) -> bool:
    # A source has one record here, so each kind stands for a source.
    return bool(crowded({(str(at), 0): held for at, held in enumerate(kinds)}))


def _all_hers(kinds: _Kinds, found: Mapping[_Key, Assessment]) -> bool:
    """Whether all are certain by a number, no two contradict each other, and no twin turned up."""
    for each in found.values():
        if each.grade is not MatchGrade.CERTAIN or not each.evidence.shared:
            return False
    if twin_among(found.values()):
        return False
    persons = {kind.held.as_person for kind in kinds.every.values()} if len(found) > 1 else ()
    return not any(differ_as_people(one, other) for one, other in combinations(persons, 2))


def _confirmed(stated: Details, members: Collection[Details]) -> bool:
    """Whether no later record can put the number asked for in doubt, as none can fit better."""
    if not (stated.givens and stated.birth_dates):
        return True
    return any(in_full(weigh(stated, each)) for each in members)
