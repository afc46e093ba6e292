"""Every entry hashed again: the stored log is the one that was written, or its first bad entry."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from gateway.audit.checkpoint import stated_root
from gateway.audit.failures import LogCorrupt, LogUnavailable
from gateway.audit.merkle import TILE_WIDTH, Edge, TileHash, grown, leaf_hash
from gateway.audit.store import Seen, stored_size
from gateway.audit.store_file import connected, damaged, empty_log, identity

_CHUNK: Final = 4096
_ENTRIES: Final = "SELECT idx, leaf, hash FROM entry LEFT JOIN leaf_hash USING (idx) ORDER BY idx"
_SIGNED: Final = (
    "SELECT size, root, note FROM checkpoint WHERE size > ? AND size <= ? ORDER BY size"
)
_TILE_HASH: Final = "SELECT hash FROM tile_hash WHERE level = ? AND place = ?"
_LARGEST: Final = "SELECT coalesce(max(size), 0) FROM checkpoint"
_COUNTS: Final = "SELECT (SELECT count(*) FROM leaf_hash), (SELECT count(*) FROM tile_hash)"

Chunk = list[tuple[int, bytes, bytes | None]]


def check_log(path: Path) -> Seen:
    """Read the whole log and change nothing; what it is and holds.

    LogCorrupt names the first entry that is missing, out of its place, or not the one whose hash
    stands in the tree; where the tree was altered too, the first entry after the last checkpoint
    that still agrees. LogUnavailable if the file cannot be read.
    """
    try:
        with closing(connected(path, "ro")) as connection:
            return Seen(identity(path), _checked(path, connection))
    except OSError as error:
        raise LogUnavailable(f"{path}: {type(error).__name__}; see the disk") from error
    except sqlite3.Error as error:
        if damaged(error):
            raise LogCorrupt(f"{path}: is no audit log, or a damaged one; restore it") from error
        raise LogUnavailable(f"{path}: {type(error).__name__}; see the disk") from error


def _checked(path: Path, connection: sqlite3.Connection) -> Edge:
    with empty_log() as log:
        if _shape(connection) != _shape(log):
            raise LogCorrupt(f"{path}: its tables or triggers are not the audit log's; restore it")
    # One snapshot, whatever other gateways add meanwhile.
    connection.execute("BEGIN")
    edge = _walked(path, connection)
    _refuse_leftovers(path, connection, edge.size)
    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise LogCorrupt(f"{path}: the file is damaged beside its entries; restore it")
    return edge


def _shape(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    return set(connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"))


def _walked(path: Path, connection: sqlite3.Connection) -> Edge:
    edge = Edge()
    try:
        for chunk in _chunks(connection):
            hashes = _hashes(path, chunk, edge.size)
            edge = _grown_past_checkpoints(path, connection, edge, hashes)
    except sqlite3.Error as error:
        if not damaged(error):
            raise
        bad = _first_unreadable(connection)
        raise _edited(path, bad) from error
    return edge


def _chunks(connection: sqlite3.Connection) -> Iterator[Chunk]:
    cursor = connection.execute(_ENTRIES)
    while chunk := cursor.fetchmany(_CHUNK):
        yield chunk


def _hashes(path: Path, chunk: Chunk, first: int) -> list[bytes]:
    hashes = [leaf_hash(leaf) for _, leaf, _ in chunk]
    for due, (index, _, stored), computed in zip(
        range(first, first + len(chunk)), chunk, hashes, strict=True
    ):
        if index != due or stored != computed:
            raise _edited(path, due)
    return hashes


def _grown_past_checkpoints(
    path: Path, connection: sqlite3.Connection, edge: Edge, hashes: list[bytes]
) -> Edge:
    start, end = edge.size, edge.size + len(hashes)
    for size, root, note in connection.execute(_SIGNED, (start, end)).fetchall():
        good = edge.size
        edge = _grown(path, connection, edge, hashes[good - start : size - start])
        if not edge.root == root == stated_root(note, size):
            raise _edited(path, good)
    return _grown(path, connection, edge, hashes[edge.size - start :])


def _grown(path: Path, connection: sqlite3.Connection, edge: Edge, hashes: list[bytes]) -> Edge:
    after, finished = grown(edge, hashes)
    for each in finished:
        if connection.execute(_TILE_HASH, (each.level, each.place)).fetchone() != (each.hash,):
            raise _edited(path, _first_under(each))
    return after


def _first_under(each: TileHash) -> int:
    return int(each.place * TILE_WIDTH**each.level)


def _refuse_leftovers(path: Path, connection: sqlite3.Connection, size: int) -> None:
    (signed,) = connection.execute(_LARGEST).fetchone()
    due, level = 0, size
    while level := level // TILE_WIDTH:
        due += level
    if signed > size or connection.execute(_COUNTS).fetchone() != (size, due):
        raise _edited(path, size)


def _first_unreadable(connection: sqlite3.Connection) -> int:
    # Damage to a page ends the walk at the first entry that cannot be reached.
    due = 0
    try:
        for index, _ in connection.execute("SELECT idx, leaf FROM entry ORDER BY idx"):
            if index != due:
                break
            due += 1
    except sqlite3.DatabaseError:
        return due
    return due if due < stored_size(connection) else 0


def _edited(path: Path, entry: int) -> LogCorrupt:
    return LogCorrupt(f"{path}: entry {entry} is not as it was written; restore it", entry)
