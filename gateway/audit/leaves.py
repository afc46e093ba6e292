"""What an index is drawn from: the entries of a log, wherever they are stored."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import orjson

from gateway.audit.page import Kept
from gateway.audit.span import Spans
from gateway.audit.store_file import connected
from gateway.audit.store_pruning import stored_pruned

_SIZE: Final = "SELECT coalesce(max(idx) + 1, 0) FROM leaf_hash"
_HASH: Final = "SELECT hash FROM leaf_hash WHERE idx = ?"
_WITHIN: Final = "SELECT idx, leaf FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx"
_KEPT: Final = (
    "SELECT idx, leaf, hash FROM entry JOIN leaf_hash USING (idx)"
    " WHERE idx IN (SELECT value FROM json_each(?))"
)
_PRUNINGS: Final = "SELECT count(*) FROM pruned"


class Leaves(Protocol):
    """Every method raises what its store raises where that cannot be read."""

    def size(self) -> int:
        """How many entries were ever written."""
        ...

    def hash(self, index: int) -> bytes | None:
        """The hash of an entry, pruned or not; None if there was none."""
        ...

    def within(self, first: int, end: int) -> Iterable[tuple[int, bytes]]:
        """Index and leaf of the entries from `first` on, before `end`, that are still there."""
        ...

    def kept(self, indexes: Sequence[int]) -> Iterable[Kept]:
        """Those of the entries that are still there, in any order."""
        ...

    def prunings(self) -> int:
        """How many spans were ever named as pruned."""
        ...

    def pruned(self) -> Spans:
        """The spans that are named as pruned."""
        ...


@dataclass(frozen=True, slots=True)
class StoredLeaves:
    """The entries of a log in SQLite, over a connection that its opener closes."""

    connection: sqlite3.Connection

    def size(self) -> int:
        """As Leaves says."""
        return int(self.connection.execute(_SIZE).fetchone()[0])

    def hash(self, index: int) -> bytes | None:
        """As Leaves says."""
        row = self.connection.execute(_HASH, (index,)).fetchone()
        return None if row is None else bytes(row[0])

    def within(self, first: int, end: int) -> Iterable[tuple[int, bytes]]:
        """As Leaves says."""
        return self.connection.execute(_WITHIN, (first, end))

    def kept(self, indexes: Sequence[int]) -> Iterable[Kept]:
        """As Leaves says."""
        given = (orjson.dumps(indexes).decode(),)
        return (Kept(*row) for row in self.connection.execute(_KEPT, given))

    def prunings(self) -> int:
        """As Leaves says."""
        return int(self.connection.execute(_PRUNINGS).fetchone()[0])

    def pruned(self) -> Spans:
        """As Leaves says."""
        return stored_pruned(self.connection)


@contextmanager
def stored_leaves(log: Path) -> Iterator[Leaves]:
    """The entries of the log in the file at `log`."""
    with closing(connected(log, "ro")) as connection:
        yield StoredLeaves(connection)


def index_beside(log: Path) -> Path:
    """Where the index of the log at `log` is."""
    return log.with_name(f"{log.name}-found-by")
