"""A page of a search is held against the log itself before anybody sees it."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from gateway.audit.entry.range import EntryRanges
from gateway.audit.entry.search import EntryPosition, Search
from gateway.audit.entry.time_units import microseconds
from gateway.audit.errors import LogCorrupt
from gateway.audit.search.terms import terms_of, wanted
from gateway.audit.tree.merkle import leaf_hash


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry as the store has it; `stored` is the hash in the tree."""

    index: int
    leaf: bytes
    stored: bytes


def refuse_edited(page: Sequence[Kept]) -> None:
    """LogCorrupt names the first entry whose leaf is not the one in the tree."""
    for each in page:
        if leaf_hash(each.leaf) != each.stored:
            raise LogCorrupt(f"entry {each.index} is not as it was written", each.index)


def refuse_missing(wanted: Iterable[int], found: Container[int], pruned: EntryRanges) -> None:
    """LogCorrupt at the first entry that is not there, and that nothing names as pruned."""
    for index in wanted:
        if index not in found and not pruned.covers(index):
            raise LogCorrupt(f"the log lacks entry {index}; restore it", index)


def misplaced(page: Sequence[Kept], search: Search, after: EntryPosition | None) -> int | None:
    """The first entry that by its leaf does not fit the search, or stands not where it should."""
    last = after
    for each in page:
        place = _place(each, search)
        if place is None or (last is not None and (place.at, place.index) >= (last.at, last.index)):
            return each.index
        last = place
    return None


def _place(each: Kept, search: Search) -> EntryPosition | None:
    """Where its leaf puts the entry; None if that does not fit the search."""
    try:
        held: dict[str, Any] = orjson.loads(each.leaf)
        at, terms = microseconds(datetime.fromisoformat(held["at"])), frozenset(terms_of(held))
    except (ValueError, KeyError):
        return None
    since = search.since is None or microseconds(search.since) <= at
    before = search.before is None or at < microseconds(search.before)
    fits = since and before and all(terms.intersection(named) for named in wanted(search))
    return EntryPosition(at, each.index) if fits else None
