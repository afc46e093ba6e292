"""Which records are the child's: graded against the reference, and only certain ones join."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from adapters.record import Record
from resolvers.details import NUMBERS, Details
from resolvers.evidence import weigh
from resolvers.grade import Grade, Graded, MatchGrade, Resolution
from resolvers.grading import Known, grade, grade_details
from resolvers.reach import reached
from resolvers.reference import Reference

__all__ = ["grade", "resolve"]

_Key = tuple[str, Record]
_Held = Mapping[_Key, Details]


@dataclass(frozen=True, slots=True)
class _Settled:
    """What stands when certain records have nothing more to teach."""

    grades: Mapping[_Key, Grade]
    disputed: frozenset[str]

    @property
    def certain(self) -> list[_Key]:
        """The records that are certainly the child's."""
        return [key for key, g in self.grades.items() if g.grade is MatchGrade.CERTAIN]


def resolve(
    reference: Reference, records_by_source: Mapping[str, tuple[Record, ...]]
) -> Resolution:
    """Grade every record, letting certain ones teach further numbers, round by round.

    All of a round see the same numbers, so that no order matters. Two certain records of one
    source that are not each other's duplicates are both only probable, and teach nothing.
    """
    keys = {(source, r) for source, records in records_by_source.items() for r in records}
    held = {(source, r): Details.of_record(source, r) for source, r in keys}
    known = Known.of(reference)
    settled = _undoubted(known, held)
    return Resolution(
        by_source=_shown(records_by_source, settled.grades),
        disputed=settled.disputed,
        restricted=any(record.restricted is True for _, record in reached(known, held)),
    )


def _undoubted(known: Known, held: _Held) -> _Settled:
    """What stands without those that teach while another record of their source denies them."""
    doubted: frozenset[_Key] = frozenset()
    while True:
        settled = _settle(known, held, doubted)
        clashing = _clashing(settled.certain, held)
        if not clashing:
            return settled
        doubted |= clashing


def _settle(asked: Known, held: _Held, doubted: frozenset[_Key]) -> _Settled:
    """Rounds until nothing new is learned; each only adds, so that it ends."""
    known = asked
    while True:
        grades = {key: grade_details(known, details) for key, details in held.items()}
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
    return evidence.shared and not evidence.numbers_differ and not evidence.contradicted


def _shown(
    records_by_source: Mapping[str, tuple[Record, ...]], grades: Mapping[_Key, Grade]
) -> dict[str, tuple[Graded, ...]]:
    def may_be_hers(source: str, records: tuple[Record, ...]) -> Iterator[Graded]:
        for record in records:
            found = grades[source, record]
            if found.grade is not MatchGrade.CERTAINLY_NOT:
                yield Graded(record, found)

    return {source: tuple(may_be_hers(source, rs)) for source, rs in records_by_source.items()}
