"""What a PostgreSQL refuses, told as the store over it tells."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

REFUSED: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)  # a time-out is OSError's


@asynccontextmanager
async def told_as(failure: type[Exception]) -> AsyncIterator[None]:
    """Raise `failure` for whatever the database refuses; it says what kind, and nothing sent."""
    try:
        yield
    except REFUSED as error:
        raise failure(f"the database cannot be used ({type(error).__name__})") from None
