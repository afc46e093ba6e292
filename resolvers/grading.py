"""One record's grade, by rules that a person can check by hand.

Differing NHS numbers or UPNs are never certain, and nothing is without an identifier.
"""

from dataclasses import dataclass
from typing import Self

from adapters.record import Record
from resolvers.agreement import Agreement
from resolvers.details import Details
from resolvers.evidence import Evidence, weigh
from resolvers.grade import Grade, LikelyOther, MatchGrade
from resolvers.reference import Reference


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of the child, and apart from it what the caller stated."""

    all: Details
    stated: Details

    @classmethod
    def of(cls, reference: Reference) -> Self:
        """What a reference says."""
        return cls(Details.of_reference(reference), Details.of_stated(reference))


def grade(reference: Reference, record: Record, *, source: str = "") -> Grade:
    """Grade one record by itself; `source` matters only where the caller named a record of it."""
    return grade_details(Known.of(reference), Details.of_record(source, record))


def grade_details(known: Known, held: Details) -> Grade:
    """Grade what a record holds against what is known."""
    evidence = weigh(known.all, held)
    return Grade(
        grade=_by_number(known, held, evidence) if evidence.shared else _by_details(evidence),
        agreed=evidence.named(Agreement.SAME),
        differed=evidence.named(Agreement.DIFFERENT),
        not_held=evidence.named(Agreement.NOT_HELD),
        likely_other=_likely_other(evidence),
    )


def _by_number(known: Known, held: Details, evidence: Evidence) -> MatchGrade:
    """The grade of a record that shares an identifier: who contradicts it is never certain."""
    if evidence.numbers_differ or evidence.contradicted:
        return MatchGrade.POSSIBLE
    if evidence.agrees and _bears_out(held, known.stated):
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
    if evidence.contradicted or not evidence.agrees:
        return MatchGrade.CERTAINLY_NOT
    both = evidence.name is evidence.birth_date
    return MatchGrade.PROBABLE if both else MatchGrade.POSSIBLE


def _likely_other(evidence: Evidence) -> LikelyOther | None:
    if not evidence.family.fits or evidence.given is not Agreement.DIFFERENT:
        return None
    if evidence.birth_date is Agreement.SAME:
        return LikelyOther.TWIN
    return LikelyOther.SIBLING if evidence.birth_date is Agreement.DIFFERENT else None
