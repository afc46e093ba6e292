"""The bytes of pruned entries leave the SQLite file, and its journal too; their hashes stay."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from gateway.audit.entry.entry import pruned_by
from gateway.audit.entry.range import EntryRange, EntryRanges, joined
from gateway.audit.errors import LogUnavailable
from gateway.audit.store.sqlite_file import connected, make_durable, unavailable
from gateway.config.database.journal import empty_journal

# Small groups, so that a gateway that appends meanwhile waits for none of them long.
_GROUP: Final = 2000
_PRUNED: Final = "SELECT first, last FROM pruned ORDER BY first"
_DECLARED: Final = "SELECT leaf FROM entry WHERE idx = ?"
_NAME: Final = "INSERT INTO pruned (first, last, declared) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_REMOVE: Final = (
    "DELETE FROM entry WHERE idx IN"
    " (SELECT idx FROM entry WHERE idx BETWEEN ? AND ? ORDER BY idx LIMIT ?)"
)


def stored_pruned(connection: sqlite3.Connection) -> EntryRanges:
    """Every range that is named as pruned."""
    return joined(EntryRange(first, last) for first, last in connection.execute(_PRUNED))


def prune_entries(path: Path, declared: int) -> int:
    """Remove what the pruning at this index names; how many entries had bytes to lose.

    LogUnavailable if it cannot be done, or a reader keeps the journal, where bytes then stay.
    """
    with unavailable(path), closing(connected(path, "rw")) as connection:
        make_durable(connection)
        connection.execute("PRAGMA secure_delete = ON")
        ranges = _ranges(connection, declared)
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(_NAME, [(*entry_range, declared) for entry_range in ranges])
        connection.execute("COMMIT")
        removed = sum(_removed(connection, entry_range) for entry_range in ranges)
        emptied = empty_journal(connection)
    if not emptied:
        raise LogUnavailable(f"{path}: another process reads its journal; prune again to empty it")
    return removed


def _ranges(connection: sqlite3.Connection, declared: int) -> tuple[EntryRange, ...]:
    found = connection.execute(_DECLARED, (declared,)).fetchone()
    ranges = pruned_by(found[0]) if found else ()
    if not ranges:
        raise ValueError("only a pruning in the log may remove entries")
    return ranges


def _removed(connection: sqlite3.Connection, entry_range: EntryRange) -> int:
    removed = 0
    while gone := connection.execute(_REMOVE, (*entry_range, _GROUP)).rowcount:
        removed += gone
    return removed
