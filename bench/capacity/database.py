"""What a log's PostgreSQL did: commits, rows, bytes, and its own CPU alone.

Rows are counted, as a backend may keep its own statistics back for ten seconds.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import asyncpg

from demo.processes.postgres import Postgres

_TICKS: Final = 100  # a second, in /proc
_TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = $1"
_WAL: Final = "SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint"
_SIZE: Final = """
SELECT sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = $1 AND relkind = 'r'
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """Until now; `at` and `cpu_s` in seconds, `wal` in bytes, `commits` of entries."""

    at: float
    commits: float
    rows: float
    wal: float
    entries: float
    cpu_s: float

    def since(self, before: Self, idle: "Counts | None" = None) -> "Counts":
        """What came meanwhile, without what as long a time of idling brings."""
        names = ("at", "commits", "rows", "wal", "entries", "cpu_s")
        grown = {name: getattr(self, name) - getattr(before, name) for name in names}
        if idle is not None:
            share = grown["at"] / idle.at
            for name in names[1:]:
                grown[name] = max(0.0, grown[name] - share * getattr(idle, name))
        return Counts(**grown)


async def counted(server: Postgres, schema: str, folder: Path) -> Counts:
    """The counts of a log's schema now; `folder` is the server's."""
    connection = await asyncpg.connect(server.dsn())
    try:
        tables = [row[0] for row in await connection.fetch(_TABLES, schema)]
        held = {name: await _rows(connection, schema, name) for name in tables}
        wal = await connection.fetchval(_WAL)
    finally:
        await connection.close()
    # Each commit of entries has one mark.
    commits, entries = held["group_mark"], held["entry"]
    return Counts(time.monotonic(), commits, sum(held.values()), wal, entries, cpu_s(folder))


async def _rows(connection: "asyncpg.Connection", schema: str, table: str) -> int:
    return int(await connection.fetchval(f'SELECT count(*) FROM {schema}."{table}"'))  # noqa: S608 - our own names


async def size_of(server: Postgres, schema: str) -> int:
    """Bytes of a schema's tables and their indexes, on the disk."""
    connection = await asyncpg.connect(server.dsn())
    try:
        await connection.execute("CHECKPOINT")
        return int(await connection.fetchval(_SIZE, schema))
    finally:
        await connection.close()


def cpu_s(folder: Path) -> float:
    """CPU seconds of the server over a folder and of its children that still run."""
    first = (folder / "postmaster.pid").read_text("ascii").split()[0]
    stats = (_stat(each) for each in Path("/proc").glob("[0-9]*/stat"))
    mine = [each for pid, each in filter(None, stats) if first in (pid, each[1])]
    return sum(int(each[11]) + int(each[12]) for each in mine) / _TICKS


def _stat(file: Path) -> tuple[str, list[str]] | None:
    try:
        return file.parent.name, file.read_text().rpartition(")")[2].split()
    except OSError:  # it ended meanwhile
        return None
