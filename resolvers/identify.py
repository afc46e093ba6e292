"""Which records are the child's: graded against the reference, and only certain ones join.

At this stage by rules that a person can check by hand; a scorer of probabilities follows. What
holds then too: differing NHS numbers or UPNs never join, and nothing joins without an identifier.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from adapters.record import Record
from resolvers.agreement import Agreement
from resolvers.details import NUMBERS, Details
from resolvers.evidence import Evidence, weigh
from resolvers.grade import Grade, Graded, LikelyOther, MatchGrade, Resolution
from resolvers.reference import Reference

_Key = tuple[str, Record]
_Held = Mapping[_Key, Details]


@dataclass(frozen=True, slots=True)
class _Known:
    """All that is known of the child, and apart from it what the caller stated."""

    all: Details
    stated: Details


@dataclass(frozen=True, slots=True)
class _Settled:
    """What stands when certain records have nothing more to teach."""

    grades: Mapping[_Key, Grade]
    disputed: frozenset[str]

    @property
    def certain(self) -> list[_Key]:
        """The records that are certainly the child's."""
        return [key for key, g in self.grades.items() if g.grade is MatchGrade.CERTAIN]


def grade(reference: Reference, record: Record, *, source: str = "") -> Grade:
    """Grade one record by itself; `source` matters only where the caller named a record of it."""
    return _grade(_known(reference), Details.of_record(source, record))


def resolve(
    reference: Reference, records_by_source: Mapping[str, tuple[Record, ...]]
) -> Resolution:
    """Grade every record, letting certain ones teach further numbers, round by round.

    All of a round see the same numbers, so that no order matters. Two certain records of one
    source that are not each other's duplicates are both only probable, and teach nothing.
    """
    keys = {(source, r) for source, records in records_by_source.items() for r in records}
    held = {(source, r): Details.of_record(source, r) for source, r in keys}
    doubted: frozenset[_Key] = frozenset()
    while True:
        settled = _settle(_known(reference), held, doubted)
        clashing = _clashing(settled.certain, held)
        if not clashing:
            return _resolution(records_by_source, settled)
        doubted |= clashing


def _known(reference: Reference) -> _Known:
    return _Known(Details.of_reference(reference), Details.of_stated(reference))


def _grade(known: _Known, held: Details) -> Grade:
    evidence = weigh(known.all, held)
    return Grade(
        grade=_by_number(known, held, evidence) if evidence.shared else _by_details(evidence),
        agreed=evidence.named(Agreement.SAME),
        differed=evidence.named(Agreement.DIFFERENT),
        not_held=evidence.named(Agreement.NOT_HELD),
        likely_other=_likely_other(evidence),
    )


def _by_number(known: _Known, held: Details, evidence: Evidence) -> MatchGrade:
    """The grade of a record that shares an identifier: who contradicts it is never certain."""
    details = (evidence.name, evidence.birth_date)
    if evidence.numbers_differ or Agreement.DIFFERENT in details:
        return MatchGrade.POSSIBLE
    if Agreement.SAME in details and _bears_out(held, known.stated):
        return MatchGrade.CERTAIN
    return MatchGrade.PROBABLE


def _bears_out(held: Details, stated: Details) -> bool:
    """Whether something the caller stated fits the record, or all of it is beside the record.

    Beside it, as a birth date is where a record has only names: then these names are known from a
    record that the birth date did fit. Whoever stated nothing but a number has proved nothing.
    """
    if not (stated.families or stated.givens or stated.birth_dates):
        return False
    evidence = weigh(stated, held)
    said = (evidence.name, evidence.birth_date)
    return any(verdict.fits for verdict in said) or all(verdict.silent for verdict in said)


def _by_details(evidence: Evidence) -> MatchGrade:
    """The grade of a record that shares no identifier: probable at best."""
    if evidence.numbers_differ:
        return MatchGrade.CERTAINLY_NOT
    if _likely_other(evidence) is LikelyOther.TWIN:
        return MatchGrade.POSSIBLE
    # A new family name beside an old given name and birth date may be an adoption, which must
    # not even be hinted at.
    if evidence.family is Agreement.DIFFERENT:
        return MatchGrade.CERTAINLY_NOT
    details = {evidence.name, evidence.birth_date}
    if Agreement.SAME not in details or Agreement.DIFFERENT in details:
        return MatchGrade.CERTAINLY_NOT
    return MatchGrade.PROBABLE if details == {Agreement.SAME} else MatchGrade.POSSIBLE


def _likely_other(evidence: Evidence) -> LikelyOther | None:
    if not evidence.family.fits or evidence.given is not Agreement.DIFFERENT:
        return None
    if evidence.birth_date is Agreement.SAME:
        return LikelyOther.TWIN
    return LikelyOther.SIBLING if evidence.birth_date is Agreement.DIFFERENT else None


def _settle(asked: _Known, held: _Held, doubted: frozenset[_Key]) -> _Settled:
    """Rounds until nothing new is learned; each only adds, so that it ends."""
    known = asked
    while True:
        grades = {key: _grade(known, details) for key, details in held.items()}
        grades |= {key: _doubtful(grades[key]) for key in doubted}
        settled = _Settled(grades, frozenset())
        taught, disputed = _taught(asked.all, [held[key] for key in settled.certain])
        if taught == known.all.numbers:
            return replace(settled, disputed=disputed)
        known = replace(asked, all=replace(asked.all, numbers=taught))


def _doubtful(found: Grade) -> Grade:
    certain = found.grade is MatchGrade.CERTAIN
    return replace(found, grade=MatchGrade.PROBABLE) if certain else found


def _taught(
    asked: Details, certain: Iterable[Details]
) -> tuple[dict[str, frozenset[str]], frozenset[str]]:
    """The numbers known with those of certain records; and the schemes in which these disagree.

    A number that was asked for stands alone; a scheme in dispute teaches nothing.
    """
    said = {n: frozenset().union(*(held.numbers[n] for held in certain)) for n in NUMBERS}
    open_schemes = [n for n in NUMBERS if not asked.numbers[n]]
    disputed = frozenset(n for n in open_schemes if len(said[n]) > 1)
    learned = {n: said[n] for n in open_schemes if n not in disputed}
    return {**asked.numbers, **learned}, disputed


def _clashing(certain: Iterable[_Key], held: _Held) -> frozenset[_Key]:
    """Records of one source, under different ids, that are not plainly one child's twice."""
    return frozenset(
        key
        for one, other in combinations(certain, 2)
        if one[0] == other[0] and not _duplicates(held[one], held[other])
        for key in (one, other)
    )


def _duplicates(first: Details, second: Details) -> bool:
    return bool(first.records & second.records) or (
        _repeats(first, second) and _repeats(second, first)
    )


def _repeats(first: Details, second: Details) -> bool:
    """Whether the second shares a number with the first and nothing in it speaks against it."""
    evidence = weigh(first, second)
    contradicted = Agreement.DIFFERENT in (evidence.name, evidence.birth_date)
    return evidence.shared and not evidence.numbers_differ and not contradicted


def _resolution(
    records_by_source: Mapping[str, tuple[Record, ...]], settled: _Settled
) -> Resolution:
    def graded(source: str, records: tuple[Record, ...]) -> Iterator[Graded]:
        for record in records:
            found = settled.grades[source, record]
            if found.grade is not MatchGrade.CERTAINLY_NOT:
                yield Graded(record, found)

    by_source = {source: tuple(graded(source, rs)) for source, rs in records_by_source.items()}
    return Resolution(by_source, settled.disputed)
