"""Groups of entries into PostgreSQL: as a rule one round trip, and one commit, for each group."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from gateway.audit.errors import LogUnavailable
from gateway.audit.log.postgres_tree import gone_on
from gateway.audit.store.row import LogRow
from gateway.audit.tree.merkle import Edge, TileHash, grown
from gateway.config.sql import REFUSED

# Whoever appends holds this lock until the commit, as the function does.
_LOCK: Final = "SELECT pg_advisory_xact_lock(7310146829)"
_SECONDS: Final = 1.0  # for a server to say goodbye in
_APPEND: Final = "SELECT append_entries($1, $2, $3, $4, $5, $6)"


class PostgresWriting:
    """Adds groups over one connection, and `connect`s again after a failure; one group at a time.

    A gateway that is alone sends a group and the database commits it, if the log is as long as
    this gateway knows. If others appended meanwhile it looks at what they wrote, under the lock
    of all gateways; and goes on under it until it finds itself alone again.
    """

    def __init__(self, connect: Callable[[], Awaitable[Any]], edge: Edge) -> None:
        self._connect = connect
        self._edge = edge
        self._alone = True
        self._connection: Any = None

    async def add(self, rows: Sequence[LogRow]) -> int:
        """The first index of the group, once it is durable; what the database raises if not."""
        connection = await self._connected()
        try:
            after = await _added(connection, rows, self._edge) if self._alone else None
            self._edge = after or await self._added_locked(connection, rows)
        except BaseException:
            await self.close()
            raise
        return self._edge.size - len(rows)

    async def close(self) -> None:
        """Let go of the connection; what was not committed is rolled back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*REFUSED):
                await connection.close(timeout=_SECONDS)

    async def _connected(self) -> Any:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect()
        return self._connection

    async def _added_locked(self, connection: Any, rows: Sequence[LogRow]) -> Edge:
        async with connection.transaction():
            await connection.execute(_LOCK)
            before = await gone_on(connection, self._edge)
            after = await _added(connection, rows, before)
        if after is None:
            raise LogUnavailable("another process appended without the lock of all gateways")
        self._alone = before == self._edge
        return after


async def _added(connection: Any, rows: Sequence[LogRow], before: Edge) -> Edge | None:
    """The edge with the rows; None if the log was not as long as `before`: then none is in it."""
    hashes = [row.hash for row in rows]
    after, finished = grown(before, hashes)
    leaves = [row.leaf for row in rows]
    size = await connection.fetchval(_APPEND, before.size, leaves, hashes, *_columns(finished))
    return after if size == before.size else None


def _columns(finished: Sequence[TileHash]) -> tuple[list[int], list[int], list[bytes]]:
    levels, places = [each.level for each in finished], [each.place for each in finished]
    return levels, places, [each.hash for each in finished]
