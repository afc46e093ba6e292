"""Comparing postcodes, present and past: any two that agree are a home in common."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Self

from adapters.contract.identifiers import Postcode
from resolvers.comparison.agreement import Agreement

_NOT_HELD: Final = Agreement.NOT_HELD
_NOT_COMPARABLE: Final = Agreement.NOT_COMPARABLE
_DIFFERENT: Final = Agreement.DIFFERENT
_DISTANT: Final = Agreement.DISTANT
_SLIP: Final = Agreement.SLIP
_SAME: Final = Agreement.SAME

_INWARD = 3  # characters after the space: the sector's digit and the unit's two letters


def read(texts: Iterable[str | None]) -> frozenset[str]:
    """Those that are postcodes of a place, written in one way; ZZ99 and the like are none."""
    return frozenset([found for text in texts if text and (found := _parsed(text))])


@dataclass(frozen=True, slots=True)
class KnownHomes:
    """The postcodes of a child, ready to be held against those of many records.

    A record may bring fifty, and a child have had as many at each of hundreds of records: so none
    is held against each. `parted` are the same with one character left open, `shortened` with one
    left out.
    """

    known: frozenset[str]
    parted: frozenset[tuple[str, str]]
    shortened: frozenset[str]
    districts: frozenset[str]

    @classmethod
    def of(cls, known: frozenset[str]) -> Self:
        """Of these postcodes."""
        return cls(
            known,
            frozenset(parts for each in known for parts in _parted(each)),
            frozenset(shorter for each in known for shorter in _shortened(each)),
            frozenset(each[:-_INWARD] for each in known),
        )

    def compare(self, held: frozenset[str]) -> Agreement:
        """A record's postcodes against the child's; a neighbouring one is DISTANT."""
        if not held:
            return _NOT_HELD
        if not self.known:
            return _NOT_COMPARABLE
        if held & self.known:
            return _SAME
        if any(map(self._is_a_slip_away, held)):
            return _SLIP
        near = any(each[:-_INWARD] in self.districts for each in held)
        return _DISTANT if near else _DIFFERENT

    def _is_a_slip_away(self, held: str) -> bool:
        """Whether a character is wrong, missing, added, or swapped with the next."""
        if held in self.shortened or not self.parted.isdisjoint(_parted(held)):
            return True
        return not (
            self.known.isdisjoint(_shortened(held)) and self.known.isdisjoint(_swapped(held))
        )


def _parted(text: str) -> Iterator[tuple[str, str]]:
    return ((text[:place], text[place + 1 :]) for place in range(len(text)))


def _shortened(text: str) -> Iterator[str]:
    return (text[:place] + text[place + 1 :] for place in range(len(text)))


def _swapped(text: str) -> Iterator[str]:
    return (
        text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        for place in range(len(text) - 1)
    )


def _parsed(text: str) -> str | None:
    try:
        return Postcode.parse(text)
    except ValueError:
        return None
