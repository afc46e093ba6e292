"""One SELECT on a connection, its rows as dictionaries, some at a time."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import TextClause
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncResult

from adapters.mapping.rows import Row
from adapters.sql.columns import row_reader


@dataclass(frozen=True, slots=True)
class Batches:
    """The rows of a result, in its order."""

    result: AsyncResult[Any]
    read: Callable[[Sequence[Any]], Row]

    async def fetch(self, most: int) -> list[Row]:
        """The next rows, none at the end; SaidTwice where a column that is read is there twice."""
        return [self.read(row) for row in await self.result.fetchmany(most)]


@dataclass(frozen=True, slots=True)
class Selecting:
    """A connection, and the `words` of the operation that is read on it (`words_of`)."""

    connection: AsyncConnection
    words: frozenset[str]

    @asynccontextmanager
    async def rows(self, clause: TextClause, values: dict[str, Any]) -> AsyncIterator[Batches]:
        """The rows of `clause`, while the database still sends them."""
        result = await self.connection.stream(clause, values)
        try:
            yield Batches(result, row_reader(result.keys(), self.words))
        finally:
            await result.close()
