"""A store in PostgreSQL, however many gateways use it; its clock is the server's."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, Executable, Table, case, event, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from gateway.config.database.connecting import SECONDS, connected, takes_writes
from gateway.config.database.contract import DatabaseRefused, Lock
from gateway.config.sql import REFUSED, unusable

T = TypeVar("T")
_CONNECTIONS: Final = 3
_BETWEEN_TRIES_S: Final = 0.02
_IDLE: Final = "idle_in_transaction_session_timeout"
_LEFT_ALONE: Final = 0.5


class PostgresDatabase:
    """The database at `dsn`, as its role may use it."""

    def __init__(self, dsn: str) -> None:
        self._engine = server_engine(dsn)

    @asynccontextmanager
    async def at_hand(self) -> AsyncIterator[None]:
        """Its connections stay open in any case."""
        yield

    async def read(self, work: Callable[[Connection], T]) -> T:
        """What `work` finds, all of it of one moment."""
        async with told(), self._engine.connect() as connection:
            still = await connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            return await still.run_sync(work)

    async def write(self, work: Callable[[Connection], T], lock: Lock | None = None) -> T:
        """What `work` gives, once all that it changed is committed."""
        async with told(), self._engine.begin() as connection:
            if lock is not None:
                take = (
                    func.pg_advisory_xact_lock_shared if lock.shared else func.pg_advisory_xact_lock
                )
                await connection.execute(select(take(lock.number)))
            return await connection.run_sync(work)

    @asynccontextmanager
    async def turn(self, lock: Lock, seconds: float) -> AsyncIterator[None]:
        """Hold `lock` among all gateways; DatabaseRefused if it is not free in time."""
        async with told():
            connection = await self._engine.connect()
        try:
            # The lock is the transaction's, so that it ends with the connection whatever happens,
            # and before others stop waiting where this process was stopped.
            async with told():
                await _take(connection, lock, seconds)
            yield
        finally:
            with suppress(*REFUSED, SQLAlchemyError):
                await connection.close()

    def insert_new(self, table: Table, rows: Sequence[dict[str, Any]]) -> Executable:
        """Add the rows of which none is there yet by the table's keys."""
        return insert(table).values(list(rows)).on_conflict_do_nothing()

    def moments(self, *later_s: float) -> tuple[ColumnElement[Any], ...]:
        """So many seconds from now each, by the server's clock."""
        return tuple(
            func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, seconds)
            for seconds in later_s
        )

    async def wipe(self) -> None:
        """Left to the server's VACUUM."""

    async def prepare(self) -> None:
        """Left to the server."""

    async def aclose(self) -> None:
        """Give every connection back."""
        with suppress(*REFUSED, SQLAlchemyError):
            await self._engine.dispose()


def server_engine(
    dsn: str, *, connections: int = _CONNECTIONS, seconds: float | None = SECONDS
) -> AsyncEngine:
    """Connections to the database at `dsn`, read as asyncpg reads it; `seconds` a statement."""
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=partial(connected, dsn, seconds=seconds),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=SECONDS,
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "checkout", _replace_useless)
    return engine


def _replace_useless(connection: Any, *_: Any) -> None:
    """Have all connections made anew if this one was lost, or its server is a standby by now."""
    try:
        useful = connection.run_async(takes_writes)
    except REFUSED:
        useful = False
    if not useful:
        raise InvalidatePoolError


@asynccontextmanager
async def told() -> AsyncIterator[None]:
    """Say DatabaseRefused of what the database refuses: what kind, and nothing that was sent."""
    try:
        yield
    except (*REFUSED, SQLAlchemyError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise DatabaseRefused(unusable((cause.__cause__ or cause) if cause else error)) from None


async def _take(connection: AsyncConnection, lock: Lock, seconds: float) -> None:
    # Whoever still waits between two tries is left alone too, and holds nothing.
    alone = func.set_config(_IDLE, f"{seconds * _LEFT_ALONE:.1f}s", True)  # noqa: FBT003
    taken = select(case((func.pg_try_advisory_xact_lock(lock.number), alone)))
    tries = int(seconds / _BETWEEN_TRIES_S)
    while await connection.scalar(taken) is None:
        tries -= 1
        if tries <= 0:
            raise DatabaseRefused("another change is under way; ask again")
        await asyncio.sleep(_BETWEEN_TRIES_S)
