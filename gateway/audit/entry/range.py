"""Runs of entries, first and last index of each: how a pruning names what it takes away."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple


class EntryRange(NamedTuple):
    """The entries from `first` to `last`, both of them included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class EntryRanges:
    """Spans in order, none touching another."""

    held: tuple[EntryRange, ...] = ()

    def covers(self, index: int) -> bool:
        """Whether the entry is in one of them."""
        return self.meet(index, index)

    def outside(self, entry_range: EntryRange) -> int | None:
        """The first entry of `entry_range` that is in none of them, if there is one."""
        index = entry_range.first
        while index <= entry_range.last:
            held = self._up_to(index)
            if held is None or held.last < index:
                return index
            index = held.last + 1
        return None

    def meet(self, first: int, last: int) -> bool:
        """Whether any of the entries from `first` to `last` is in one of them."""
        held = self._up_to(last)
        return held is not None and first <= held.last

    def within(self, first: int, last: int) -> Iterator[EntryRange]:
        """What of them is from `first` to `last`."""
        start = bisect_left(self.held, first, key=lambda entry_range: entry_range.last)
        end = bisect_right(self.held, last, key=lambda entry_range: entry_range.first)
        for entry_range in self.held[start:end]:
            yield EntryRange(max(entry_range.first, first), min(entry_range.last, last))

    @property
    def count(self) -> int:
        """How many entries they hold."""
        return sum(entry_range.last - entry_range.first + 1 for entry_range in self.held)

    def _up_to(self, index: int) -> EntryRange | None:
        """The last range that begins at `index` or before."""
        place = bisect_right(self.held, index, key=lambda entry_range: entry_range.first)
        return self.held[place - 1] if place else None


def ranges_of(indexes: Iterable[int]) -> Iterator[EntryRange]:
    """Indexes in rising order as ranges."""
    first: int | None = None
    last = -1
    for index in indexes:
        if first is None:
            first = index
        elif index != last + 1:
            yield EntryRange(first, last)
            first = index
        last = index
    if first is not None:
        yield EntryRange(first, last)


def joined(ranges: Iterable[EntryRange]) -> EntryRanges:
    """The same entries as ranges in order, none touching another."""
    merged: list[EntryRange] = []
    for entry_range in sorted(ranges):
        if merged and entry_range.first <= merged[-1].last + 1:
            merged[-1] = EntryRange(merged[-1].first, max(merged[-1].last, entry_range.last))
        else:
            merged.append(entry_range)
    return EntryRanges(tuple(merged))
