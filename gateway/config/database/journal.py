"""SQLite's journal emptied into its file: what was deleted stands in it until then."""

import sqlite3
import time
from collections.abc import Callable
from typing import Final

PATIENCE_S: Final = 2.0
_BETWEEN_TRIES_S: Final = 0.02


def empty_journal(
    connection: sqlite3.Connection,
    patience_s: float = PATIENCE_S,
    *,
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Whether the journal is empty now; it is not where somebody reads it for so many seconds.

    SQLite waits for readers itself, as long as the connection was opened to wait. It waits for no
    other connection that empties the same journal just now: that one is done soon, so try again.
    """
    until = now() + patience_s
    while not (emptied := _emptied(connection)) and now() < until:
        sleep(_BETWEEN_TRIES_S)
    return emptied


def _emptied(connection: sqlite3.Connection) -> bool:
    (kept, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not kept
