"""What an index is built from: the entries of a log, wherever they are stored."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import orjson

from gateway.audit.entry.range import EntryRanges
from gateway.audit.search.page import Kept
from gateway.audit.store.sqlite_file import Reader
from gateway.audit.store.sqlite_pruning import stored_pruned

_GROWN: Final = (
    "SELECT (SELECT coalesce(max(idx) + 1, 0) FROM leaf_hash), (SELECT count(*) FROM pruned),"
    " (SELECT hash FROM leaf_hash WHERE idx = ?)"
)
_WITHIN: Final = "SELECT idx, leaf FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx"
_KEPT: Final = (
    "SELECT idx, leaf, hash FROM entry JOIN leaf_hash USING (idx)"
    " WHERE idx IN (SELECT value FROM json_each(?))"
)


class Grown(NamedTuple):
    """How many entries were ever written, how many ranges named as pruned, and one entry's hash.

    The hash is None if there never was that entry.
    """

    size: int
    prunings: int
    hash: bytes | None


class LeafReader(Protocol):
    """Every method raises what its store raises where that cannot be read."""

    def grown(self, index: int) -> Grown:
        """How far the log is, and the hash of the entry at `index`, pruned or not."""
        ...

    def within(self, first: int, end: int) -> Iterable[tuple[int, bytes]]:
        """Index and leaf of the entries from `first` on, before `end`, that are still there."""
        ...

    def kept(self, indexes: Sequence[int]) -> Iterable[Kept]:
        """Those of the entries that are still there, in any order."""
        ...

    def pruned(self) -> EntryRanges:
        """The ranges that are named as pruned."""
        ...


@dataclass(frozen=True, slots=True)
class SqliteLeafReader:
    """The entries of a log in SQLite, over a connection that its opener closes."""

    connection: sqlite3.Connection

    def grown(self, index: int) -> Grown:
        """How far the log is, and the hash of the entry at `index`, pruned or not."""
        return Grown(*self.connection.execute(_GROWN, (index,)).fetchone())

    def within(self, first: int, end: int) -> Iterable[tuple[int, bytes]]:
        """Index and leaf of the entries from `first` on, before `end`, that are still there."""
        return self.connection.execute(_WITHIN, (first, end))

    def kept(self, indexes: Sequence[int]) -> Iterable[Kept]:
        """Those of the entries that are still there, in any order."""
        given = (orjson.dumps(indexes).decode(),)
        return (Kept(*row) for row in self.connection.execute(_KEPT, given))

    def pruned(self) -> EntryRanges:
        """The ranges that are named as pruned."""
        return stored_pruned(self.connection)


@contextmanager
def stored_leaves(log: Reader) -> Iterator[LeafReader]:
    """The entries of a log in its file."""
    with log.opened() as connection:
        yield SqliteLeafReader(connection)


def index_beside(log: Path) -> Path:
    """Where the index of the log at `log` is."""
    return log.with_name(f"{log.name}-found-by")
