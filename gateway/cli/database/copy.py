"""The stores of one machine copied into PostgreSQL: every leaf's bytes and every proof, or none."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Final

import asyncpg

from gateway.audit.errors import LogCorrupt
from gateway.audit.log.postgres_check import checked_rows
from gateway.audit.store.sqlite_check import checked
from gateway.audit.store.sqlite_marks import TABLE, there
from gateway.audit.store.sqlite_versions import move, moved
from gateway.audit.tree.merkle import Edge
from gateway.cli.database.places import files
from gateway.cli.database.status import explained, status
from gateway.config.database.connecting import connected as connected_to_server
from gateway.config.database.contract import DatabaseRefused
from gateway.config.database.postgres import told as told_by_server
from gateway.config.database.sqlite import connected, told
from gateway.config.settings import Settings
from gateway.model.errors import ConfigurationInvalid
from gateway.oversight.break_glass.store.tables import CHILDREN, GRANTS, NOTICES
from gateway.registry.ledger.tables import LINKS, ROLLOUTS, VERSIONS

_CHUNK: Final = 4096
_LOG: Final = {
    "entry": ("idx", "leaf"),
    "leaf_hash": ("idx", "hash"),
    "tile_hash": ("level", "place", "hash"),
    "checkpoint": ("size", "root", "at", "note"),
    "cosignature": ("size", "witness", "at", "line"),
    "pruned": ("first", "last", "declared"),
    TABLE: ("first", "last", "mark"),
}
_LEDGER: Final = {
    table.name: tuple(column.name for column in table.columns)
    for table in (VERSIONS, ROLLOUTS, LINKS)
}
# Nobody's claim of a notice outlives the copy.
_BREAK_GLASS: Final = {
    table.name: tuple(column.name for column in table.columns if column.name != "until")
    for table in (GRANTS, CHILDREN, NOTICES)
}
_COLUMNS: Final = (_LOG, _LEDGER, _BREAK_GLASS)
_EVERY: Final = tuple(table for columns in _COLUMNS for table in columns)
_APPENDING: Final = "SELECT pg_advisory_xact_lock(7310146829)"
_ALONE: Final = f"LOCK TABLE {', '.join(_EVERY)} IN SHARE ROW EXCLUSIVE MODE"
_NOT_LONG: Final = "SET LOCAL lock_timeout = '10s'"
# Where entries were pruned an index is left out.
_GAPS: Final = "ALTER TABLE entry {} TRIGGER entry_is_next"
_SERVED: Final = "SELECT count(*) FROM lease WHERE until > ?1 AND until <= ?1 + 3600"


@dataclass(frozen=True, slots=True)
class _Source:
    """The files' connections, each in a transaction that nobody else may write beside."""

    log: sqlite3.Connection
    every: Sequence[sqlite3.Connection | None]
    edge: Edge

    def rows(self) -> Iterator[tuple[str, tuple[str, ...], Iterator[Any]]]:
        """Each table with its columns and rows, in the order in which one refers to another."""
        for opened, tables in zip(self.every, _COLUMNS, strict=True):
            if opened is not None:
                for table, columns in tables.items():
                    if table != TABLE or there(opened):
                        yield table, columns, _rows(opened, table, columns)


async def copy_files(settings: Settings, dsn: str) -> list[str]:
    """Copy the stores below `state` to the empty tables at `dsn`, as their owner.

    The log is checked before and after. ConfigurationInvalid says why not; then nothing has
    changed at either place.
    """
    if not settings.log.dsn:
        raise ConfigurationInvalid("log.dsn: names no PostgreSQL to copy to")
    with explained():
        await _refuse_unready(settings)
        with _reading(settings) as source:
            copied = await _copied(source, dsn)
            move(source.log)
            source.log.execute("COMMIT")
    return [
        *(f"{table}: {count} rows" for table, count in copied.items()),
        f"{source.edge.size} entries, root {source.edge.root.hex()}; the old log takes no more",
    ]


async def _refuse_unready(settings: Settings) -> None:
    behind = next((each for each in await status(settings) if each.refusal), None)
    if behind is not None:
        raise DatabaseRefused(f"PostgreSQL: {behind.refusal}")


@contextmanager
def _reading(settings: Settings) -> Iterator[_Source]:
    with ExitStack() as stack:
        opened = [_opened(stack, at.file) for at in files(settings)]
        log, ledger, _ = opened
        if log is None:
            raise DatabaseRefused(f"{settings.files.state}: has no log to copy")
        if why := moved(log):
            raise DatabaseRefused(f"{files(settings)[0].file}: {why}")
        if ledger is not None and ledger.execute(_SERVED, (monotonic(),)).fetchone()[0]:
            raise DatabaseRefused("a gateway serves these files; stop it, then copy")
        yield _Source(log, opened, checked(files(settings)[0].file, log))


def _opened(stack: ExitStack, file: Path) -> sqlite3.Connection | None:
    if not file.exists():
        return None
    stack.enter_context(told(file))
    opened = stack.enter_context(closing(connected(file)))
    opened.execute("BEGIN IMMEDIATE")
    return opened


async def _copied(source: _Source, dsn: str) -> dict[str, int]:
    async with told_by_server():
        connection = await connected_to_server(dsn, seconds=None)
        try:
            async with connection.transaction(isolation="repeatable_read"):
                return await _copied_rows(source, connection)
        finally:
            await connection.close()


async def _copied_rows(source: _Source, connection: Any) -> dict[str, int]:
    await connection.execute(_NOT_LONG)
    await connection.execute(_ALONE)
    await connection.execute(_APPENDING)
    if await _copied_before(source, connection):
        return {}
    await connection.execute(_GAPS.format("DISABLE"))
    for table, columns, rows in source.rows():
        try:
            await connection.copy_records_to_table(table, records=rows, columns=columns)
        except asyncpg.PostgresError as error:
            name = type(error).__name__
            raise DatabaseRefused(f"PostgreSQL does not take a row of {table} ({name})") from None
    await connection.execute(_GAPS.format("ENABLE"))
    if await checked_rows(connection) != source.edge:
        raise LogCorrupt("the copy is not the log that was read; nothing was kept of it")
    return {table: await connection.fetchval(_count(table)) for table in _EVERY}


async def _copied_before(source: _Source, connection: Any) -> bool:
    """Whether the same log is there already, of a copy that broke off before it said so."""
    held = [table for table in _EVERY if await connection.fetchval(_count(table))]
    if not held:
        return False
    if "entry" in held and await checked_rows(connection) == source.edge:
        return True
    raise DatabaseRefused(f"PostgreSQL: {held[0]} is not empty; copy into empty tables")


def _rows(opened: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> Iterator[Any]:
    order = ", ".join(str(place) for place in range(1, len(columns) + 1))
    named = ", ".join(f'"{column}"' for column in columns)
    cursor = opened.execute(f'SELECT {named} FROM "{table}" ORDER BY {order}')  # noqa: S608 - our names
    while rows := cursor.fetchmany(_CHUNK):
        yield from rows


def _count(table: str) -> str:
    return f"SELECT count(*) FROM {table}"  # noqa: S608 - our names
