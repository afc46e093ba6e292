"""What a person can do who writes a log's store, in SQLite or PostgreSQL, and has no key."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from gateway.audit.store.sqlite_marks import MARKS
from gateway.audit.store.sqlite_schema import SCHEMA
from gateway.audit.tree.merkle import Edge, grown, leaf_hash

TABLES = ("entry", "leaf_hash", "tile_hash", "checkpoint", "cosignature", "pruned", "group_mark")
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Stored:
    """Everything that the store has; a tampering gives other rows back."""

    leaves: tuple[bytes, ...]
    rows: dict[str, Rows]

    def forged(self, leaves: Sequence[bytes], **tables: Rows) -> dict[str, Rows]:
        """A log of other entries whose tree is the right one for them."""
        hashes = [leaf_hash(leaf) for leaf in leaves]
        _, above = grown(Edge(), hashes)
        made: dict[str, Rows] = {
            "entry": list(enumerate(leaves)),
            "leaf_hash": list(enumerate(hashes)),
            "tile_hash": [tuple(each) for each in above],
        }
        return {**self.rows, **made, **tables}


@dataclass(frozen=True, slots=True)
class SqliteMeddler:
    """Writes a log's file, and leaves no trace in its triggers."""

    path: Path

    async def read(self) -> Stored:
        """All rows of the log."""
        with closing(sqlite3.connect(self.path)) as file:
            made = {name for (name,) in file.execute("SELECT name FROM sqlite_schema")}
            rows = {
                name: file.execute(f"SELECT * FROM {name}").fetchall() if name in made else []
                for name in TABLES
            }
        return _stored(rows)

    async def write(self, rows: dict[str, Rows]) -> None:
        """Have the log be these rows."""
        guards = SCHEMA.split("CREATE TRIGGER ")[1:]
        with closing(sqlite3.connect(self.path)) as file, file:
            for guard in guards:
                file.execute(f"DROP TRIGGER {guard.split()[0]}")
            file.execute(f"CREATE TABLE IF NOT EXISTS {MARKS.removeprefix('CREATE TABLE ')}")
            for name in reversed(TABLES):
                file.execute(f"DELETE FROM {name}")
            for name in TABLES:
                for row in rows[name]:
                    marks = ", ".join("?" * len(row))
                    file.execute(f"INSERT INTO {name} VALUES ({marks})", row)
            for guard in guards:
                file.execute(f"CREATE TRIGGER {guard.partition('PRAGMA')[0]}")

    async def leave(self) -> None:
        """Nothing: the file goes with its test."""

    async def lose_what_comes(self) -> None:
        """Have the file drop each further entry without a word."""
        with closing(sqlite3.connect(self.path)) as file, file:
            file.execute(
                "CREATE TRIGGER dropped BEFORE INSERT ON entry BEGIN SELECT raise(IGNORE); END"
            )

    async def alter_what_comes(self) -> None:
        """Have the file say something else in place of each further entry."""
        with closing(sqlite3.connect(self.path)) as file, file:
            file.execute("DROP TRIGGER entry_is_final")
            file.execute(
                "CREATE TRIGGER altered AFTER INSERT ON entry BEGIN"
                " UPDATE entry SET leaf = x'7b7d' WHERE idx = NEW.idx; END"
            )


@dataclass(frozen=True, slots=True)
class PostgresMeddler:
    """Writes a log's tables as their owner, with the triggers switched off."""

    dsn: str

    async def read(self) -> Stored:
        """All rows of the log."""
        connection = await asyncpg.connect(self.dsn)
        try:
            rows = {
                name: [tuple(row) for row in await connection.fetch(f"SELECT * FROM {name}")]
                for name in TABLES
            }
        finally:
            await connection.close()
        return _stored(rows)

    async def write(self, rows: dict[str, Rows]) -> None:
        """Have the log be these rows."""
        connection = await asyncpg.connect(self.dsn)
        try:
            async with connection.transaction():
                await connection.execute("SET LOCAL session_replication_role = replica")
                await connection.execute(f"TRUNCATE {', '.join(TABLES)}")
                for name in TABLES:
                    if rows[name]:
                        marks = ", ".join(f"${n + 1}" for n in range(len(rows[name][0])))
                        sql = f"INSERT INTO {name} VALUES ({marks})"
                        await connection.executemany(sql, rows[name])
        finally:
            await connection.close()

    async def lose_what_comes(self) -> None:
        """Have the server drop each further entry without a word."""
        await self._ahead_of_an_entry("RETURN NULL")

    async def alter_what_comes(self) -> None:
        """Have the server keep something else in place of each further entry."""
        await self._ahead_of_an_entry("NEW.leaf = '{}'; RETURN NEW")

    async def _ahead_of_an_entry(self, done: str) -> None:
        connection = await asyncpg.connect(self.dsn)
        try:
            await connection.execute(
                "CREATE OR REPLACE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS"
                f" $$ BEGIN {done}; END $$;"
                " CREATE TRIGGER meddled BEFORE INSERT ON entry"
                " FOR EACH ROW EXECUTE FUNCTION meddle()"
            )
        finally:
            await connection.close()

    async def leave(self) -> None:
        """Take away what it put before the entries."""
        connection = await asyncpg.connect(self.dsn)
        try:
            await connection.execute("DROP FUNCTION IF EXISTS meddle CASCADE")
        finally:
            await connection.close()


def _stored(rows: dict[str, Rows]) -> Stored:
    return Stored(tuple(leaf for _, leaf in sorted(rows["entry"])), rows)
