"""What auditors search by, beside the log and drawn from it: lost or altered, it is made again."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import orjson

from gateway.audit.block import BLOCK, Gathered
from gateway.audit.failures import LogUnavailable
from gateway.audit.finder_tables import (
    SHAPE,
    add_to_block,
    empty_index,
    forget_block,
    places_of,
)
from gateway.audit.newest import newest_first
from gateway.audit.private_file import create_once
from gateway.audit.search import Place, Search
from gateway.audit.span import Spans
from gateway.audit.store_file import connected, damaged, reading, unavailable
from gateway.audit.store_pruning import stored_pruned
from gateway.audit.term import EVERY
from gateway.transaction import transaction

_BATCH: Final = 1 << 14  # entries drawn in one step, which takes some thirty megabytes
_CACHE_KIB: Final = 16_384
_DRAWN: Final = "SELECT size, last, forgot FROM drawn"
_DREW: Final = "UPDATE drawn SET size = ?, last = ?"
_SIZE: Final = "SELECT coalesce(max(idx) + 1, 0) FROM leaf_hash"
_LAST: Final = "SELECT hash FROM leaf_hash WHERE idx = ?"
_WITHIN: Final = "SELECT idx, leaf FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx"
_BLOCKS: Final = "SELECT first FROM block ORDER BY first"
_PRUNINGS: Final = "SELECT count(*) FROM pruned"
_LEAVES: Final = "SELECT idx, leaf FROM entry WHERE idx IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Finder:
    """The index of the log at `log`, in a file of its own."""

    log: Path
    index: Path

    @classmethod
    def beside(cls, log: Path) -> "Finder":
        """The index of a log, in its folder."""
        return cls(log, log.with_name(f"{log.name}-found-by"))

    def find(self, search: Search, after: Place | None, count: int) -> list[tuple[int, bytes]]:
        """Index and leaf of up to `count` entries that fit, of all that are durable now.

        LogUnavailable if the log or the index cannot be read or written.
        """
        self.catch_up()
        try:
            found = self._found(search, after, count)
        except (ValueError, IndexError):  # a bitmap that is none: somebody altered the file
            self._begin_anew()
            self.catch_up()
            found = self._found(search, after, count)
        with reading(self.log) as connection:
            leaves = dict(connection.execute(_LEAVES, (orjson.dumps(found).decode(),)).fetchall())
        # One that is pruned in between is not there any more.
        return [(index, leaves[index]) for index in found if index in leaves]

    def catch_up(self) -> None:
        """Draw what the log has more; made anew if it was not drawn from this log."""
        with unavailable(self.index):
            try:
                sound = self._draw()
            except sqlite3.Error as error:
                if not (damaged(error) or error.sqlite_errorcode == sqlite3.SQLITE_ERROR):
                    raise
                sound = False
            if not sound:
                self._begin_anew()
                self._draw()

    def _draw(self) -> bool:
        """Whether the index was drawn from this log; then it has all of it now."""
        if not self.index.exists():
            create_once(self.index, empty_index())
        with (
            closing(connected(self.index, "rw")) as index,
            closing(connected(self.log, "ro")) as log,
        ):
            index.execute("PRAGMA journal_mode = WAL")
            index.execute("PRAGMA synchronous = NORMAL")
            index.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            if not _drawn_from(index, log):
                return False
            while _draw_some(index, log):
                pass
            _forget_pruned(self.index, index, log)
        return True

    def _found(self, search: Search, after: Place | None, count: int) -> list[int]:
        with reading(self.index) as connection:
            connection.execute("BEGIN")  # one moment of the index, whatever is drawn meanwhile
            return list(islice(newest_first(connection, search, after), count))

    def _begin_anew(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self.index.with_name(f"{self.index.name}{suffix}").unlink(missing_ok=True)


def _drawn_from(index: sqlite3.Connection, log: sqlite3.Connection) -> bool:
    if index.execute("PRAGMA user_version").fetchone() != (SHAPE,):
        return False
    size, last, _ = index.execute(_DRAWN).fetchone()
    return bool(size == 0 or log.execute(_LAST, (size - 1,)).fetchone() == (last,))


def _draw_some(index: sqlite3.Connection, log: sqlite3.Connection) -> bool:
    """Draw the next entries, all of one block; whether there were any."""
    (size, _, _), (end,) = index.execute(_DRAWN).fetchone(), log.execute(_SIZE).fetchone()
    if size >= end:
        return False
    end = min(end, size // _BATCH * _BATCH + _BATCH)
    gathered = _gathered(log, size, end, stored_pruned(log))
    with transaction(index):
        # Another process may have drawn the same meanwhile.
        if index.execute(_DRAWN).fetchone()[0] == size:
            add_to_block(index, gathered)
            index.execute(_DREW, (end, *log.execute(_LAST, (end - 1,)).fetchone()))
    return True


def _gathered(log: sqlite3.Connection, first: int, end: int, pruned: Spans) -> Gathered:
    rows: Iterator[tuple[int, bytes]] = log.execute(_WITHIN, (first, end))
    return Gathered.of(first, end, (row for row in rows if not pruned.covers(row[0])))


def _forget_pruned(path: Path, index: sqlite3.Connection, log: sqlite3.Connection) -> None:
    """Take out of the index, and out of its files, what was pruned from the log since."""
    (prunings,) = log.execute(_PRUNINGS).fetchone()
    if index.execute(_DRAWN).fetchone()[2] == prunings:
        return
    index.execute("PRAGMA secure_delete = ON")
    pruned = stored_pruned(log)
    for (block,) in index.execute(_BLOCKS).fetchall():
        with transaction(index):
            if _has_any(index, block, pruned):
                size, _, _ = index.execute(_DRAWN).fetchone()
                forget_block(index, block)
                add_to_block(index, _gathered(log, block, min(size, block + BLOCK), pruned))
    (kept, _, _) = index.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if kept:
        raise LogUnavailable(f"{path}: somebody reads its journal; search or prune again")
    index.execute("UPDATE drawn SET forgot = ?", (prunings,))


def _has_any(index: sqlite3.Connection, block: int, pruned: Spans) -> bool:
    held = places_of(index, block, (EVERY,))
    return any(
        held.range_cardinality(max(first - block, 0), max(last + 1 - block, 0))
        for first, last in pruned.held
    )
