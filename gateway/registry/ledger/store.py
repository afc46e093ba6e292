"""The ledger in either database: one order of generations, however many gateways serve."""

import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from sqlalchemy import Connection, Executable, Select, delete, func, insert, or_, select, tuple_

from gateway.audit.keys.private_file import create_once
from gateway.config.database.contract import Database, DatabaseDamaged, DatabaseRefused, Lock
from gateway.config.database.schema import SchemaUnknown, unserved
from gateway.config.database.sqlite import SqliteDatabase, told
from gateway.model.account import AccountLink
from gateway.registry.ledger.contract import (
    TURN_SECONDS,
    LedgerCorrupt,
    LedgerUnavailable,
    LedgerUnserved,
)
from gateway.registry.ledger.record import LedgerHead, RolloutRecord, Version
from gateway.registry.ledger.row import (
    link_row,
    read_head,
    read_link,
    read_version,
    record_row,
    version_row,
)
from gateway.registry.ledger.schema import SCHEMA, empty_ledger
from gateway.registry.ledger.tables import LEASES, LINKS, ROLLOUTS, VERSIONS

T = TypeVar("T")
# Any numbers will do, if they are always the same and none is the log's.
_TURN: Final = Lock(7310146830)
_LEASES: Final = Lock(7310146831)
_RENEWING: Final = Lock(7310146831, shared=True)
_LONGEST_LEASE_S: Final = 3600.0
_GENERATION: Final = select(func.coalesce(func.max(ROLLOUTS.c.generation), 0))
_NEWEST: Final = select(ROLLOUTS).order_by(ROLLOUTS.c.generation.desc()).limit(1)
_OF_SOURCES: Final = select(ROLLOUTS).where(
    ROLLOUTS.c.generation.in_(
        select(func.max(ROLLOUTS.c.generation))
        .where(ROLLOUTS.c.source.is_not(None))
        .group_by(ROLLOUTS.c.source)
    )
)
_NEWEST_VERSIONS: Final = (
    select(VERSIONS)
    .where(
        tuple_(VERSIONS.c.source, VERSIONS.c.number).in_(
            select(VERSIONS.c.source, func.max(VERSIONS.c.number)).group_by(VERSIONS.c.source)
        )
    )
    .order_by(VERSIONS.c.source)
)
_LINKS: Final = select(LINKS).order_by(LINKS.c.entry)
_COUNTED: Final = select(func.count() == func.coalesce(func.max(ROLLOUTS.c.generation), 0))


