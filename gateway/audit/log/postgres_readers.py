"""Connections that read the log, each held against what was acknowledged before it is used."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Final, Self

import asyncpg

from gateway.audit.errors import LogNotContinued, LogUnavailable
from gateway.audit.store.written import Written
from gateway.config.database.connecting import SECONDS, connected
from gateway.config.sql import REFUSED

_CONNECTIONS: Final = 4
_STANDS: Final = (
    "SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off',"
    " (SELECT hash FROM leaf_hash WHERE idx = $1)"
)


class PostgresReaders:
    """At most four connections. After a failover none reads on from the server of before.

    Entering raises LogNotContinued where the log lacks what `written` says was acknowledged.
    """

    @classmethod
    async def open(cls, dsn: str, written: Callable[[], Written]) -> Self:
        """Connect once, so that it is known that it can be done."""
        given: Any = {"connect": _connected, "setup": partial(_refuse_other, written)}
        return cls(await asyncpg.create_pool(dsn, min_size=1, max_size=_CONNECTIONS, **given))

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Any]:
        """A connection, for as long as it is needed."""
        connection = await self._useful()
        try:
            yield connection
        finally:
            await self._pool.release(connection)

    async def fetch(self, sql: str, *given: Any) -> list[Any]:
        """The rows."""
        async with self.acquire() as connection:
            return list(await connection.fetch(sql, *given))

    async def aclose(self) -> None:
        """Close every connection."""
        with suppress(*REFUSED):
            await self._pool.close()

    async def _useful(self) -> Any:
        try:
            return await self._pool.acquire()
        except TimeoutError:
            raise
        except (LogUnavailable, *REFUSED):
            await self._pool.expire_connections()
        return await self._pool.acquire()


async def _connected(dsn: str, **named: Any) -> Any:
    """A connection as the pool asks for one, which names its loop and its classes."""
    return await connected(dsn, seconds=SECONDS, **named)


async def _refuse_other(written: Callable[[], Written], connection: Any) -> None:
    known = written()
    writable, last = await connection.fetchrow(_STANDS, known.size - 1)
    if not writable:
        raise LogUnavailable("the database takes no writes now, as a standby")
    if known.size and last != known.last:
        raise LogNotContinued("the log lacks entries that were acknowledged; restore it")
