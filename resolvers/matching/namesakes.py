"""Whether somebody else of her name and birthday turned up: details then tell nobody apart."""

from collections.abc import Iterable

from adapters.contract.record import Record
from resolvers.matching.details import Details
from resolvers.matching.evidence import Evidence, weigh
from resolvers.matching.reference import Reference


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


def _others(reference: Reference, found: Iterable[Record]) -> Iterable[Evidence]:
    known = Details.of_reference(reference)
    held = (Details.of_record("", record) for record in found)
    return (weigh(known, each) for each in held if not each.shares_number(known))


def _alike(evidence: Evidence) -> bool:
    return evidence.name.fits and evidence.birth_date.fits
