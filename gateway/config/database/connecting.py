"""Connections to our own PostgreSQL: always to the server that takes writes, whichever it is."""

from typing import Any, Final

import asyncpg

from adapters.network.egress import HostPort
from gateway.config.addresses.postgres import demands_writable, postgres_hosts
from gateway.config.sql import REFUSED, PooledByTransaction

SECONDS: Final = 5.0
_ROUNDS: Final = 10
_PID: Final = "SELECT pg_backend_pid()"
_WRITES: Final = (
    "SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'"
)
# What a gateway holds that stops in the middle of a change, no other gateway waits for longer.
_LET_GO: Final = "SET idle_in_transaction_session_timeout = '5s'"
# What a pooler answers that has given the prepared statement of one session to another.
_ANOTHERS: Final = (
    asyncpg.InvalidSQLStatementNameError,
    asyncpg.DuplicatePreparedStatementError,
)


async def connected(dsn: str, *, seconds: float | None = SECONDS, **named: Any) -> Any:
    """A connection to the first server of `dsn` that takes writes; `seconds` a statement.

    Each server has its share of five seconds, so that one that does not answer leaves time for the
    next. What the last one said is raised; PooledByTransaction where no session is ours alone.

    The server ends a session that has a statement's time and leaves a transaction alone for longer,
    as a process does that was stopped: nobody waits for its locks.
    """
    hosts = _hosts(dsn)
    for host in hosts[:-1]:
        try:
            return await _sure(dsn, host, SECONDS / len(hosts), command_timeout=seconds, **named)
        except REFUSED:
            continue
    return await _sure(dsn, hosts[-1], SECONDS / len(hosts), command_timeout=seconds, **named)


async def takes_writes(connection: Any) -> bool:
    """Whether the server still does: one may become a standby under an open connection."""
    return bool(await connection.fetchval(_WRITES))


def _hosts(dsn: str) -> tuple[HostPort | None, ...]:
    try:
        return postgres_hosts(dsn)
    except ValueError:
        return (None,)  # as the libraries' own variables say


async def _sure(dsn: str, at: HostPort | None, seconds: float, **named: Any) -> Any:
    connection = await _at(dsn, at, seconds, **named)
    try:
        if await connection.fetchval(_PID) != connection.get_server_pid():
            await _refuse_shared_sessions(connection, dsn, at, seconds)
        if named.get("command_timeout") is not None:
            await connection.execute(_LET_GO)
    except BaseException as error:
        connection.terminate()
        if isinstance(error, _ANOTHERS):
            raise PooledByTransaction from None
        raise
    return connection


async def _at(dsn: str, at: HostPort | None, seconds: float, **named: Any) -> Any:
    if at is not None:
        named |= {"host": at[0], "port": at[1]}
    if not demands_writable(dsn):
        named["target_session_attrs"] = "read-write"
    return await asyncpg.connect(dsn, timeout=seconds, **named)


async def _refuse_shared_sessions(
    connection: Any, dsn: str, at: HostPort | None, seconds: float
) -> None:
    """PooledByTransaction if a pooler lets another connection use the session of this one.

    A pooler shows by the process that it says to serve us, and that is none of the database's. In
    its mode `session` nobody else is ever given the process that serves us, nor we another.
    """
    other = await _at(dsn, at, seconds)
    try:
        ours = await connection.fetchval(_PID)
        for _ in range(_ROUNDS):
            if await other.fetchval(_PID) == ours or await connection.fetchval(_PID) != ours:
                raise PooledByTransaction
    finally:
        other.terminate()
