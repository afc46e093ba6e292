"""Marks of groups of entries in the log's SQLite file, as long as not all of it is signed."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from gateway.audit.keys.group_mark import GroupMark
from gateway.audit.store.sqlite_file import connected, make_durable, reading, unavailable

TABLE: Final = "group_mark"
# A log at rest has no such table, as the release before knows none.
MARKS: Final = f"""CREATE TABLE {TABLE} (
  first INTEGER PRIMARY KEY,
  last INTEGER NOT NULL,
  mark BLOB NOT NULL
) STRICT"""
_MAKE: Final = MARKS.replace("TABLE", "TABLE IF NOT EXISTS", 1)
_KEEP: Final = f"INSERT INTO {TABLE} (first, last, mark) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"  # noqa: S608 - our name
_THERE: Final = "SELECT 1 FROM sqlite_schema WHERE name = ?"
_READ: Final = f"SELECT first, last, mark FROM {TABLE} WHERE first >= ? ORDER BY first LIMIT ?"  # noqa: S608 - our name
_SIZE: Final = "SELECT coalesce(max(idx) + 1, 0) FROM entry"


def keep_mark(connection: sqlite3.Connection, first: int, last: int, mark: bytes) -> None:
    """Write the mark of entries `first` to `last`, in the transaction that writes them."""
    row = (first, last, mark)
    try:
        connection.execute(_KEEP, row)
    except sqlite3.OperationalError as error:
        # After a full disk SQLite may have ended the transaction: then nothing more may be written.
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR or not connection.in_transaction:
            raise
        connection.execute(_MAKE)  # the log rested
        connection.execute(_KEEP, row)


def stored_marks(path: Path, first: int, count: int) -> tuple[GroupMark, ...]:
    """Up to `count` marks from entry `first` on, in order; LogUnavailable if unreadable."""
    with reading(path) as connection:
        connection.execute("BEGIN")  # one moment, whoever forgets them meanwhile
        rows = connection.execute(_READ, (first, count)) if there(connection) else ()
        return tuple(GroupMark(*row) for row in rows)


def there(connection: sqlite3.Connection) -> bool:
    """Whether the log has any marks."""
    return connection.execute(_THERE, (TABLE,)).fetchone() is not None


def forget_marks(path: Path, signed: int) -> None:
    """Remove every mark if the log has no more than `signed` entries, whoever has it open."""
    with unavailable(path), closing(connected(path, "rw")) as connection:
        make_durable(connection)
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute(_SIZE).fetchone()[0] <= signed:
            connection.execute(f"DROP TABLE IF EXISTS {TABLE}")
        connection.execute("COMMIT")
