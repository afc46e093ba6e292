"""Whether somebody else of her name and birthday turned up: details then tell nobody apart."""

from collections.abc import Iterable
from typing import Final

from adapters.contract.record import Record
from resolvers.comparison.agreement import Agreement
from resolvers.comparison.names import NamePart
from resolvers.matching.details import Details
from resolvers.matching.evidence import Evidence, weigh
from resolvers.matching.hypotheses import Company
from resolvers.matching.reference import Reference

_DIFFERENT: Final = Agreement.DIFFERENT
_FORM: Final = Agreement.FORM
_SLIP: Final = Agreement.SLIP
_SAME: Final = Agreement.SAME


def alike_in_all(evidence: Evidence) -> bool:
    """Whether the name is strong and the whole birth date the same, whatever the numbers say."""
    return evidence.birth_date is _SAME and evidence.name.strong


def alike_in_part(evidence: Evidence) -> bool:
    """Whether one has a part of the other's divided surname, and all else of name and date."""
    born_so = evidence.family is _FORM and evidence.birth_date is _SAME
    return born_so and evidence.given is _SAME


def called_in_part(evidence: Evidence) -> bool:
    """Whether the given name is a part of the other's, and surname and birth date are the same.

    Not by a further name alone: a twin may be called so, and no home tells twins apart (ADR 0086).
    """
    born_so = evidence.family.strong and evidence.birth_date is _SAME
    return born_so and evidence.part > NamePart.FURTHER and evidence.sex is not _DIFFERENT


def called_otherwise(evidence: Evidence) -> bool:
    """Whether the given name is another form of the other's, and the rest of the person same."""
    born_so = evidence.family.strong and evidence.birth_date is _SAME
    return born_so and evidence.given_name is _FORM and evidence.sex is _SAME


def enough_at_home(evidence: Evidence, company: Company) -> bool:
    """Whether a part or a form of the name is enough, at the very home.

    In a file of all children, where it is the only such record. What brothers and sisters share
    is, only where another agency's file seconds it (ADR 0071). Elsewhere half of the name is,
    beside the whole of it in a file of all children (ADR 0085).
    """
    if evidence.postcode is not _SAME:
        return False
    if company.half_of_hers:
        return True
    if not company.alone:
        return False
    if called_in_part(evidence):
        return evidence.part is NamePart.OWN or company.seconded
    return alike_in_part(evidence) or called_otherwise(evidence)


def near_in_all(evidence: Evidence) -> bool:
    """Whether the name is strong and the birth date but for a slip, whatever the numbers say."""
    return evidence.birth_date is _SLIP and evidence.name.strong


def restricted_namesake(reference: Reference, found: Iterable[Record]) -> bool:
    """Whether one of these records is restricted, or may be, and of a child named and born alike.

    Records that bear a number of hers are her own.
    """
    may_be = [record for record in found if record.restricted is not False]
    return any(_alike(evidence) for evidence in _others(reference, may_be))


def another_alike(reference: Reference, found: Iterable[Record]) -> bool:
    """Whether one of these records bears another number than hers, and her name and birthday."""
    every = _others(reference, found)
    return any(evidence.numbers_differ and _alike(evidence) for evidence in every)


def told_apart(reference: Reference, found: Iterable[Record]) -> bool:
    """Whether each such other has a home, and none that is the told one or near it (ADR 0037)."""
    every = [each for each in _others(reference, found) if each.numbers_differ and _alike(each)]
    return all(each.postcode is _DIFFERENT for each in every)


def _others(reference: Reference, found: Iterable[Record]) -> Iterable[Evidence]:
    known = Details.of_reference(reference)
    held = (Details.of_record("", record) for record in found)
    return (weigh(known, each) for each in held if not each.shares_number(known))


def _alike(evidence: Evidence) -> bool:
    return evidence.name.fits and evidence.birth_date.fits
