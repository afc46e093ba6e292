"""The entries that fit a search, newest first; no more of the index is read than that takes."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from heapq import heapify, heappop, heappush
from itertools import takewhile
from typing import Final, Self

from pyroaring import BitMap

from gateway.audit.entry.search import EntryPosition, Search
from gateway.audit.entry.time_units import microseconds
from gateway.audit.search.blocks import BLOCK, STRETCH
from gateway.audit.search.index_tables import moments_of, places_of
from gateway.audit.search.terms import Term, wanted

_BLOCKS: Final = "SELECT first, latest FROM block WHERE latest >= ? AND earliest < ?"
_STRETCHES: Final = (
    "SELECT first, latest FROM stretch"
    " WHERE first >= ? AND first < ? AND latest >= ? AND earliest < ?"
)
_EVER: Final = 2**63 - 1


class _Kind(IntEnum):
    """Of one moment, what may hold entries of it is opened before any entry of it is given."""

    BLOCK = 0
    STRETCH = 1
    ENTRY = 2


_Waiting = tuple[int, _Kind, int, BitMap]
"""The latest moment and the first index of what may hold the next entry, both with a minus."""


@dataclass(frozen=True, slots=True)
class _Window:
    """From `since` on, before `before`, in microseconds since 1970; and further than `after`."""

    since: int
    before: int
    after: EntryPosition | None

    @classmethod
    def of(cls, search: Search, after: EntryPosition | None) -> Self:
        since = -_EVER if search.since is None else microseconds(search.since)
        before = _EVER if search.before is None else microseconds(search.before)
        return cls(since, before if after is None else min(before, after.at + 1), after)

    def has(self, at: int, index: int) -> bool:
        within = self.since <= at < self.before
        return within and (self.after is None or (at, index) < (self.after.at, self.after.index))


@dataclass(frozen=True, slots=True)
class _Looking:
    """One search in one index."""

    index: sqlite3.Connection
    named: list[tuple[Term, ...]]
    window: _Window

    def blocks(self) -> list[_Waiting]:
        """All that may hold an entry of the time."""
        found = self.index.execute(_BLOCKS, (self.window.since, self.window.before))
        return [(-latest, _Kind.BLOCK, -first, BitMap()) for first, latest in found]

    def stretches(self, block: int) -> Iterator[_Waiting]:
        """Those of the block that hold an entry with all that is named."""
        places = self._fitting(block)
        if not places:
            return
        within = (block, block + BLOCK, self.window.since, self.window.before)
        for first, latest in self.index.execute(_STRETCHES, within):
            if places.range_cardinality(first - block, first - block + STRETCH):
                yield -latest, _Kind.STRETCH, -first, places

    def entries(self, first: int, places: BitMap) -> Iterator[_Waiting]:
        """Those of the stretch that fit."""
        moments, start = moments_of(self.index, first).moments, first % BLOCK
        larger = places.iter_equal_or_larger(start)
        for place in takewhile(lambda place: place < start + STRETCH, larger):
            at, index = moments[place - start], first - start + place
            if self.window.has(at, index):
                yield -at, _Kind.ENTRY, -index, places

    def _fitting(self, block: int) -> BitMap:
        first, *others = self.named
        places = places_of(self.index, block, first)
        for terms in others:
            if not places:
                break
            places &= places_of(self.index, block, terms)
        return places


def newest_first(
    index: sqlite3.Connection, search: Search, after: EntryPosition | None
) -> Iterator[int]:
    """The indexes of the entries that fit, from `after` on."""
    looking = _Looking(index, wanted(search), _Window.of(search, after))
    waiting = looking.blocks()
    heapify(waiting)
    while waiting:
        _, kind, place, within = heappop(waiting)
        if kind is _Kind.ENTRY:
            yield -place
            continue
        opened = kind is _Kind.BLOCK
        held = looking.stretches(-place) if opened else looking.entries(-place, within)
        for each in held:
            heappush(waiting, each)
