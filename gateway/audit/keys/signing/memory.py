"""What the log's signer remembers: in a store of its own, which no gateway's operator writes."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from gateway.audit.errors import KeysUnreadable, LogUnavailable
from gateway.audit.keys.private_file import create_once
from gateway.audit.keys.signing.state import SignedState
from gateway.config.database.contract import Database, DatabaseDamaged, DatabaseRefused, Lock
from gateway.config.database.sqlite import SqliteDatabase, file_with

T = TypeVar("T")
NEWEST: Final = 1  # of these tables
# The newest are kept one by one, and of those before one in so many entries.
_EACH: Final = 256
_BUCKET: Final = 4096
_LOCK: Final = Lock(7310146841)
_TABLES: Final = sa.MetaData()
_SIGNED: Final = sa.Table(
    "signed_state",
    _TABLES,
    sa.Column("origin", sa.Text, primary_key=True),
    sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("root", sa.LargeBinary, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sqlite_strict=True,
)
_NUMBER: Final = sa.Table(
    "signer_schema", _TABLES, sa.Column("number", sa.Integer, nullable=False), sqlite_strict=True
)
_OPEN: Final = sa.Table(
    "open_log",
    _TABLES,
    sa.Column("origin", sa.Text, primary_key=True),
    sa.Column("gateway", sa.Text, primary_key=True),
    sa.Column("seen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sqlite_strict=True,
)
_AT_REST: Final = ""  # in the place of a gateway's name
_GONE_S: Final = 120  # a gateway is seen several times in so many seconds
_COLUMNS: Final = (_SIGNED.c.origin, _SIGNED.c.size, _SIGNED.c.root, _SIGNED.c.note)
_LAST: Final = (
    select(*_COLUMNS)
    .where(_SIGNED.c.origin == bindparam("origin"))
    .order_by(_SIGNED.c.size.desc())
    .limit(1)
)


class SignerMemory:
    """A file, or a small PostgreSQL of the key services' own; each change is durable on return.

    LogUnavailable where it cannot be used now, KeysUnreadable where it is no such memory.
    """

    @classmethod
    async def at_file(cls, file: Path) -> Self:
        """The memory at `file`, made empty if there is none (mode 0600)."""
        opened = cls(SqliteDatabase(file, lambda: 0.0), file)
        async with _told():
            create_once(file, _empty())
            await opened._prepare()
        return opened

    @classmethod
    async def at_server(cls, dsn: str) -> Self:
        """The memory at `dsn`, its tables made if absent; refused if its commits are not sure."""
        from gateway.config.database.postgres import PostgresDatabase

        opened = cls(PostgresDatabase(dsn))
        try:
            async with _told():
                await opened._read(_refuse_forgetful)
                await opened._prepare()
        except BaseException:
            await opened.aclose()
            raise
        return opened

    def __init__(
        self,
        database: Database,
        file: Path | None = None,
        seconds: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._file = file
        self._seconds = seconds

    def at_hand(self) -> AbstractAsyncContextManager[None]:
        """Open it once for all that is done in here."""
        return self._database.at_hand()

    async def newest(self, origin: str) -> SignedState | None:
        """What was signed last of this log; None if nothing is remembered of it."""
        if self._file is not None and not self._file.exists():  # taken away since it was opened
            return None
        return await self._read(lambda connection: _newest(connection, origin))

    async def states(self, origin: str) -> tuple[SignedState, ...]:
        """What was signed of this log, in order: the newest one by one, thinned out before."""
        wanted = select(*_COLUMNS).where(_SIGNED.c.origin == origin).order_by(_SIGNED.c.size)
        rows = await self._read(lambda connection: connection.execute(wanted).all())
        return tuple(_state(row) for row in rows)

    async def advance(self, before: SignedState | None, after: SignedState) -> bool:
        """Remember `after`, if `before` is what is remembered now; whether it was.

        `before` is None where nothing is to be remembered yet.
        """

        def work(connection: Connection) -> bool:
            if _newest(connection, after.origin) != before:
                return False
            _keep(connection, after)
            return True

        async with _told():
            return await self._database.write(work, _LOCK)

    async def join(self, origin: str, gateway: str) -> bool:
        """Note that a gateway has the log open; whether the last one closed it, all of it signed.

        One that was killed counts as having it open, and is forgotten two minutes after it was
        seen. So what it had not signed yet is still taken after it.
        """

        def work(connection: Connection) -> bool:
            ours, now = _OPEN.c.origin == origin, int(self._seconds())
            there = connection.execute(select(_OPEN.c.gateway).where(ours)).scalars().all()
            rest = list(there) == [_AT_REST]
            gone = (_OPEN.c.seen < now - _GONE_S) | _OPEN.c.gateway.in_([gateway, _AT_REST])
            connection.execute(delete(_OPEN).where(ours & gone))
            connection.execute(insert(_OPEN).values(origin=origin, gateway=gateway, seen=now))
            return rest

        async with _told():
            return await self._database.write(work, _LOCK)

    async def leave(self, origin: str, gateway: str) -> None:
        """Note that a gateway has closed the log, all of it signed."""

        def work(connection: Connection) -> None:
            named = (_OPEN.c.origin == origin) & (_OPEN.c.gateway == gateway)
            connection.execute(delete(_OPEN).where(named))
            ours = _OPEN.c.origin == origin
            if connection.execute(select(_OPEN.c.gateway).where(ours)).first() is None:
                rest = {"origin": origin, "gateway": _AT_REST, "seen": int(self._seconds())}
                connection.execute(insert(_OPEN).values(rest))

        async with _told():
            await self._database.write(work, _LOCK)

    async def aclose(self) -> None:
        """Close it. Twice does no harm."""
        await self._database.aclose()

    async def _read(self, work: Callable[[Connection], T]) -> T:
        async with _told():
            return await self._database.read(work)

    async def _prepare(self) -> None:
        await self._database.write(_made, _LOCK)


@cache
def _empty() -> bytes:
    """The SQLite file of a memory in which nothing is."""
    return file_with(_made)


def _made(connection: Connection) -> None:
    there = sa.inspect(connection)
    if not there.has_table(_NUMBER.name):
        _TABLES.create_all(connection)
        connection.execute(insert(_NUMBER).values(number=NEWEST))
    number = connection.execute(select(_NUMBER.c.number)).scalar()
    if number is None or not NEWEST <= number <= NEWEST + 1:
        raise KeysUnreadable(
            f"the signer's memory has schema {number}, and this release knows {NEWEST}:"
            " start the release that it belongs to"
        )


def _refuse_forgetful(connection: Connection) -> None:
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if connection.exec_driver_sql(f"SHOW {name}").scalar() == "off":
            raise LogUnavailable(
                f"the signer's memory: PostgreSQL has {name} off, so no commit is sure"
            )


def _newest(connection: Connection, origin: str) -> SignedState | None:
    row = connection.execute(_LAST, {"origin": origin}).first()
    return None if row is None else _state(row)


def _keep(connection: Connection, after: SignedState) -> None:
    signed = {"root": after.root, "note": after.note}
    this = (_SIGNED.c.origin == after.origin) & (_SIGNED.c.size == after.size)
    if not connection.execute(update(_SIGNED).where(this).values(signed)).rowcount:
        whole = {"origin": after.origin, "size": after.size, **signed}
        connection.execute(insert(_SIGNED).values(whole))
    _thin(connection, after.origin)


def _thin(connection: Connection, origin: str) -> None:
    """Of the two that are no longer among the newest, let the later go if a bucket has both."""
    ours = _SIGNED.c.origin == origin
    sizes = select(_SIGNED.c.size).where(ours).order_by(_SIGNED.c.size.desc())
    match connection.execute(sizes.offset(_EACH).limit(2)).scalars().all():
        case [later, earlier] if later // _BUCKET == earlier // _BUCKET:
            connection.execute(delete(_SIGNED).where(ours & (_SIGNED.c.size == later)))


def _state(row: Any) -> SignedState:
    origin, size, root, note = row
    return SignedState(origin, int(size), bytes(root), note)


@asynccontextmanager
async def _told() -> AsyncIterator[None]:
    """Say LogUnavailable or KeysUnreadable of whatever the memory's own store refuses."""
    try:
        yield
    except DatabaseRefused as error:
        raise LogUnavailable(f"the signer's memory: {error}") from None
    except DatabaseDamaged as error:
        raise KeysUnreadable(f"the signer's memory: {error}") from None
    except OSError as error:
        raise KeysUnreadable(
            f"the signer's memory: cannot be used ({type(error).__name__})"
        ) from None