class SqlLedger:
    """Leases run by the database's clock, which is the same for every gateway.

    In a file that is the machine's monotonic clock: a lease from before a restart is none.
    """

    @classmethod
    async def at_file(cls, file: Path) -> Self:
        """Open the ledger at `file`, made if absent (mode 0600), and check all of it.

        LedgerCorrupt says what is wrong, LedgerUnavailable that it cannot be had now.
        """
        with _told():
            _make(file)
        return await cls._checked(SqliteDatabase(file, time.monotonic))

    @classmethod
    async def at_server(cls, dsn: str) -> Self:
        """Open the ledger at `dsn`, whose tables its owner has made, and check all of it."""
        from gateway.config.database.postgres import PostgresDatabase

        return await cls._checked(PostgresDatabase(dsn))

    @classmethod
    async def _checked(cls, database: Database) -> Self:
        opened = cls(database)
        try:
            async with database.at_hand():
                await opened._read(_refuse_unserved)
                with _told():
                    await database.prepare()
                await opened._read(_check)
        except BaseException:
            await database.aclose()
            raise
        return opened

    def __init__(self, database: Database) -> None:
        self._database = database

    def at_hand(self) -> AbstractAsyncContextManager[None]:
        """Open the store once for all that is done in here."""
        return self._database.at_hand()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Change one at a time, among all gateways; LedgerUnavailable if no turn comes in time."""
        with _told():
            async with self._database.turn(_TURN, TURN_SECONDS):
                yield

    async def head(self) -> LedgerHead:
        """The newest generation, and the last rollout of each source."""

        def read(opened: Connection) -> LedgerHead:
            newest = opened.execute(_NEWEST).one_or_none()
            return read_head(newest, opened.execute(_OF_SOURCES).all())

        return await self._read(read)

    async def generation(self) -> int:
        """The newest generation; 0 before the first."""
        return int(await self._value(_GENERATION))

    async def version(self, source: str, number: int) -> Version | None:
        """One version as it was written; LedgerCorrupt if it is not so any more."""
        wanted = (VERSIONS.c.source == source) & (VERSIONS.c.number == number)
        rows = await self._rows(select(VERSIONS).where(wanted))
        return read_version(rows[0]) if rows else None

    async def newest(self) -> tuple[Version, ...]:
        """The newest version of every source, by source id."""
        return tuple(map(read_version, await self._rows(_NEWEST_VERSIONS)))

    async def numbered(self, source: str, manifest: str, rules: str | None) -> int | None:
        """The number of the source's version with exactly these texts, or None."""
        same = (
            (VERSIONS.c.source == source)
            & (VERSIONS.c.manifest == manifest)
            & VERSIONS.c.rules.is_not_distinct_from(rules)
            & (VERSIONS.c.from_folder == 1)
        )
        found = await self._value(select(func.max(VERSIONS.c.number)).where(same))
        return None if found is None else int(found)

    async def next_number(self, source: str) -> int:
        """The number of the source's next version."""
        highest = func.coalesce(func.max(VERSIONS.c.number) + 1, 1)
        return int(await self._value(select(highest).where(VERSIONS.c.source == source)))

    async def propose(self, version: Version) -> None:
        """Keep a version, durable on return; LedgerUnavailable unless its number is the next."""
        await self._write(insert(VERSIONS).values(version_row(version)))

    async def record_rollout(self, record: RolloutRecord) -> None:
        """Begin a generation, durable on return; LedgerUnavailable unless it is the next one.

        Whoever holds a lease has renewed it before, or learns of it first.
        """
        await self._write(insert(ROLLOUTS).values(record_row(record)), _LEASES)

    async def link(self, link: AccountLink) -> None:
        """Keep a step of a link, durable on return; LedgerUnavailable if it was taken before."""
        await self._write(insert(LINKS).values(link_row(link)))

    async def links(self) -> tuple[AccountLink, ...]:
        """Every step of every link, in the order of their entries."""
        return tuple(map(read_link, await self._rows(_LINKS)))

    async def hold(self, replica: str, generation: int, seconds: float) -> int:
        """Renew a replica's lease if `generation` is the newest; the newest generation."""
        now, until, latest = self._database.moments(0.0, seconds, _LONGEST_LEASE_S)
        over = or_(LEASES.c.until <= now, LEASES.c.until > latest)
        held = insert(LEASES).values(replica=replica, generation=generation, until=until)

        def renew(opened: Connection) -> int:
            newest = int(opened.execute(_GENERATION).scalar_one())
            if newest == generation:
                opened.execute(delete(LEASES).where(over | (LEASES.c.replica == replica)))
                opened.execute(held)
            return newest

        with _told():
            return await self._database.write(renew, _RENEWING)

    async def let_go(self, replica: str) -> None:
        """End a replica's lease."""
        await self._write(delete(LEASES).where(LEASES.c.replica == replica))

    async def leases(self) -> Mapping[str, object]:
        """Until when each replica holds a lease, by the database's clock: only to be compared."""
        now, latest = self._database.moments(0.0, _LONGEST_LEASE_S)
        held = (LEASES.c.until > now) & (LEASES.c.until <= latest)
        rows = await self._rows(select(LEASES.c.replica, LEASES.c.until).where(held))
        return dict[str, object]((replica, until) for replica, until in rows)

    async def behind(self, generation: int) -> int:
        """How many replicas hold a lease under an earlier generation."""
        now, latest = self._database.moments(0.0, _LONGEST_LEASE_S)
        held = (LEASES.c.until > now) & (LEASES.c.until <= latest)
        earlier = select(func.count()).where(held, LEASES.c.generation < generation)
        return int(await self._value(earlier))

    async def aclose(self) -> None:
        """Give the store back. Twice does no harm."""
        await self._database.aclose()

    async def _value(self, wanted: Select[Any]) -> Any:
        return (await self._rows(wanted))[0][0]

    async def _rows(self, wanted: Select[Any]) -> list[Any]:
        return await self._read(lambda opened: list(opened.execute(wanted).all()))

    async def _read(self, work: Callable[[Connection], T]) -> T:
        with _told():
            return await self._database.read(work)

    async def _write(self, change: Executable, lock: Lock | None = None) -> None:
        with _told():
            await self._database.write(lambda opened: opened.execute(change), lock)


def _make(file: Path) -> None:
    with told(file):
        if not file.exists():
            create_once(file, empty_ledger())


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except DatabaseDamaged as error:
        raise LedgerCorrupt(str(error)) from None
    except SchemaUnknown as error:
        raise LedgerUnserved(str(error)) from None
    except DatabaseRefused as error:
        raise LedgerUnavailable(str(error)) from None


def _refuse_unserved(opened: Connection) -> None:
    refusal = unserved(SCHEMA.store, SCHEMA.found(opened), SCHEMA.newest)
    if refusal:
        raise LedgerUnserved(refusal)


def _check(opened: Connection) -> None:
    for row in opened.execute(select(VERSIONS)):
        read_version(row)
    for row in opened.execute(_LINKS):
        read_link(row)
    if not opened.execute(_COUNTED).scalar():
        raise LedgerCorrupt("the ledger lacks a generation; restore it")
