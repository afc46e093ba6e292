"""Whether somebody of her name and birthday is restricted: then details alone tell nobody apart."""

from collections.abc import Iterable

from adapters.contract.record import Record
from resolvers.matching.details import Details
from resolvers.matching.evidence import weigh
from resolvers.matching.reference import Reference


def restricted_namesake(reference: Reference, found: Iterable[Record]) -> bool:
    """Whether one of these records is restricted, or may be, and of a child named and born alike.

    Records that bear a number of hers are her own.
    """
    known = Details.of_reference(reference)
    return any(
        record.restricted is not False and _alike(known, Details.of_record("", record))
        for record in found
    )


def _alike(known: Details, held: Details) -> bool:
    if held.shares_number(known):
        return False
    evidence = weigh(known, held)
    return evidence.name.fits and evidence.birth_date.fits
