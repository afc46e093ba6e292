"""What SQLite and PostgreSQL stores share: a transaction, and refusals in the store's words."""

import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import asyncpg

# A time-out is an OSError; a connection that is lost while it is taken is the library's own error.
REFUSED: Final = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
ADVICE: Final[Mapping[str, str]] = {
    "InsufficientPrivilegeError": "; only the tables' owner may do that (`--owner-dsn`)",
    "LockNotAvailableError": "; another session holds a table: try again",
    "PooledByTransaction": (
        "; a pooler such as PgBouncer gives each transaction another session there, and the locks"
        " of a session are lost: name the PostgreSQL server itself, or set pool_mode = session"
    ),
    "TargetServerAttributeNotMatched": "; no server of the address takes writes now",
}


class PooledByTransaction(asyncpg.InterfaceError):
    """The address leads to a pooler whose sessions are nobody's for longer than a transaction."""

    def __init__(self) -> None:
        super().__init__("no session is ours alone")


@asynccontextmanager
async def told_as(failure: type[Exception]) -> AsyncIterator[None]:
    """Raise `failure` for whatever the database refuses; it says what kind, and nothing sent."""
    try:
        yield
    except REFUSED as error:
        name = type(error).__name__
        raise failure(f"the database cannot be used ({name}){ADVICE.get(name, '')}") from None


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write under the file's lock from the first statement on; an exception undoes it all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
