"""The number of the log's SQLite schema, and how an earlier release's file becomes the newest's."""

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from gateway.audit.store.sqlite_schema import NEWEST, statements
from gateway.config.database.schema import SchemaUnknown

if TYPE_CHECKING:  # it takes long to import, and most who read a log need none of it
    from sqlalchemy import Connection

_COLUMNS: Final = {
    "entry": "idx, leaf",
    "leaf_hash": "idx, hash",
    "tile_hash": "level, place, hash",
    "checkpoint": "size, root, at, note",
    "cosignature": "size, witness, at, line",
}
_NAMES: Final = "SELECT name FROM sqlite_schema WHERE type = ? AND sql IS NOT NULL"
_NUMBER: Final = f"PRAGMA user_version = {NEWEST}"
_MOVED: Final = "entry_moved"
_MOVE: Final = (
    f"CREATE TRIGGER {_MOVED} BEFORE INSERT ON entry"
    " BEGIN SELECT raise(ABORT, 'the log goes on elsewhere'); END"
)


class SqliteLogSchema:
    """1 of before entries could be pruned, 2 of before schemas were numbered, 3 numbered."""

    store: Final = "log"
    newest: Final = NEWEST

    def found(self, connection: "Connection") -> int:
        """The number of what is there; SchemaUnknown if it is something else, or nothing."""
        return stored_number(_driver(connection))

    def upgrade(self, connection: "Connection", found: int) -> None:
        """Change it to the newest, in the connection's transaction; no leaf or hash is another."""
        opened = _driver(connection)
        if found == 1:
            _rebuild(opened)
        opened.execute(_NUMBER)

    def moved(self, connection: "Connection") -> str | None:
        """Why this log is not gone on with, if it was copied."""
        return moved(_driver(connection))

    def statements(self, _: "Connection", __: int) -> Iterable[str]:
        """None: a file is upgraded where it is."""
        return ()


def stored_number(connection: sqlite3.Connection) -> int:
    """The number of the log in this file; SchemaUnknown if it is none."""
    (number,) = connection.execute("PRAGMA user_version").fetchone()
    tables = _named(connection, "table")
    columns = {
        name for (name,) in connection.execute("SELECT name FROM pragma_table_info('entry')")
    }
    if not (_COLUMNS.keys() <= tables and {"idx", "leaf"} <= columns):
        raise SchemaUnknown("log: this is not a log of this project, or not all of one")
    if number:
        return int(number)
    return 2 if "pruned" in tables and columns == {"idx", "leaf"} else 1


def move(connection: sqlite3.Connection) -> None:
    """Take no entry any more, in any release: the log was copied, and two would go on from it."""
    connection.execute(_MOVE)


def moved(connection: sqlite3.Connection) -> str | None:
    """Why this log is not gone on with, if it was copied."""
    if _MOVED not in _named(connection, "trigger"):
        return None
    return "was copied to PostgreSQL and continues there; name that database in the settings"


def _rebuild(opened: sqlite3.Connection) -> None:
    """Make the newest tables, and copy into them row by row; what only searches used goes."""
    for kind in ("trigger", "index"):
        for name in _named(opened, kind):
            opened.execute(f"DROP {kind} {name}")
    before = _named(opened, "table")
    for table in before:
        opened.execute(f"ALTER TABLE {table} RENAME TO before_{table}")
    for statement in statements():
        opened.execute(statement)
    for table, columns in _COLUMNS.items():
        opened.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM before_{table}")  # noqa: S608 - names of this file
    # Those that refer to others go first.
    for table in sorted(before, key=lambda name: name in {"entry", "checkpoint"}):
        opened.execute(f"DROP TABLE before_{table}")


def _named(opened: sqlite3.Connection, kind: str) -> set[str]:
    return {name for (name,) in opened.execute(_NAMES, (kind,))}


def _driver(connection: "Connection") -> sqlite3.Connection:
    opened = connection.connection.driver_connection
    assert isinstance(opened, sqlite3.Connection)  # noqa: S101 - for the types
    return opened
