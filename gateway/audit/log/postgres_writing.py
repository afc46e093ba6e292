"""Groups of entries into PostgreSQL, however many gateways add at once."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from gateway.audit.errors import LogUnavailable
from gateway.audit.store.row import LogRow
from gateway.audit.store.written import Written
from gateway.audit.tree.merkle import TileHash
from gateway.config.sql import REFUSED

# Whoever appends holds this lock until the commit, as the function does. Nobody waits for the
# disk under it: what is committed after it on the same server is durable no sooner.
_BEGIN: Final = (
    "BEGIN; SET LOCAL synchronous_commit TO off; SELECT pg_advisory_xact_lock(7310146829)"
)
_FOLLOW: Final = (
    "SELECT idx, hash FROM leaf_hash"
    " WHERE idx >= $1 AND idx <= (SELECT max(idx) FROM entry) ORDER BY idx LIMIT $2"
)
_AT_ONCE: Final = 1024
_APPEND: Final = "SELECT append_entries($1, $2, $3, $4, $5, $6)"
# A commit that waits for the disk, and so for every commit before it.
_FLUSH: Final = "SELECT pg_logical_emit_message(true, 'teamaround', '')"
_SECONDS: Final = 1.0  # for a server to say goodbye in


class PostgresWriting:
    """Adds groups over one connection, and `connect`s again after a failure; one group at a time.

    A gateway that is alone sends a group and the database commits it, if the log is as long as
    this gateway knows. If others appended meanwhile it goes on from what they wrote, under the
    lock of all gateways, and waits for the disk after it: so many gateways share one wait. It
    does so until it finds itself alone again.
    """

    def __init__(self, connect: Callable[[], Awaitable[Any]], written: Written) -> None:
        self._connect = connect
        self._written = written
        self._alone = True
        self._connection: Any = None

    async def add(self, rows: Sequence[LogRow]) -> int:
        """The first index of the group, once it is durable; what the database raises if not."""
        connection = await self._connected()
        try:
            after = await _added(connection, rows, self._written) if self._alone else None
            self._written = after or await self._added_among_others(connection, rows)
        except BaseException:
            await self.close()
            raise
        return self._written.size - len(rows)

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

    async def _added_among_others(self, connection: Any, rows: Sequence[LogRow]) -> Written:
        caught_up = await followed(connection, self._written)
        await connection.execute(_BEGIN)
        before = await followed(connection, caught_up)
        after = await _added(connection, rows, before)
        if after is None:
            raise LogUnavailable("another process appended without the lock of all gateways")
        await connection.execute("COMMIT")
        await flush(connection)
        self._alone = before == self._written
        return after


async def followed(connection: Any, known: Written) -> Written:
    """What stands in the log now, if it begins with what was known; LogUnavailable if not."""
    more = True
    while more:
        rows = await connection.fetch(_FOLLOW, known.from_last, _AT_ONCE)
        known, more = known.gone_on(rows), len(rows) == _AT_ONCE
    return known


async def flush(connection: Any) -> None:
    """Return once everything that was committed so far is durable."""
    await connection.execute(_FLUSH)


async def _added(connection: Any, rows: Sequence[LogRow], before: Written) -> Written | None:
    """What is written with the rows; None if the log was not as long: then none is in it."""
    hashes, leaves = [row.hash for row in rows], [row.leaf for row in rows]
    after, finished = before.with_leaves(hashes)
    found = await connection.fetchval(_APPEND, before.size, leaves, hashes, *_columns(finished))
    return after if found == before.size else None


def _columns(finished: Sequence[TileHash]) -> tuple[list[int], list[int], list[bytes]]:
    levels, places = [each.level for each in finished], [each.place for each in finished]
    return levels, places, [each.hash for each in finished]
