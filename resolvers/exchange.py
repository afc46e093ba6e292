"""What one more exchange may bring: one more detail told, or name and date read again.

A namesake has the child's name, and one in many her birthday and sex. So what is certain by these
alone is not joined until one more detail ties it to the caller's own words (ADR 0030).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from adapters.contract.record import Record
from resolvers.matching.details import Details, ReadOnce
from resolvers.matching.evidence import bears_number, weigh
from resolvers.matching.reference import Reference


class NeedCode(StrEnum):
    """What is asked of the caller about the child as a whole."""

    TELL_ONE_MORE = "TELL_ONE_MORE"
    READ_IT_AGAIN = "READ_IT_AGAIN"


SENTENCES: Final = MappingProxyType(
    {
        NeedCode.TELL_ONE_MORE: "Name, date of birth and sex are not enough to be sure of the"
        " child. Tell one more detail that you know, and ask again.",
        NeedCode.READ_IT_AGAIN: "No record that was found is certain to be this child's. Check"
        " the name and the date of birth as you typed them, and ask again if one was wrong.",
    }
)


@dataclass(frozen=True, slots=True)
class ChildNeed:
    """`details` are the names of those that would do, as `needs` of an agency's row has them."""

    code: NeedCode
    details: tuple[str, ...] = ()


def tied(
    told: Reference, certain: Iterable[tuple[str, Record]], read: ReadOnce
) -> tuple[tuple[str, Record], ...]:
    """Those of the certain records, with their sources, that more than name, date and sex ties.

    To what was told, that is: by a number, a further name or, where that counts, a place. `read`
    gives the details of what the question has met.
    """
    known = read.known(told)
    return tuple(
        (source, record) for source, record in certain if _ties(known, read(source, record))
    )


def untied(told: Reference, certain: Iterable[tuple[str, Record]], read: ReadOnce) -> bool:
    """Whether there are certain records and nothing but name, date and sex ties any to the caller.

    `told` is the caller's own words alone, with what they tell of places where that counts.
    """
    known, found = read.known(told), False
    for source, record in certain:
        if _ties(known, read(source, record)):
            return False
        found = True
    return found


def _ties(known: Details, held: Details) -> bool:
    if bears_number(known, held):
        return True
    each = weigh(known, held)
    return each.further or each.postcode.strong or bool(each.ties)


def not_told(told: Reference) -> tuple[str, ...]:
    """The details that the caller has not told, of those that would tie a record to them."""
    around = told.stated_surroundings
    schemes = {identifier.scheme for identifier in told.identifiers}
    words = sum(len(given.split()) for name in told.stated_names for given in name.given)
    told_already = {
        "nhs_number": "nhs_number" in schemes,
        "postcode": bool(told.stated_postcodes),
        "upn": "upn" in schemes,
        "given_name": words > 1,
        "carers": bool(around.carers),
        "schools": bool(around.schools),
        "telephone": bool(around.telephones),
    }
    return tuple(sorted(name for name, said in told_already.items() if not said))
