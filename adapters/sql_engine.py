"""The connections of one SQL source: read-only, bounded in number and in time."""

from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.manifest import Limits
from adapters.secrets import SecretMissing

POSTGRESQL: Final = "postgresql"
SQLITE: Final = "sqlite"
_WAIT_FOR_LOCK_S: Final = 0.25  # a writer's commit is over by then


def open_engine(dsn: str, limits: Limits) -> AsyncEngine:
    """A pool as wide as the manifest's concurrency; connects only when asked.

    `dsn` is postgresql://user:password@host:port/database or sqlite:////path; SecretMissing for
    anything else, without saying what it is.
    """
    try:
        url = make_url(dsn)
    except (ArgumentError, ValueError):
        raise SecretMissing("the dsn is no database address") from None
    match url.get_backend_name():
        case "postgresql":
            return _engine(url.set(drivername="postgresql+asyncpg"), limits, _postgresql(limits))
        case "sqlite" if url.database:
            return _engine(_read_only_file(url.database), limits, _sqlite(limits))
        case _:
            raise SecretMissing("the dsn begins with postgresql:// or names a file of sqlite:///")


def _engine(url: URL, limits: Limits, connect: dict[str, Any]) -> AsyncEngine:
    return create_async_engine(
        url,
        connect_args=connect,
        pool_size=limits.concurrency,
        max_overflow=0,
        pool_pre_ping=True,  # a connection that the agency's restart broke is not an outage
        hide_parameters=True,  # an error must not carry a child's details
        pool_timeout=limits.timeout,
    )


def _sqlite(limits: Limits) -> dict[str, Any]:
    # Waiting for another's lock, SQLite heeds neither an interrupt nor a cancellation.
    return {"timeout": min(limits.timeout, _WAIT_FOR_LOCK_S)}


def _postgresql(limits: Limits) -> dict[str, Any]:
    settings = {
        "default_transaction_read_only": "on",
        "statement_timeout": str(int(limits.timeout * 1000)),
        "application_name": "teamaround",
    }
    return {"server_settings": settings, "timeout": limits.timeout}


def _read_only_file(path: str) -> URL:
    # SQLite itself refuses to write, or to make a missing file, when opened with mode=ro.
    query = {"mode": "ro", "uri": "true"}
    return URL.create("sqlite+aiosqlite", database=f"file:{quote(path)}", query=query)
