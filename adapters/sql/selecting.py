"""One SELECT on a connection, its rows as dictionaries, some at a time."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import TextClause
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncResult

from adapters.mapping.rows import Row
from adapters.sql.columns import row_reader


class UnreadableCell(Exception):
    """A value of a result that the driver cannot read."""


@dataclass(frozen=True, slots=True)
class Batches:
    """The rows of a result, in its order."""

    result: AsyncResult[Any]
    read: Callable[[Sequence[Any]], Row]

    async def fetch(self, most: int) -> list[Row]:
        """The next rows, none at the end; SaidTwice where a column that is read is there twice.

        UnreadableCell where the driver cannot read a value.
        """
        with _read_by_the_driver():
            rows = await self.result.fetchmany(most)
        return [self.read(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Selecting:
    """A connection, and the `words` of the operation that is read on it (`words_of`)."""

    connection: AsyncConnection
    words: frozenset[str]

    @asynccontextmanager
    async def rows(self, clause: TextClause, values: dict[str, Any]) -> AsyncIterator[Batches]:
        """The rows of `clause`, while the database still sends them."""
        with _read_by_the_driver():
            result = await self.connection.stream(clause, values)
        try:
            yield Batches(result, row_reader(result.keys(), self.words))
        finally:
            await result.close()


@contextmanager
def _read_by_the_driver() -> Iterator[None]:
    """UnreadableCell for a value that the database has and Python does not, such as 44 BC."""
    try:
        yield
    except (ValueError, OverflowError) as error:
        raise UnreadableCell from error
