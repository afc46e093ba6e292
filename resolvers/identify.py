"""Which records are the child's: graded against the reference, and only certain ones join.

At this stage by rules that a person can check by hand; a scorer of probabilities follows. What
holds then too: differing NHS numbers or UPNs never join, and nothing joins without an identifier.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import combinations

from adapters.record import Identifier, Record
from resolvers.agreement import Agreement
from resolvers.evidence import NUMBERS, Evidence, fits_stated, numbers_of, weigh
from resolvers.grade import Grade, Graded, LikelyOther, MatchGrade, Resolution
from resolvers.reference import Reference

_BY_SOURCE = Mapping[str, tuple[Record, ...]]
_Key = tuple[str, Record]


def grade(reference: Reference, record: Record, *, source: str = "") -> Grade:
    """Grade one record by itself; `source` matters only where the caller named a record of it."""
    evidence = weigh(reference, record, source=source)
    return Grade(
        grade=_by_number(reference, record, evidence) if evidence.shared else _by_details(evidence),
        agreed=evidence.named(Agreement.SAME),
        differed=evidence.named(Agreement.DIFFERENT),
        not_held=evidence.named(Agreement.NOT_HELD),
        likely_other=_likely_other(evidence),
    )


def resolve(reference: Reference, records_by_source: _BY_SOURCE) -> Resolution:
    """Grade every record, letting certain ones teach further numbers, round by round.

    All of a round see the same numbers, so that no order matters. Two certain records of one
    source that are not each other's duplicates are both only probable, and teach nothing.
    """
    doubted: frozenset[_Key] = frozenset()
    while True:
        known, disputed, certain = _settle(reference, records_by_source, doubted)
        clashing = _clashing(certain)
        if not clashing:
            return _resolution(known, records_by_source, doubted, disputed)
        doubted |= clashing


def _by_number(reference: Reference, record: Record, evidence: Evidence) -> MatchGrade:
    """The grade of a record that shares an identifier: who contradicts it is never certain."""
    details = (evidence.name, evidence.birth_date)
    if evidence.numbers_differ or Agreement.DIFFERENT in details:
        return MatchGrade.POSSIBLE
    if Agreement.SAME in details and fits_stated(reference, record):
        return MatchGrade.CERTAIN
    return MatchGrade.PROBABLE


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


def _settle(
    reference: Reference, records_by_source: _BY_SOURCE, doubted: frozenset[_Key]
) -> tuple[Reference, frozenset[str], frozenset[_Key]]:
    """Rounds until nothing new is learned; each only adds, so that it ends."""
    known = reference
    while True:
        certain = _certain(known, records_by_source, doubted)
        taught, disputed = _taught(reference, certain)
        learned = replace(reference, identifiers=reference.identifiers | taught)
        if learned == known:
            return known, disputed, certain
        known = learned


def _certain(
    known: Reference, records_by_source: _BY_SOURCE, doubted: frozenset[_Key]
) -> frozenset[_Key]:
    found = {(source, r) for source, records in records_by_source.items() for r in records}
    return frozenset(
        (source, record)
        for source, record in found - doubted
        if grade(known, record, source=source).grade is MatchGrade.CERTAIN
    )


def _taught(
    reference: Reference, certain: Iterable[_Key]
) -> tuple[frozenset[Identifier], frozenset[str]]:
    """The numbers that certain records add, and the schemes in which they disagree."""
    asked = {i.scheme for i in reference.identifiers}
    records = [record for _, record in certain]
    said = {s: {v for r in records for v in numbers_of(r, s)} for s in NUMBERS if s not in asked}
    agreed = {
        Identifier(s, value) for s, values in said.items() if len(values) == 1 for value in values
    }
    return frozenset(agreed), frozenset(s for s, values in said.items() if len(values) > 1)


def _clashing(certain: Iterable[_Key]) -> frozenset[_Key]:
    """Records of one source, under different ids, that are not plainly one child's twice."""
    pairs = combinations(certain, 2)
    return frozenset(
        key
        for one, other in pairs
        if one[0] == other[0] and not _duplicates(one[1], other[1])
        for key in (one, other)
    )


def _duplicates(first: Record, second: Record) -> bool:
    if first.record_id is not None and first.record_id == second.record_id:
        return True
    return _repeats(first, second) and _repeats(second, first)


def _repeats(first: Record, second: Record) -> bool:
    """Whether the second shares a number with the first and nothing in it speaks against it."""
    as_known = Reference(
        identifiers=frozenset(first.identifiers),
        names=first.names,
        birth_dates=frozenset() if first.birth_date is None else frozenset({first.birth_date}),
    )
    evidence = weigh(as_known, second)
    contradicted = Agreement.DIFFERENT in (evidence.name, evidence.birth_date)
    return evidence.shared and not evidence.numbers_differ and not contradicted


def _resolution(
    known: Reference,
    records_by_source: _BY_SOURCE,
    doubted: frozenset[_Key],
    disputed: frozenset[str],
) -> Resolution:
    by_source = {
        source: tuple(_graded(known, source, records, doubted))
        for source, records in records_by_source.items()
    }
    return Resolution(by_source, disputed)


def _graded(
    known: Reference, source: str, records: tuple[Record, ...], doubted: frozenset[_Key]
) -> Iterable[Graded]:
    for record in records:
        found = grade(known, record, source=source)
        if (source, record) in doubted and found.grade is MatchGrade.CERTAIN:
            found = replace(found, grade=MatchGrade.PROBABLE)
        if found.grade is not MatchGrade.CERTAINLY_NOT:
            yield Graded(record, found)
