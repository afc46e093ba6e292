"""What SQLite and PostgreSQL stores share: a transaction, and refusals in the store's words."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
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


@asynccontextmanager
async def told_as(failure: type[Exception]) -> AsyncIterator[None]:
    """Raise `failure` for whatever the database refuses; it says what kind, and nothing sent."""
    try:
        yield
    except REFUSED as error:
        raise failure(f"the database cannot be used ({type(error).__name__})") from None


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
