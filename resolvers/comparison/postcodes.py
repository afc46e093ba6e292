"""Comparing postcodes, present and past: any two that agree are a home in common."""

from collections.abc import Iterable
from typing import Final

from adapters.contract.identifiers import Postcode
from resolvers.comparison.agreement import Agreement
from resolvers.comparison.edit_distance import slips

_NOT_HELD: Final = Agreement.NOT_HELD
_NOT_COMPARABLE: Final = Agreement.NOT_COMPARABLE
_DIFFERENT: Final = Agreement.DIFFERENT
_DISTANT: Final = Agreement.DISTANT
_SLIP: Final = Agreement.SLIP
_SAME: Final = Agreement.SAME

_INWARD = 3  # characters after the space: the sector's digit and the unit's two letters


def read(texts: Iterable[str | None]) -> frozenset[str]:
    """Those that are postcodes of a place, written in one way; ZZ99 and the like are none."""
    return frozenset(found for text in texts if text and (found := _parsed(text)))


def compare(held: frozenset[str], known: frozenset[str]) -> Agreement:
    """A record's postcodes against the child's; a neighbouring one is DISTANT."""
    if not held:
        return _NOT_HELD
    if not known:
        return _NOT_COMPARABLE
    if held & known:
        return _SAME
    return max(_compare(mine, theirs) for mine in held for theirs in known)


def _parsed(text: str) -> str | None:
    try:
        return Postcode.parse(text)
    except ValueError:
        return None


def _compare(held: str, known: str) -> Agreement:
    if slips(held, known) == 1:
        return _SLIP
    same_district = held[:-_INWARD] == known[:-_INWARD]
    return _DISTANT if same_district else _DIFFERENT
