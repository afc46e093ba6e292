"""Every entry hashed again: the stored log is the one that was written, or its first bad entry."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from gateway.audit.errors import LogCorrupt, LogUnavailable, LogUnserved
from gateway.audit.store.rehash import Rehash
from gateway.audit.store.sqlite import LastSeen, stored_size, stored_tiles
from gateway.audit.store.sqlite_file import connected, damaged, empty_log, identity
from gateway.audit.store.sqlite_marks import MARKS, TABLE
from gateway.audit.store.sqlite_pruning import stored_pruned
from gateway.audit.store.sqlite_schema import NEWEST
from gateway.audit.store.sqlite_versions import moved, stored_number
from gateway.audit.store.written import Written
from gateway.audit.tree.merkle import Edge, TileHash, edge_of
from gateway.audit.tree.proved import CheckedState
from gateway.audit.tree.tile import nodes_of, tiles_towards
from gateway.config.database.schema import SchemaUnknown, unserved

_CHUNK: Final = 4096
_FROM: Final = (
    "SELECT idx, leaf, hash FROM leaf_hash LEFT JOIN entry USING (idx)"
    " WHERE idx >= ? ORDER BY idx LIMIT ?"
)
_LAST: Final = "SELECT hash FROM leaf_hash WHERE idx = ?"
_SIGNED: Final = (
    "SELECT size, root, note FROM checkpoint WHERE size > ? AND size <= ? ORDER BY size"
)
_TILE_HASH: Final = "SELECT level, place, hash FROM tile_hash WHERE level = ? AND place = ?"
_BESIDE: Final = (
    "SELECT (SELECT count(*) FROM entry WHERE idx < 0 OR idx >= ?1)"
    " + (SELECT count(*) FROM leaf_hash WHERE idx < 0 OR idx >= ?1),"
    " (SELECT count(*) FROM tile_hash),"
    " (SELECT coalesce(max(size), 0) FROM checkpoint)"
)


def check_log(path: Path, state: CheckedState | None = None) -> LastSeen:
    """Read the log and change nothing; what it is and holds.

    Only what is after `state`, if the tree still leads to it: then the rest is for `check_some`.
    LogCorrupt names the first entry that is missing, out of its place, or not the one whose hash
    stands in the tree; where the tree was altered too, the first entry after the last checkpoint
    that still agrees. LogUnavailable if the file cannot be read.
    """
    with _told(path), closing(connected(path, "ro")) as connection:
        # One snapshot, whatever other gateways add meanwhile.
        connection.execute("BEGIN")
        known = _edge_at(connection, state) if state else None
        edge = _after(path, connection, known) if known else checked(path, connection)
        last = connection.execute(_LAST, (edge.size - 1,)).fetchone()
        written = Written(edge, last[0] if last else b"")
        return LastSeen(identity(path), written, state if known else None)


def check_some(path: Path, walk: Rehash) -> bool:
    """Hash the next entries again, as they are now; whether there are more. Errors as above.

    At the end, what stands beside the entries is looked at too.
    """
    with _told(path), closing(connected(path, "ro")) as connection:
        connection.execute("BEGIN")
        return _take(connection, walk)


def check_pages(path: Path) -> None:
    """LogCorrupt if the file is damaged beside its entries."""
    with _told(path), closing(connected(path, "ro")) as connection:
        _refuse_damaged(path, connection)


def checked(path: Path, connection: sqlite3.Connection) -> Edge:
    """All of it, over a connection that is in a transaction; the edge of the tree."""
    _refuse_unserved(path, connection)
    walk = Rehash(str(path))
    while _take(connection, walk):
        pass
    _refuse_damaged(path, connection)
    return walk.edge


def _after(path: Path, connection: sqlite3.Connection, edge: Edge) -> Edge:
    _refuse_unserved(path, connection)
    walk = Rehash(str(path), edge)
    while _taken(connection, walk) == _CHUNK:
        pass
    return walk.edge


def _edge_at(connection: sqlite3.Connection, state: CheckedState) -> Edge | None:
    """The edge of the stored tree at that size; None if its root is another or it is not there."""
    if not 0 < state.size <= stored_size(connection):
        return None
    try:
        nodes = nodes_of(stored_tiles(connection, tiles_towards([state.size - 1], state.size)))
    except LogCorrupt:
        return None
    edge = edge_of(state.size, nodes)
    return edge if edge.root == state.root else None


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LogUnavailable(f"{path}: {type(error).__name__}; see the disk") from error
    except sqlite3.Error as error:
        if damaged(error):
            raise LogCorrupt(f"{path}: is not an audit log, or is damaged; restore it") from error
        raise LogUnavailable(f"{path}: {type(error).__name__}; see the disk") from error


def _refuse_damaged(path: Path, connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise LogCorrupt(f"{path}: the file is damaged beside its entries; restore it")


def _refuse_unserved(path: Path, connection: sqlite3.Connection) -> None:
    others = LogCorrupt(f"{path}: its tables or triggers are not the audit log's; restore it")
    try:
        found = stored_number(connection)
    except SchemaUnknown:
        raise others from None
    refusal = moved(connection) or unserved("log", found, NEWEST)
    if refusal:
        raise LogUnserved(f"{path}: {refusal}")
    with empty_log() as log:
        due, there = _shape(log), _shape(connection)
    # The next release may have added to it.
    if not due <= there or (found == NEWEST and due != there - {(TABLE, MARKS)}):
        raise others


def _shape(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    return set(connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"))


def _take(connection: sqlite3.Connection, walk: Rehash) -> bool:
    """Take the next entries; whether there are more. At the end, what is beside them too."""
    if _taken(connection, walk) == _CHUNK:
        return True
    walk.end(*connection.execute(_BESIDE, (walk.edge.size,)).fetchone())
    return False


def _taken(connection: sqlite3.Connection, walk: Rehash) -> int:
    start = walk.edge.size
    try:
        walk.pruned = stored_pruned(connection)
        rows = connection.execute(_FROM, (start, _CHUNK)).fetchall()
        signed = connection.execute(_SIGNED, (start, start + len(rows))).fetchall()
        finished = walk.take(rows, signed)
        walk.compare(finished, _stored(connection, finished))
    except sqlite3.Error as error:
        if not damaged(error):
            raise
        raise walk.edited(_first_unreadable(connection, walk.edge.size)) from error
    return len(rows)


def _stored(
    connection: sqlite3.Connection, finished: list[TileHash]
) -> list[tuple[int, int, bytes]]:
    found = (connection.execute(_TILE_HASH, (f.level, f.place)).fetchone() for f in finished)
    return [row for row in found if row is not None]


def _first_unreadable(connection: sqlite3.Connection, due: int) -> int:
    # Damage to a page ends the walk at the first entry that cannot be reached.
    start = due
    try:
        for index, _, _ in connection.execute(_FROM, (start, _CHUNK)):
            if index != due:
                break
            due += 1
    except sqlite3.DatabaseError:
        return due
    return due if due < stored_size(connection) else start
