"""What a PostgreSQL refuses, told as the store over it tells."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
