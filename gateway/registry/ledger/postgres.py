"""The ledger in PostgreSQL: however many gateways serve, one order of generations."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, Self

import asyncpg

from gateway.config.sql import REFUSED, told_as
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

_SECONDS: Final = 5.0
_CONNECTIONS: Final = 3
_BETWEEN_TRIES_S: Final = 0.02
# Any numbers will do, if they are always the same and none is the log's.
_TURN: Final = 7310146830
_LEASES: Final = 7310146831
_NEWEST: Final = "SELECT * FROM enactment ORDER BY generation DESC LIMIT 1"
_OF_SOURCES: Final = (
    "SELECT DISTINCT ON (source) * FROM enactment WHERE source IS NOT NULL"
    " ORDER BY source, generation DESC"
)
_VERSION: Final = "SELECT * FROM source_version WHERE source = $1 AND number = $2"
_NEWEST_VERSIONS: Final = (
    "SELECT DISTINCT ON (source) * FROM source_version ORDER BY source, number DESC"
)
_NUMBERED: Final = (
    "SELECT max(number) FROM source_version WHERE source = $1 AND manifest = $2"
    " AND rules IS NOT DISTINCT FROM $3 AND from_folder = 1"
)
_NEXT: Final = "SELECT coalesce(max(number) + 1, 1) FROM source_version WHERE source = $1"
_PROPOSE: Final = (
    "INSERT INTO source_version VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
)
_INSERT_RECORD: Final = "INSERT INTO enactment VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
_LINK: Final = "INSERT INTO account_link VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
_LINKS: Final = "SELECT * FROM account_link ORDER BY entry"
_KEEPS_ISSUERS: Final = "SELECT to_regclass('account_link') IS NOT NULL"
_GENERATION: Final = "SELECT coalesce(max(generation), 0) FROM enactment"
_COUNTED: Final = "SELECT count(*) = coalesce(max(generation), 0) FROM enactment"
_HOLD: Final = (
    "INSERT INTO lease VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))"
    " ON CONFLICT (replica)"
    " DO UPDATE SET generation = excluded.generation, until = excluded.until"
)
_OVER: Final = "DELETE FROM lease WHERE until <= clock_timestamp()"
_LET_GO: Final = "DELETE FROM lease WHERE replica = $1"
_BEHIND: Final = "SELECT count(*) FROM lease WHERE generation < $1 AND until > clock_timestamp()"


class PostgresLedger:
    """Leases run by the database's clock, which is the same for every gateway."""

    @classmethod
    async def open(cls, dsn: str) -> Self:
        """Open the ledger at `dsn`, whose tables its owner has made, and check all of it.

        LedgerCorrupt says what is wrong, LedgerUnavailable that it cannot be had now.
        """
        async with told_as(LedgerUnavailable):
            pool = await asyncpg.create_pool(
                dsn, min_size=1, max_size=_CONNECTIONS, command_timeout=_SECONDS
            )
            try:
                await _check(pool)
            except BaseException:
                await pool.close()
                raise
            return cls(pool)

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Change one at a time, among all gateways; LedgerUnavailable if no turn comes in time."""
        async with told_as(LedgerUnavailable):
            connection = await self._pool.acquire()
        try:
            await _take(connection)
            yield
        finally:
            # The lock is the connection's, so that it ends with it whatever happened.
            with suppress(*REFUSED):
                await connection.fetchval("SELECT pg_advisory_unlock($1)", _TURN)
            await self._pool.release(connection)

    async def head(self) -> LedgerHead:
        """The newest generation, and the last rollout of each source."""
        async with (
            told_as(LedgerUnavailable),
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            newest = await connection.fetchrow(_NEWEST)
            return read_head(newest, await connection.fetch(_OF_SOURCES))

    async def generation(self) -> int:
        """The newest generation; 0 before the first."""
        return int((await self._fetch(_GENERATION))[0][0])

    async def version(self, source: str, number: int) -> Version | None:
        """One version as it was written; LedgerCorrupt if it is not so any more."""
        rows = await self._fetch(_VERSION, source, number)
        return read_version(rows[0]) if rows else None

    async def newest(self) -> tuple[Version, ...]:
        """The newest version of every source, by source id."""
        return tuple(map(read_version, await self._fetch(_NEWEST_VERSIONS)))

    async def numbered(self, source: str, manifest: str, rules: str | None) -> int | None:
        """The number of the source's version with exactly these texts, or None."""
        found = (await self._fetch(_NUMBERED, source, manifest, rules))[0][0]
        return None if found is None else int(found)

    async def next_number(self, source: str) -> int:
        """The number of the source's next version."""
        return int((await self._fetch(_NEXT, source))[0][0])

    async def propose(self, version: Version) -> None:
        """Keep a version, durable on return; LedgerUnavailable unless its number is the next."""
        await self._fetch(_PROPOSE, *version_row(version))

    async def record_rollout(self, record: RolloutRecord) -> None:
        """Begin a generation, durable on return; LedgerUnavailable unless it is the next one.

        Whoever holds a lease has renewed it before, or learns of it first.
        """
        async with (
            told_as(LedgerUnavailable),
            self._pool.acquire() as connection,
            connection.transaction(),
        ):
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _LEASES)
            await connection.execute(_INSERT_RECORD, *record_row(record))

    async def link(self, link: AccountLink) -> None:
        """Keep a step of a link, durable on return; LedgerUnavailable if it was taken before."""
        await self._fetch(_LINK, *link_row(link))

    async def links(self) -> tuple[AccountLink, ...]:
        """Every step of every link, in the order of their entries."""
        return tuple(map(read_link, await self._fetch(_LINKS)))

    async def hold(self, replica: str, generation: int, seconds: float) -> int:
        """Renew a replica's lease if `generation` is the newest; the newest generation."""
        async with (
            told_as(LedgerUnavailable),
            self._pool.acquire() as connection,
            connection.transaction(),
        ):
            await connection.execute("SELECT pg_advisory_xact_lock_shared($1)", _LEASES)
            newest = int(await connection.fetchval(_GENERATION))
            if newest == generation:
                await connection.execute(_OVER)
                await connection.execute(_HOLD, replica, generation, seconds)
            return newest

    async def let_go(self, replica: str) -> None:
        """End a replica's lease."""
        await self._fetch(_LET_GO, replica)

    async def behind(self, generation: int) -> int:
        """How many replicas hold a lease under an earlier generation."""
        return int((await self._fetch(_BEHIND, generation))[0][0])

    async def aclose(self) -> None:
        """Give the store back. Twice does no harm."""
        with suppress(*REFUSED):
            await self._pool.close()

    async def _fetch(self, sql: str, *given: Any) -> list[Any]:
        async with told_as(LedgerUnavailable), self._pool.acquire() as connection:
            return list(await connection.fetch(sql, *given))


async def _check(pool: Any) -> None:
    if not await pool.fetchval(_KEEPS_ISSUERS):
        raise LedgerUnavailable(
            "the database is of before issuers were kept; have its owner run what"
            " `teamaround audit tables --since-issuers` prints"
        )
    for row in await pool.fetch("SELECT * FROM source_version"):
        read_version(row)
    for row in await pool.fetch(_LINKS):
        read_link(row)
    if not await pool.fetchval(_COUNTED):
        raise LedgerCorrupt("the ledger lacks a generation; restore it")


async def _take(connection: Any) -> None:
    tries = int(TURN_SECONDS / _BETWEEN_TRIES_S)
    async with told_as(LedgerUnavailable):
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _TURN):
            tries -= 1
            if not tries:
                raise LedgerUnavailable("another change is under way; ask again")
            await asyncio.sleep(_BETWEEN_TRIES_S)
