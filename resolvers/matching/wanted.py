"""What more, if the caller knew it, would tell whether a record is the child's."""

from typing import Final

from resolvers.comparison.agreement import Agreement
from resolvers.comparison.birth_dates import vague
from resolvers.matching.details import Around, Details
from resolvers.matching.evidence import Evidence

_NOT_COMPARABLE: Final = Agreement.NOT_COMPARABLE
_VAGUE: Final = Agreement.VAGUE


def wanted(
    known: Details, held: Details, evidence: Evidence, *, certain: bool = False
) -> tuple[str, ...]:
    """The details, by field name and sorted, that the record has and nobody has told, or not whole.

    Never a home or a carer before the child is cleared: then neither would count. Nor a carer where
    the record is `certain` without.
    """
    untold = {name for name, verdict in evidence.named if verdict is _NOT_COMPARABLE}
    if known.postcodes is None:
        untold.discard("postcode")
    if _given_in_full(known, held, evidence):
        untold.add("given_name")
    if known.postcodes is not None and not certain and _holds_untold_carers(known, held):
        untold.add("carers")
    if evidence.birth_date is _VAGUE and _whole(held) and not _whole(known):
        untold.add("birth_date")
    return tuple(sorted(untold))


def _holds_untold_carers(known: Details, held: Details) -> bool:
    """Whether the record names a carer, and the caller has named none."""
    told = known.around is not None and bool(known.around.carers)
    return not told and held.record is not None and bool(Around.of_record(held.record).carers)


def _given_in_full(known: Details, held: Details, evidence: Evidence) -> bool:
    """Whether the record has a further given name, or the whole of one known by its initial."""
    if _words(held) > 1 and _words(known) <= 1:
        return True
    if evidence.given_name is not _VAGUE:
        return False
    initial = all(len(name) == 1 for name in known.givens)
    return initial and max(map(len, held.givens)) > 1


def _words(details: Details) -> int:
    return max([len(name.split()) for name in details.givens], default=0)


def _whole(details: Details) -> bool:
    return any(not vague(day) for day in details.birth_dates)
