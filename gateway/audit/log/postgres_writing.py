"""Groups of entries into PostgreSQL, however many gateways add at once."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final

import asyncpg

from gateway.audit.errors import LogUnavailable
from gateway.audit.keys.group_mark import MarkKey
from gateway.audit.store.longest_hold import LongestHold
from gateway.audit.store.row import LogRow
from gateway.audit.store.written import Written
from gateway.audit.tree.merkle import TileHash
from gateway.config.sql import REFUSED

# Whoever appends holds this lock until the commit, as the function does. Nobody waits for the
# disk under it: what is committed after it on the same server is durable no sooner. Of a process
# that was stopped under it the server takes it back before a question of another one is over.
_BEGIN: Final = (
    "BEGIN; SET LOCAL synchronous_commit TO off;"
    " SET LOCAL idle_in_transaction_session_timeout TO '2s';"
    " SELECT pg_advisory_xact_lock(7310146829)"
)
_FOLLOW: Final = (
    "SELECT idx, hash FROM leaf_hash"
    " WHERE idx >= $1 AND idx <= (SELECT max(idx) FROM entry) ORDER BY idx LIMIT $2"
)
_AT_ONCE: Final = 1024
# The database may be another server since the last group, with as many entries and other ones.
_APPEND: Final = (
    "SELECT CASE WHEN $1 = 0 OR (SELECT hash FROM leaf_hash WHERE idx = $1 - 1) = $7"
    " THEN append_group($1, $2, $3, $4, $5, $6, $8) END"
)
_FIRST_OF: Final = "SELECT idx FROM leaf_hash WHERE idx >= $1 AND hash = $2"
# A commit that waits for the disk, and so for every commit before it.
_FLUSH: Final = "SELECT pg_logical_emit_message(true, 'teamaround', '')"
_SECONDS: Final = 1.0  # for a server to say goodbye in
_WARNING: Final = "WARNING"
# The server went away, or is a standby by now. What took too long is nobody's any more.
_LOST: Final = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
)


class PostgresWriting:
    """Adds groups over one connection, and `connect`s again after a failure; one group at a time.

    A gateway that is alone sends a group and the database commits it, if the log is as long as
    this gateway knows. If others appended meanwhile it goes on from what they wrote, under the
    lock of all gateways, and waits for the disk after it: so many gateways share one wait. It
    does so until it finds itself alone again.

    A group whose server is lost is brought to the next one at once. Under the lock it shows
    whether the first had written it: then it is not written again.
    """

    def __init__(self, connect: Callable[[], Awaitable[Any]], written: Written) -> None:
        self.written = written
        self.key: MarkKey | None = None
        self.hold = LongestHold()
        self._connect = connect
        self._alone = True
        self._warned = False
        self._connection: Any = None

    async def add(self, rows: Sequence[LogRow]) -> int:
        """The first index of the group, once it is durable; what the database raises if not.

        LogNotContinued if the log lacks what was acknowledged before.
        """
        try:
            return await self._tried(rows)
        except TimeoutError:
            raise
        except _LOST:
            pass  # what stands in the way of the next try is told, and not this
        return await self._tried(rows, again=True)

    async def close(self) -> None:
        """Let go of the connection; what was not committed is rolled back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*REFUSED):
                await connection.close(timeout=_SECONDS)

    async def _tried(self, rows: Sequence[LogRow], *, again: bool = False) -> int:
        connection = await self._connected()
        self._warned = False
        try:
            first, written = await self._added(connection, rows, again=again)
            self._refuse_unsure()
        except BaseException:
            await self.close()
            raise
        self.written = written
        return first

    async def _connected(self) -> Any:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect()
            self._connection.add_log_listener(self._heard)
        return self._connection

    def _refuse_unsure(self) -> None:
        # A commit that was to wait for a standby and gave up is one all the same, with a warning.
        if self._warned:
            raise LogUnavailable("the database warns that a commit may not be durable")

    def _heard(self, _: Any, message: Any) -> None:
        self._warned |= message.severity_en == _WARNING

    async def _added(
        self, connection: Any, rows: Sequence[LogRow], *, again: bool
    ) -> tuple[int, Written]:
        """The first index of the group, and what is written with it."""
        if self._alone and not again:
            with self.hold.timed():
                after = await self._appended(connection, rows, self.written)
            if after is not None:
                return self.written.size, after
        return await self._added_among_others(connection, rows, again=again)

    async def _added_among_others(
        self, connection: Any, rows: Sequence[LogRow], *, again: bool
    ) -> tuple[int, Written]:
        caught_up = await followed(connection, self.written)
        await connection.execute(_BEGIN)
        with self.hold.timed():
            before = await followed(connection, caught_up)
            known = (self.written.size, rows[0].hash)
            first = await connection.fetchval(_FIRST_OF, *known) if again else None
            after = await self._appended(connection, rows, before) if first is None else before
            if after is None:
                raise LogUnavailable("another process appended without the lock of all gateways")
            await connection.execute("COMMIT")
        await flush(connection)
        self._alone = before == self.written
        return before.size if first is None else first, after

    async def _appended(
        self, connection: Any, rows: Sequence[LogRow], before: Written
    ) -> Written | None:
        """What is written with the rows; None if the log was another: then none is in it."""
        hashes, leaves = [row.hash for row in rows], [row.leaf for row in rows]
        after, finished = before.with_leaves(hashes)
        mark = self.key and self.key.mark(before.size, before.last, hashes)
        columns = (*_columns(finished), before.last, mark)
        found = await connection.fetchval(_APPEND, before.size, leaves, hashes, *columns)
        return after if found == before.size else None


async def followed(connection: Any, known: Written) -> Written:
    """What stands in the log now, if it begins with what was known; LogNotContinued if not."""
    more = True
    while more:
        rows = await connection.fetch(_FOLLOW, known.from_last, _AT_ONCE)
        known, more = known.gone_on(rows), len(rows) == _AT_ONCE
    return known


async def flush(connection: Any) -> None:
    """Return once everything that was committed so far is durable."""
    await connection.execute(_FLUSH)


def _columns(finished: Sequence[TileHash]) -> tuple[list[int], list[int], list[bytes]]:
    levels, places = [each.level for each in finished], [each.place for each in finished]
    return levels, places, [each.hash for each in finished]
