"""A store in one SQLite file. Nothing is held between two pieces of work, except within a start."""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, closing, contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    Executable,
    Table,
    create_engine,
    event,
    make_url,
)
from sqlalchemy import literal as sql_literal
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, Pool, StaticPool
from sqlalchemy.util import LRUCache

from gateway.config.database.contract import DatabaseDamaged, DatabaseRefused, Lock
from gateway.config.database.journal import empty_journal
from gateway.config.database.one_connection import OneConnection
from gateway.config.database.schema import EMPTY, Schema

T = TypeVar("T")
_BUSY_SECONDS: Final = 5.0
_BETWEEN_TRIES_S: Final = 0.02
_URL: Final = "sqlite://"
_COMPILED: Final = 500  # statements that are kept: far more than all stores have
_DAMAGE: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
_PRAGMAS: Final = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
)


class SqliteDatabase:
    """The file at `file`, which is there; `seconds` is the clock that its moments are told by."""

    def __init__(self, file: Path, seconds: Callable[[], float]) -> None:
        self._file = file
        self._seconds = seconds
        self._engine = file_engine(file)
        self._at_hand: OneConnection | None = None

    @asynccontextmanager
    async def at_hand(self) -> AsyncIterator[None]:
        """Do what is done in here over one connection, which is closed at the end."""
        before, self._at_hand = self._at_hand, OneConnection(self._engine)
        try:
            yield
        finally:
            done, self._at_hand = self._at_hand, before
            await asyncio.to_thread(done.close)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """What `work` finds, all of it of one moment."""
        return await asyncio.to_thread(self._done, work, writes=False)

    async def write(self, work: Callable[[Connection], T], _: Lock | None = None) -> T:
        """What `work` gives, under the file's own lock from its first statement on."""
        return await asyncio.to_thread(self._done, work, writes=True)

    @asynccontextmanager
    async def turn(self, _: Lock, seconds: float) -> AsyncIterator[None]:
        """Hold the lock file beside the store; DatabaseRefused if it is not free in time."""
        held = self._opened_lock()
        try:
            tries = int(seconds / _BETWEEN_TRIES_S)
            while not _locked(held):
                tries -= 1
                if tries <= 0:
                    raise DatabaseRefused("another change is under way; ask again")
                await asyncio.sleep(_BETWEEN_TRIES_S)
            yield
        finally:
            os.close(held)

    def insert_new(self, table: Table, rows: Sequence[dict[str, Any]]) -> Executable:
        """Add the rows of which none is there yet by the table's keys."""
        return insert(table).values(list(rows)).on_conflict_do_nothing()

    def moments(self, *later_s: float) -> tuple[ColumnElement[Any], ...]:
        """So many seconds from now each, by one look at the clock."""
        now = self._seconds()
        return tuple(sql_literal(now + seconds) for seconds in later_s)

    async def wipe(self) -> None:
        """Empty the journal, where deleted bytes stand; DatabaseRefused if somebody reads it."""
        if not await asyncio.to_thread(self._emptied):
            raise DatabaseRefused(
                f"{self._file.name}: another process reads its journal; emptied later"
            )

    async def prepare(self) -> None:
        """Have readers wait for no writer; DatabaseDamaged if SQLite finds the file broken."""
        verdict = await asyncio.to_thread(self._outside, "PRAGMA integrity_check(1)")
        if verdict != "ok":
            raise DatabaseDamaged(f"{self._file}: is damaged; restore it")
        await asyncio.to_thread(self._outside, "PRAGMA journal_mode = WAL")

    async def aclose(self) -> None:
        """No connection outlives its work, so that there is nothing to close."""

    def _done(self, work: Callable[[Connection], T], *, writes: bool) -> T:
        with told(self._file), self._connection() as opened, within(opened, writes=writes):
            return work(opened)

    def _outside(self, pragma: str) -> Any:
        """The first value that a pragma gives, which runs in no transaction."""
        with told(self._file), self._connection() as opened:
            driver: sqlite3.Connection = opened.connection.driver_connection  # type: ignore[assignment]
            return driver.execute(pragma).fetchone()[0]

    def _connection(self) -> AbstractContextManager[Connection]:
        return self._engine.connect() if self._at_hand is None else self._at_hand.taken()

    def _emptied(self) -> bool:
        with told(self._file), closing(connected(self._file)) as opened:
            return empty_journal(opened)

    def _opened_lock(self) -> int:
        lock = self._file.with_suffix(".lock")
        try:
            return os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DatabaseRefused(f"{lock}: cannot be used ({type(error).__name__})") from None


def file_engine(file: Path, mode: str = "rw") -> Engine:
    """Connections to a file that is there, each commit of which reaches the disk.

    Never makes the file: one that is gone must not be replaced by an empty one in silence.
    """
    return _engine(partial(connected, file, mode), NullPool)


def connected(file: Path, mode: str = "rw") -> sqlite3.Connection:
    """A connection to a file that is there; `mode` is "ro" or "rw"."""
    opened = sqlite3.connect(
        f"{file.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        for pragma in _PRAGMAS:
            opened.execute(pragma)
    except BaseException:
        opened.close()
        raise
    return opened


def empty_file(schema: Schema) -> bytes:
    """The file of a store in which nothing is."""
    return file_with(lambda connection: schema.upgrade(connection, EMPTY))


def file_with(made: Callable[[Connection], None]) -> bytes:
    """The file that has what is made over the connection."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        with writing(_engine(lambda: opened, StaticPool)) as connection:
            made(connection)
        return opened.serialize()


@contextmanager
def writing(engine: Engine, *, writes: bool = True) -> Iterator[Connection]:
    """One transaction: committed at the end, undone by an exception."""
    with engine.connect() as connection, within(connection, writes=writes):
        yield connection


def within(connection: Connection, *, writes: bool) -> AbstractContextManager[Any]:
    """The same, over a connection that stays open."""
    return connection.execution_options(writes=writes).begin()


@contextmanager
def told(file: Path) -> Iterator[None]:
    """Say DatabaseDamaged or DatabaseRefused of whatever SQLite or the disk refuses."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        name = type(cause).__name__
        if isinstance(cause, sqlite3.Error) and cause.sqlite_errorcode & 0xFF in _DAMAGE:
            raise DatabaseDamaged(f"{file}: is damaged ({name}); restore it") from None
        raise DatabaseRefused(f"{file}: cannot be used ({name})") from None
    except OSError as error:
        raise DatabaseRefused(f"{file}: cannot be used ({type(error).__name__})") from None


def _engine(connect: Callable[[], Any], pool: type[Pool]) -> Engine:
    dialect, compiled = _shared()
    engine = Engine(
        pool(connect, dialect=dialect),
        dialect,
        make_url(_URL),
        hide_parameters=True,
        execution_options={"compiled_cache": compiled},
    )
    # The driver would begin before a write alone, and so late that two could wait for each other.
    event.listen(engine, "begin", _begin)
    return engine


@cache
def _shared() -> tuple[Dialect, LRUCache[Any, Any]]:
    """The dialect and what was compiled for it: each statement once a process, not once a file."""
    made = create_engine(_URL)
    with made.connect():  # it asks the driver once what it can do
        return made.dialect, LRUCache(_COMPILED)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
