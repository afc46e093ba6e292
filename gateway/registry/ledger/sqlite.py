"""The ledger in one SQLite file, shared by the gateways of one machine."""

import asyncio
import fcntl
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from gateway.config.sql import transaction
from gateway.model.account import AccountLink
from gateway.registry.ledger.contract import TURN_SECONDS, LedgerCorrupt, LedgerUnavailable
from gateway.registry.ledger.record import LedgerHead, RolloutRecord, Version
from gateway.registry.ledger.row import (
    link_row,
    read_head,
    read_link,
    read_version,
    record_row,
    version_row,
)
from gateway.registry.ledger.sqlite_tables import ADDED, LINKS, SCHEMA

T = TypeVar("T")
_BUSY_SECONDS: Final = 5.0
_BETWEEN_TRIES_S: Final = 0.02
_DAMAGE: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
_NEWEST: Final = "SELECT * FROM enactment ORDER BY generation DESC LIMIT 1"
_OF_SOURCES: Final = (
    "SELECT * FROM enactment"
    " WHERE generation IN (SELECT max(generation) FROM enactment GROUP BY source)"
)
_VERSION: Final = "SELECT * FROM source_version WHERE source = ? AND number = ?"
_NEWEST_VERSIONS: Final = (
    "SELECT * FROM source_version WHERE (source, number) IN"
    " (SELECT source, max(number) FROM source_version GROUP BY source) ORDER BY source"
)
_NUMBERED: Final = (
    "SELECT max(number) FROM source_version WHERE source = ? AND manifest = ? AND rules IS ?"
    " AND from_folder = 1"
)
_NEXT: Final = "SELECT coalesce(max(number) + 1, 1) FROM source_version WHERE source = ?"
_PROPOSE: Final = "INSERT INTO source_version VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_RECORD: Final = "INSERT INTO enactment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_LINK: Final = "INSERT INTO account_link VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_LINKS: Final = "SELECT * FROM account_link ORDER BY entry"
_GENERATION: Final = "SELECT coalesce(max(generation), 0) FROM enactment"
_HOLD: Final = (
    "INSERT INTO lease VALUES (?1, ?2, ?3) ON CONFLICT (replica)"
    " DO UPDATE SET generation = excluded.generation, until = excluded.until"
)
_OVER: Final = "DELETE FROM lease WHERE until <= ? OR until > ?"
_BEHIND: Final = "SELECT count(*) FROM lease WHERE generation < ? AND until > ? AND until <= ?"
_LET_GO: Final = "DELETE FROM lease WHERE replica = ?"
_LONGEST_LEASE_S: Final = 3600.0


