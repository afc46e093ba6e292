"""The connections of one SQL source: read-only, bounded in number and in time."""

import sqlite3
import ssl
from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import quote

import asyncpg
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.manifest.limits import Limits
from adapters.network import resolver as guarded_resolver
from adapters.network.egress import Egress
from adapters.network.secrets import SecretMissing
from adapters.sql.bounded_wire import bound
from adapters.sql.verified import over_tls

POSTGRESQL: Final = "postgresql"
SQLITE: Final = "sqlite"
_POSTGRESQL_PORT: Final = 5432
# Nothing is written. A policy of row security that would hide rows without a word is an error
# instead. A moment that a statement casts to a date is the day that it was in Britain.
_DEMANDED: Final[Mapping[str, str]] = {
    "default_transaction_read_only": "on",
    "row_security": "off",
    "TimeZone": "Europe/London",
}
_SCHEMA_ROW: Final = 1024 * 1024  # bytes that a table's own definition may have
_WAIT_FOR_LOCK_S: Final = 0.25  # a writer's commit is over by then


def read_dsn(dsn: str) -> URL:
    """postgresql://user:password@host:port/database or sqlite:////path.

    SecretMissing for anything else, without saying what it is; a query too, as it could name
    another host than the one that the operator listed.
    """
    try:
        url = make_url(dsn)
    except (ArgumentError, ValueError):
        raise SecretMissing("the dsn is no database address") from None
    place = {POSTGRESQL: url.host, SQLITE: url.database}.get(url.drivername)
    if not place or url.query:
        raise SecretMissing("the dsn is postgresql://host/database or sqlite:////file, no query")
    return url


def address_of(url: URL) -> str:
    """Where `url` leads, as the driver will read it: an origin, without user or password."""
    if url.drivername == SQLITE:
        return f"sqlite:///{quote(url.database or '')}"
    host = f"[{url.host}]" if ":" in (url.host or "") else url.host
    return f"postgresql://{host}:{url.port or _POSTGRESQL_PORT}"


def open_engine(
    url: URL, limits: Limits, egress: Egress, tls: ssl.SSLContext | None = None
) -> AsyncEngine:
    """A pool as wide as the manifest's concurrency; connects only when asked.

    The server's name is held against `egress` again at every connection, and its certificate
    against `tls`.
    """
    if url.drivername == SQLITE:
        return _engine(_read_only_file(url.database or ""), limits, connect_args=_sqlite(limits))
    at = url.set(drivername="postgresql+asyncpg")
    return _engine(at, limits, async_creator=lambda: _connected(at, limits, egress, tls))


def _engine(url: URL, limits: Limits, **connecting: Any) -> AsyncEngine:
    return create_async_engine(
        url,
        **connecting,
        pool_size=limits.concurrency,
        max_overflow=0,
        pool_pre_ping=True,  # a connection that the agency's restart broke is not an outage
        hide_parameters=True,  # an error must not carry a child's details
        pool_timeout=limits.timeout,
    )


def _sqlite(limits: Limits) -> dict[str, Any]:
    # Waiting for another's lock, SQLite heeds neither an interrupt nor a cancellation.
    waiting = min(limits.timeout, _WAIT_FOR_LOCK_S)
    return {"timeout": waiting, "factory": partial(_BoundedFile, most=limits.max_body)}


class _BoundedFile(sqlite3.Connection):
    """A connection on which no cell or row is longer than `most` bytes, or a mebibyte."""

    def __init__(self, *given: Any, most: int, **named: Any) -> None:
        super().__init__(*given, **named)
        self.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(most, _SCHEMA_ROW))


async def _connected(url: URL, limits: Limits, egress: Egress, tls: ssl.SSLContext | None) -> Any:
    port = url.port or _POSTGRESQL_PORT
    connection = await over_tls(
        tls,
        host=await guarded_resolver.address_of(url.host or "", port, egress),
        port=port,
        user=url.username,
        password=url.password,
        database=url.database,
        timeout=limits.timeout,
        server_settings={
            **_DEMANDED,
            "statement_timeout": str(int(limits.timeout * 1000)),
            "application_name": "teamaround",
        },
    )
    try:
        await _refuse_otherwise_set(connection)
    except BaseException:
        connection.terminate()
        raise
    bound(connection, limits.max_body)
    return connection


async def _refuse_otherwise_set(connection: "asyncpg.Connection[Any]") -> None:
    # A pooler may drop what a connection asks for at its start, and say nothing of it.
    names = ", ".join(f"current_setting('{name}')" for name in _DEMANDED)
    (row,) = await connection.fetch(f"SELECT {names}")
    if tuple(row) != tuple(_DEMANDED.values()):
        raise asyncpg.InterfaceError("the connection is not set as it was asked to be")


def _read_only_file(path: str) -> URL:
    # SQLite itself refuses to write, or to make a missing file, when opened with mode=ro.
    query = {"mode": "ro", "uri": "true"}
    return URL.create("sqlite+aiosqlite", database=f"file:{quote(path)}", query=query)
