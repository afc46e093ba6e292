"""The log's SQLite file: entries are added, numbered from 0 without a gap, and never changed."""

import os
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from gateway.audit.entry.time_units import microseconds
from gateway.audit.errors import LogCorrupt, LogUnavailable
from gateway.audit.keys.group_mark import MarkKey
from gateway.audit.keys.private_file import create_once
from gateway.audit.store.contract import NOTES, READ_BOUND, StoredCosignature
from gateway.audit.store.row import LogRow
from gateway.audit.store.sqlite_file import (
    BUSY_SECONDS,
    closed_on_error,
    connected,
    empty_log,
    identity,
    make_durable,
    reading,
    turn_at,
    turn_file,
    unavailable,
)
from gateway.audit.store.sqlite_group import added_at_once, take_groups
from gateway.audit.store.sqlite_marks import keep_mark
from gateway.audit.store.written import Written
from gateway.audit.tree.checkpoint import Checkpoint
from gateway.audit.tree.proved import CheckedState
from gateway.audit.tree.tile import Tile

_INSERT_ENTRY: Final = "INSERT INTO entry (idx, leaf) VALUES (?, ?)"
_INSERT_LEAF_HASH: Final = "INSERT INTO leaf_hash (idx, hash) VALUES (?, ?)"
_INSERT_TILE_HASH: Final = "INSERT INTO tile_hash (level, place, hash) VALUES (?, ?, ?)"
_INSERT_CHECKPOINT: Final = (
    "INSERT INTO checkpoint (size, root, at, note) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
_INSERT_COSIGNATURE: Final = (
    "INSERT INTO cosignature (size, witness, at, line) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
_NOTES: Final = "SELECT note FROM checkpoint ORDER BY size DESC LIMIT ?"
_COSIGNATURES: Final = "SELECT line FROM cosignature WHERE size = ? ORDER BY at DESC LIMIT ?"
_COSIGNED: Final = (
    "SELECT size, note, line FROM cosignature JOIN checkpoint USING (size)"
    " WHERE witness = ? ORDER BY size DESC, cosignature.at DESC LIMIT ?"
)
_SIZE: Final = "SELECT coalesce(max(idx) + 1, 0) FROM entry"
_LEAF_HASHES: Final = "SELECT hash FROM leaf_hash WHERE idx >= ? AND idx < ? ORDER BY idx"
_FOLLOW: Final = (
    "SELECT idx, hash FROM leaf_hash"
    " WHERE idx >= ? AND idx <= (SELECT max(idx) FROM entry) ORDER BY idx"
)
_TILE_HASHES: Final = (
    "SELECT hash FROM tile_hash WHERE level = ? AND place >= ? AND place < ? ORDER BY place"
)


@dataclass(frozen=True, slots=True)
class LastSeen:
    """What was last known of the log: its file, by device and inode, and how far it went.

    What is before `unread` was not hashed.
    """

    file: tuple[int, int]
    written: Written
    unread: CheckedState | None = None

    @property
    def size(self) -> int:
        """How many entries it had."""
        return self.written.size


@dataclass(frozen=True, slots=True)
class Writing:
    """One open connection that adds groups of entries; used by one thread at a time.

    A log that was moved away or replaced takes nothing more, though its descriptor would.
    """

    path: Path
    connection: sqlite3.Connection
    file: tuple[int, int]
    turn: int

    @classmethod
    def open(cls, path: Path, seen: LastSeen) -> Self:
        """Open the log at `path`; LogUnavailable if it cannot be written, or is less than `seen`.

        Another file in its place is not touched: SQLite would replay the old journal into it.
        """
        with unavailable(path):
            _refuse_another(path, seen.file)
            with closed_on_error(connected(path, "rw")) as connection:
                make_durable(connection)
                connection.execute("BEGIN IMMEDIATE")  # which also shows that it can be written
                _gone_on(connection, seen.written)
                connection.execute("ROLLBACK")
                take_groups(connection)
                return cls(path, connection, seen.file, turn_file(path))

    def add(self, rows: Sequence[LogRow], known: Written, key: MarkKey | None = None) -> Written:
        """Write `rows` in one commit; what is written after them, all durable on return.

        With `key` they are marked as a gateway's.

        LogUnavailable if they could not be written, or if the log does not go on from `known`:
        then none of them is in the log.
        """
        with unavailable(self.path):
            _refuse_another(self.path, self.file)
            with turn_at(self.turn, BUSY_SECONDS):
                added = added_at_once(self.connection, rows, known, key)
            return added or self._added(rows, known, key)

    def _added(self, rows: Sequence[LogRow], known: Written, key: MarkKey | None) -> Written:
        """The same, whatever was written meanwhile."""
        caught_up = _gone_on(self.connection, known)
        with turn_at(self.turn, BUSY_SECONDS):
            self.connection.execute("BEGIN IMMEDIATE")
            before = _gone_on(self.connection, caught_up)
            hashes = [row.hash for row in rows]
            after, finished = before.with_leaves(hashes)
            _insert(self.connection, before.size, rows)
            if key is not None:
                mark = key.mark(before.size, before.last, hashes)
                keep_mark(self.connection, before.size, after.size - 1, mark)
            self.connection.executemany(_INSERT_TILE_HASH, finished)
            self.connection.execute("COMMIT")
        return after

    def close(self) -> None:
        """Close the file; what was not committed is rolled back."""
        self.connection.close()
        os.close(self.turn)


def create_log(path: Path) -> None:
    """Make an empty log at `path` (mode 0600) if there is no file; LogUnavailable if it cannot."""
    with unavailable(path):
        if path.exists():
            return
        with empty_log() as log:
            create_once(path, log.serialize())


def read_rows(path: Path, sql: str, given: Sequence[Any]) -> list[tuple[int, bytes]]:
    """The (index, leaf) pairs that `sql` selects; LogUnavailable if the file cannot be read."""
    with reading(path) as connection:
        return connection.execute(sql, given).fetchall()


def stored_notes(path: Path) -> tuple[str, ...]:
    """The notes of the largest states that were kept, largest first."""
    with reading(path) as connection:
        return tuple(note for (note,) in connection.execute(_NOTES, (NOTES,)))


def stored_cosignatures(path: Path, size: int) -> tuple[str, ...]:
    """Witnesses' lines under the state of `size`, newest first."""
    with reading(path) as connection:
        rows = connection.execute(_COSIGNATURES, (size, READ_BOUND))
        return tuple(line for (line,) in rows)


def stored_cosigned(path: Path, witness: str) -> tuple[StoredCosignature, ...]:
    """What is kept under the name of a witness, of the largest state first."""
    with reading(path) as connection:
        return tuple(
            StoredCosignature(*row) for row in connection.execute(_COSIGNED, (witness, NOTES))
        )


def keep_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a signed checkpoint, durable on return; the first of each size is kept."""
    at = microseconds(checkpoint.at)
    _insert_signed(
        path, _INSERT_CHECKPOINT, (checkpoint.size, checkpoint.root, at, checkpoint.note)
    )


def keep_cosignature(path: Path, size: int, witness: str, at: int, line: str) -> None:
    """Write a witness's signature line under the checkpoint of `size`; `at` as it states."""
    _insert_signed(path, _INSERT_COSIGNATURE, (size, witness, at, line))


def stored_size(connection: sqlite3.Connection) -> int:
    """How many entries the log holds."""
    (size,) = connection.execute(_SIZE).fetchone()
    return int(size)


def stored_tiles(connection: sqlite3.Connection, tiles: Iterable[Tile]) -> dict[Tile, list[bytes]]:
    """What stands in each tile of hashes; LogCorrupt if a hash is missing."""
    return {t: _hashes(connection, t) for t in tiles}


def _hashes(connection: sqlite3.Connection, tile: Tile) -> list[bytes]:
    within = (tile.first, tile.first + tile.width)
    rows = (
        connection.execute(_TILE_HASHES, (tile.level, *within))
        if tile.level
        else connection.execute(_LEAF_HASHES, within)
    )
    hashes = [found for (found,) in rows]
    if len(hashes) != tile.width:
        raise LogCorrupt(f"the log lacks hashes of {tile.path}; restore it")
    return hashes


def _insert_signed(path: Path, sql: str, row: Sequence[Any]) -> None:
    with unavailable(path), closing(connected(path, "rw")) as connection:
        make_durable(connection)
        connection.execute(sql, row)


def _gone_on(connection: sqlite3.Connection, known: Written) -> Written:
    """What is written now, if what was known is still its beginning."""
    return known.gone_on(connection.execute(_FOLLOW, (known.from_last,)))


def _insert(connection: sqlite3.Connection, first: int, rows: Sequence[LogRow]) -> None:
    connection.executemany(_INSERT_ENTRY, [(i, row.leaf) for i, row in enumerate(rows, first)])
    hashes = [(i, row.hash) for i, row in enumerate(rows, first)]
    connection.executemany(_INSERT_LEAF_HASH, hashes)


def _refuse_another(path: Path, file: tuple[int, int]) -> None:
    if identity(path) != file:
        raise LogUnavailable(f"{path}: was moved or replaced; put it back, or start again")