class SqliteLedger:
    """Leases run by the machine's monotonic clock: one from before a restart is no lease."""

    @classmethod
    async def open(cls, file: Path) -> Self:
        """Open the ledger at `file`, made if absent (mode 0600), and check all of it.

        LedgerCorrupt says what is wrong, LedgerUnavailable that it cannot be had now.
        """
        opened = cls(file)
        await opened._do(_make)
        await opened._do(_check)
        return opened

    def __init__(self, file: Path) -> None:
        self._file = file

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Change one at a time, among all gateways; LedgerUnavailable if no turn comes in time."""
        lock = _opened(self._file.with_suffix(".lock"))
        try:
            tries = int(TURN_SECONDS / _BETWEEN_TRIES_S)
            while not _locked(lock):
                tries -= 1
                if not tries:
                    raise LedgerUnavailable("another change is under way; ask again")
                await asyncio.sleep(_BETWEEN_TRIES_S)
            yield
        finally:
            os.close(lock)

    async def head(self) -> LedgerHead:
        """The newest generation, and the last rollout of each source."""

        def read(opened: sqlite3.Connection) -> LedgerHead:
            opened.execute("BEGIN")
            newest = opened.execute(_NEWEST).fetchone()
            return read_head(newest, opened.execute(_OF_SOURCES).fetchall())

        return await self._do(read)

    async def generation(self) -> int:
        """The newest generation; 0 before the first."""
        return int((await self._one(_GENERATION, ()))[0])

    async def version(self, source: str, number: int) -> Version | None:
        """One version as it was written; LedgerCorrupt if it is not so any more."""
        row = await self._one(_VERSION, (source, number))
        return None if row is None else read_version(row)

    async def newest(self) -> tuple[Version, ...]:
        """The newest version of every source, by source id."""
        rows = await self._do(lambda opened: opened.execute(_NEWEST_VERSIONS).fetchall())
        return tuple(map(read_version, rows))

    async def numbered(self, source: str, manifest: str, rules: str | None) -> int | None:
        """The number of the source's version with exactly these texts, or None."""
        row = await self._one(_NUMBERED, (source, manifest, rules))
        return None if row is None or row[0] is None else int(row[0])

    async def next_number(self, source: str) -> int:
        """The number of the source's next version."""
        return int((await self._one(_NEXT, (source,)))[0])

    async def propose(self, version: Version) -> None:
        """Keep a version, durable on return; LedgerUnavailable unless its number is the next."""
        await self._write(_PROPOSE, version_row(version))

    async def record_rollout(self, record: RolloutRecord) -> None:
        """Begin a generation, durable on return; LedgerUnavailable unless it is the next one."""
        await self._write(_INSERT_RECORD, record_row(record))

    async def link(self, link: AccountLink) -> None:
        """Keep a step of a link, durable on return; LedgerUnavailable if it was taken before."""
        await self._write(_LINK, link_row(link))

    async def links(self) -> tuple[AccountLink, ...]:
        """Every step of every link, in the order of their entries."""
        rows = await self._do(lambda opened: opened.execute(_LINKS).fetchall())
        return tuple(map(read_link, rows))

    async def hold(self, replica: str, generation: int, seconds: float) -> int:
        """Renew a replica's lease if `generation` is the newest; the newest generation."""

        def renew(opened: sqlite3.Connection) -> int:
            with transaction(opened):
                (newest,) = opened.execute(_GENERATION).fetchone()
                now = time.monotonic()
                opened.execute(_OVER, (now, now + _LONGEST_LEASE_S))
                if newest == generation:
                    opened.execute(_HOLD, (replica, generation, now + seconds))
            return int(newest)

        return await self._do(renew)

    async def let_go(self, replica: str) -> None:
        """End a replica's lease."""
        await self._write(_LET_GO, (replica,))

    async def behind(self, generation: int) -> int:
        """How many replicas hold a lease under an earlier generation."""
        now = time.monotonic()
        row = await self._one(_BEHIND, (generation, now, now + _LONGEST_LEASE_S))
        return int(row[0]) if row else 0

    async def aclose(self) -> None:
        """Give the store back; no connection outlives its call, so there is nothing to close."""

    async def _write(self, sql: str, given: Sequence[Any]) -> None:
        def write(opened: sqlite3.Connection) -> None:
            with transaction(opened):
                opened.execute(sql, given)

        await self._do(write)

    async def _one(self, sql: str, given: Sequence[Any]) -> Any:
        return await self._do(lambda opened: opened.execute(sql, given).fetchone())

    async def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.to_thread(self._done, work)

    def _done(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            with closing(_connected(self._file)) as opened:
                return work(opened)
        except sqlite3.Error as error:
            name = type(error).__name__
            if error.sqlite_errorcode & 0xFF in _DAMAGE:
                raise LedgerCorrupt(f"{self._file}: is damaged ({name}); restore it") from None
            raise LedgerUnavailable(f"{self._file}: cannot be used ({name})") from None
        except OSError as error:
            name = type(error).__name__
            raise LedgerUnavailable(f"{self._file}: cannot be used ({name})") from None


def _connected(file: Path) -> sqlite3.Connection:
    opened = sqlite3.connect(file, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        opened.execute("PRAGMA synchronous = FULL")
        opened.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        opened.close()
        raise
    return opened


def _make(opened: sqlite3.Connection) -> None:
    opened.execute("PRAGMA journal_mode = WAL")
    with transaction(opened):
        found = opened.execute("SELECT 1 FROM sqlite_master WHERE name = 'lease'").fetchone()
        for statement in () if found else _statements(SCHEMA):
            opened.execute(statement)
        _bring_up(opened)
    (_, _, file) = opened.execute("PRAGMA database_list").fetchone()
    Path(file).chmod(0o600)


def _bring_up(opened: sqlite3.Connection) -> None:
    """Give an older ledger what it lacks; no row of it changes."""
    columns = opened.execute("SELECT name FROM pragma_table_info('source_version')").fetchall()
    for statement in () if ("by_issuer",) in columns else ADDED:
        opened.execute(statement)
    found = opened.execute("SELECT 1 FROM sqlite_master WHERE name = 'account_link'").fetchone()
    for statement in () if found else _statements(LINKS):
        opened.execute(statement)


def _check(opened: sqlite3.Connection) -> None:
    (verdict,) = opened.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != "ok":
        raise LedgerCorrupt("the ledger's file is damaged; restore it")
    for row in opened.execute("SELECT * FROM source_version"):
        read_version(row)
    for row in opened.execute(_LINKS):
        read_link(row)
    count, newest = opened.execute(
        "SELECT count(*), coalesce(max(generation), 0) FROM enactment"
    ).fetchone()
    if count != newest:
        raise LedgerCorrupt("the ledger lacks a generation; restore it")


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for connection in script.splitlines(keepends=True):
        statement += connection
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _opened(lock: Path) -> int:
    try:
        return os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise LedgerUnavailable(f"{lock}: cannot be used ({type(error).__name__})") from None


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
