"""Some thousand neighbouring entries as searches look at them: which have a term, and when."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self

import orjson
from pyroaring import BitMap

from gateway.audit.entry.time_units import microseconds
from gateway.audit.search.terms import Term, epochs_in, terms_of

BLOCK: Final = 1 << 16  # entries; what one container of a Roaring bitmap spans
STRETCH: Final = 1 << 10  # entries whose moments are read at once
GONE: Final = -(2**63)  # stands for the moment of an entry that was pruned
_NEVER: Final = 2**63 - 1
_MOMENT: Final = "q"


@dataclass(frozen=True, slots=True)
class Stretch:
    """When the entries from index `first` on happened, in microseconds since 1970, or GONE."""

    first: int
    moments: "array[int]"

    @classmethod
    def read(cls, first: int, held: bytes) -> Self:
        """The stretch that was written as `held`."""
        return cls(first, array(_MOMENT, held))

    @property
    def earliest(self) -> int:
        """The first moment; after all others if no entry is there."""
        return min((moment for moment in self.moments if moment != GONE), default=_NEVER)

    @property
    def latest(self) -> int:
        """The last moment; GONE if no entry is there."""
        return max(self.moments)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What entries from index `first` on, all of one block, are found by."""

    first: int
    moments: "array[int]"
    places: dict[Term, list[int]]
    epochs: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, first: int, end: int, leaves: Iterable[tuple[int, bytes]]) -> Self:
        """What is gathered of the entries before `end`, of which some may be pruned."""
        gathered = cls(first, array(_MOMENT, [GONE]) * (end - first), {})
        for index, leaf in leaves:
            gathered._take(index, leaf)
        return gathered

    @property
    def postings(self) -> Iterator[tuple[Term, BitMap]]:
        """Each term with the places in the block that have it."""
        return ((term, BitMap(places)) for term, places in self.places.items())

    @property
    def stretches(self) -> Iterator[Stretch]:
        """The moments; the first of them goes on with the stretch that was not full."""
        start = self.first
        for end in (*range(start // STRETCH * STRETCH + STRETCH, self._end, STRETCH), self._end):
            yield Stretch(start, self.moments[start - self.first : end - self.first])
            start = end

    @property
    def _end(self) -> int:
        return self.first + len(self.moments)

    def _take(self, index: int, leaf: bytes) -> None:
        held = orjson.loads(leaf)
        self.moments[index - self.first] = microseconds(datetime.fromisoformat(held["at"]))
        self.epochs.update(epochs_in(held))
        for term in terms_of(held):
            self.places.setdefault(term, []).append(index % BLOCK)


def written(places: BitMap) -> bytes:
    """The places as they are stored: a portable Roaring bitmap."""
    places.run_optimize()
    held: bytes = places.serialize()
    return held


def united(before: bytes, more: bytes) -> bytes:
    """Both of two stored bitmaps."""
    return written(BitMap.deserialize(before) | BitMap.deserialize(more))
