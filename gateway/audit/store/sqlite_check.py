"""Every entry hashed again: the stored log is the one that was written, or its first bad entry."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from gateway.audit.errors import LogCorrupt, LogUnavailable
from gateway.audit.store.rehash import Rehash, Stored
from gateway.audit.store.sqlite import LastSeen, stored_size
from gateway.audit.store.sqlite_file import connected, damaged, empty_log, identity
from gateway.audit.store.sqlite_pruning import stored_pruned
from gateway.audit.store.sqlite_schema import NEWEST
from gateway.audit.store.sqlite_versions import moved, stored_number
from gateway.audit.store.written import Written
from gateway.audit.tree.merkle import Edge, TileHash
from gateway.config.database.schema import SchemaUnknown, unserved

_CHUNK: Final = 4096
_ENTRIES: Final = "SELECT idx, leaf, hash FROM leaf_hash LEFT JOIN entry USING (idx) ORDER BY idx"
_LAST: Final = "SELECT hash FROM leaf_hash WHERE idx = ?"
_SIGNED: Final = (
    "SELECT size, root, note FROM checkpoint WHERE size > ? AND size <= ? ORDER BY size"
)
_TILE_HASH: Final = "SELECT level, place, hash FROM tile_hash WHERE level = ? AND place = ?"
_COUNTS: Final = (
    "SELECT (SELECT count(*) FROM entry), (SELECT count(*) FROM leaf_hash),"
    " (SELECT count(*) FROM tile_hash),"
    " (SELECT coalesce(max(size), 0) FROM checkpoint)"
)


def check_log(path: Path) -> LastSeen:
    """Read the whole log and change nothing; what it is and holds.

    LogCorrupt names the first entry that is missing, out of its place, or not the one whose hash
    stands in the tree; where the tree was altered too, the first entry after the last checkpoint
    that still agrees. LogUnavailable if the file cannot be read.
    """
    try:
        with closing(connected(path, "ro")) as connection:
            # One snapshot, whatever other gateways add meanwhile.
            connection.execute("BEGIN")
            edge = checked(path, connection)
            last = connection.execute(_LAST, (edge.size - 1,)).fetchone()
            return LastSeen(identity(path), Written(edge, last[0] if last else b""))
    except OSError as error:
        raise LogUnavailable(f"{path}: {type(error).__name__}; see the disk") from error
    except sqlite3.Error as error:
        if damaged(error):
            raise LogCorrupt(f"{path}: is not an audit log, or is damaged; restore it") from error
        raise LogUnavailable(f"{path}: {type(error).__name__}; see the disk") from error


def checked(path: Path, connection: sqlite3.Connection) -> Edge:
    """The same over a connection that is in a transaction; the edge of the tree."""
    _refuse_unserved(path, connection)
    edge = _walked(path, connection)
    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise LogCorrupt(f"{path}: the file is damaged beside its entries; restore it")
    return edge


def _refuse_unserved(path: Path, connection: sqlite3.Connection) -> None:
    others = LogCorrupt(f"{path}: its tables or triggers are not the audit log's; restore it")
    try:
        found = stored_number(connection)
    except SchemaUnknown:
        raise others from None
    refusal = moved(connection) or unserved("log", found, NEWEST)
    if refusal:
        raise LogUnavailable(f"{path}: {refusal}")
    with empty_log() as log:
        due, there = _shape(log), _shape(connection)
    # The next release may have added to it.
    if not due <= there or (found == NEWEST and due != there):
        raise others


def _shape(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    return set(connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"))


def _walked(path: Path, connection: sqlite3.Connection) -> Edge:
    walk = Rehash(str(path), stored_pruned(connection))
    try:
        for chunk in _chunks(connection):
            start = walk.edge.size
            signed = connection.execute(_SIGNED, (start, start + len(chunk))).fetchall()
            finished = walk.take(chunk, signed)
            walk.compare(finished, _stored(connection, finished))
        walk.end(*connection.execute(_COUNTS).fetchone())
    except sqlite3.Error as error:
        if not damaged(error):
            raise
        raise walk.edited(_first_unreadable(connection)) from error
    return walk.edge


def _chunks(connection: sqlite3.Connection) -> Iterator[Stored]:
    cursor = connection.execute(_ENTRIES)
    while chunk := cursor.fetchmany(_CHUNK):
        yield chunk


def _stored(
    connection: sqlite3.Connection, finished: list[TileHash]
) -> list[tuple[int, int, bytes]]:
    found = (connection.execute(_TILE_HASH, (f.level, f.place)).fetchone() for f in finished)
    return [row for row in found if row is not None]


def _first_unreadable(connection: sqlite3.Connection) -> int:
    # Damage to a page ends the walk at the first entry that cannot be reached.
    due = 0
    try:
        for index, _, _ in connection.execute(_ENTRIES):
            if index != due:
                break
            due += 1
    except sqlite3.DatabaseError:
        return due
    return due if due < stored_size(connection) else 0
