"""The newest state that a witness signed of each log: never smaller, never another history."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.audit.verify.tree import EMPTY
from gateway.audit.witness.cosigner import WitnessMisconfigured

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS seen (
  origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL
) STRICT
"""
NEWEST: Final = 1  # schema; a file of before it had a number is the same
_KEEP: Final = "INSERT OR REPLACE INTO seen VALUES (?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Memory:
    """A file; each change of it is on the disk before it counts.

    WitnessMisconfigured if it is of another program, or more than one release newer.
    """

    path: Path

    @contextmanager
    def looking(self) -> Iterator["Look"]:
        """Look and keep as one step, whoever else submits meanwhile."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN IMMEDIATE")
            _prepare(self.path, connection)
            yield Look(connection)
            connection.execute("COMMIT")


def _prepare(path: Path, connection: sqlite3.Connection) -> None:
    (number,) = connection.execute("PRAGMA user_version").fetchone()
    if number > NEWEST + 1:
        raise WitnessMisconfigured(
            f"{path}: has schema {number}, more than one release newer than this one's {NEWEST};"
            " start the release that it belongs to"
        )
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    if tables and "seen" not in tables:
        raise WitnessMisconfigured(f"{path}: is no witness's memory; restore it from its copy")
    connection.execute(_SCHEMA)
    if not number:
        connection.execute(f"PRAGMA user_version = {NEWEST}")


@dataclass(frozen=True, slots=True)
class Look:
    """One step under the file's lock; undone if it ends in an exception."""

    connection: sqlite3.Connection

    def seen(self, origin: str) -> tuple[int, bytes]:
        """Size and root last signed; of a log never seen, the empty one's."""
        sql = "SELECT size, root FROM seen WHERE origin = ?"
        found = self.connection.execute(sql, (origin,)).fetchone()
        return (0, EMPTY) if found is None else (int(found[0]), bytes(found[1]))

    def keep(self, origin: str, size: int, root: bytes) -> None:
        """Remember what is about to be signed."""
        self.connection.execute(_KEEP, (origin, size, root))
