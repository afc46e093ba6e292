"""A few entries in one statement, which checks, adds and marks them, durable, or does nothing.

Each call of SQLite lets the gateway's other threads in, and then waits for its turn. A commit took
thirty calls. One statement is one call, and the tables' own triggers hold in it too.
"""

import sqlite3
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from gateway.audit.keys.group_mark import MarkKey
from gateway.audit.store.row import LogRow
from gateway.audit.store.written import Written

MOST_AT_ONCE: Final = 16  # entries; each number of them is a statement of its own
# `before` is the hash of the entry before a group, beside its first row; `mark` beside its last.
_TAKING: Final = """
PRAGMA temp_store = MEMORY;
CREATE TEMP VIEW new_entry AS
  SELECT 0 AS idx, x'' AS leaf, x'' AS hash, x'' AS before, 0 AS first, x'' AS mark;
CREATE TEMP TRIGGER new_entry_is_kept INSTEAD OF INSERT ON new_entry BEGIN
  SELECT raise(ABORT, 'the log went on otherwise') WHERE NEW.before IS NOT NULL
    AND NEW.before IS NOT (SELECT hash FROM leaf_hash WHERE idx = NEW.idx - 1);
  INSERT INTO entry (idx, leaf) VALUES (NEW.idx, NEW.leaf);
  INSERT INTO leaf_hash (idx, hash) VALUES (NEW.idx, NEW.hash);
  INSERT INTO group_mark (first, last, mark)
    SELECT NEW.first, NEW.idx, NEW.mark WHERE NEW.mark IS NOT NULL;
END;
"""
_NEW: Final = "INSERT INTO new_entry VALUES "
_ROW: Final = "(?, ?, ?, ?, ?, ?)"


def take_groups(connection: sqlite3.Connection) -> None:
    """Have a connection to the log take groups in one statement."""
    connection.executescript(_TAKING)


def added_at_once(
    connection: sqlite3.Connection, rows: Sequence[LogRow], known: Written, key: MarkKey | None
) -> Written | None:
    """What is written after `rows`, all durable; None, and nothing written, if one statement fails.

    Then the group is large, completes a tile of the tree or has no mark; or the log was written to
    meanwhile; or it rested, and keeps no marks yet. sqlite3.Error where the disk refuses it.
    """
    if key is None or not known.size or len(rows) > MOST_AT_ONCE:
        return None
    hashes = [row.hash for row in rows]
    after, finished = known.with_leaves(hashes)
    if finished:
        return None
    mark = key.mark(known.size, known.last, hashes)
    try:
        connection.execute(_statement(len(rows)), _given(rows, known, mark))
    except sqlite3.Error as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_ERROR):
            raise
        return None
    return after


@cache
def _statement(count: int) -> str:
    return _NEW + ", ".join([_ROW] * count)


def _given(rows: Sequence[LogRow], known: Written, mark: bytes) -> list[Any]:
    first, given = known.size, list[Any]()
    for index, row in enumerate(rows, first):
        given += (index, row.leaf, row.hash, None, first, None)
    given[3], given[-1] = known.last, mark
    return given
