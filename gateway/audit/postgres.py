"""The log in PostgreSQL: however many gateways append, one sequence without gap or fork."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Self

import asyncpg

from gateway.audit.checkpoint import Checkpoint
from gateway.audit.contract import READ_BOUND
from gateway.audit.entry import Entry
from gateway.audit.failures import LogCorrupt, LogUnavailable
from gateway.audit.logged import Logged
from gateway.audit.merkle import Edge, Nodes, edge_of, grown
from gateway.audit.moment import at_microsecond, microseconds
from gateway.audit.postgres_check import check_rows
from gateway.audit.postgres_pruning import prune_rows, stored_pruned
from gateway.audit.row import Row
from gateway.audit.search import Place, Search
from gateway.audit.search_statement import numbered_statement
from gateway.audit.span import Spans
from gateway.audit.tile import ENTRIES, Tile, bundle, leaves_of, nodes_of, tiles_towards

QUEUE_BOUND: Final = 4096
GROUP_BOUND: Final = 256
READERS: Final = 4
SECONDS: Final = 5.0
# Whoever appends holds this lock until the commit; any number will do, if it is always the same.
_LOCK: Final = "SELECT pg_advisory_xact_lock(7310146829)"
_SIZE: Final = "SELECT coalesce(max(idx) + 1, 0) FROM entry"
_ENTRIES: Final = "SELECT idx, leaf FROM entry WHERE idx >= $1 ORDER BY idx LIMIT $2"
_LEAF_HASHES: Final = "SELECT hash FROM leaf_hash WHERE idx >= $1 AND idx < $2 ORDER BY idx"
_TILE_HASHES: Final = (
    "SELECT hash FROM tile_hash WHERE level = $1 AND place >= $2 AND place < $3 ORDER BY place"
)
_KEEP: Final = "INSERT INTO checkpoint VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
_COSIGN: Final = "INSERT INTO cosignature VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
_CHECKPOINT: Final = (
    "SELECT * FROM checkpoint WHERE $1::integer = 0 OR size = (SELECT size FROM cosignature"
    " GROUP BY size HAVING count(DISTINCT witness) >= $1 ORDER BY size DESC LIMIT 1)"
    " ORDER BY size DESC LIMIT 1"
)
_COSIGNATURES: Final = (
    "SELECT DISTINCT ON (witness) line FROM cosignature WHERE size = $1 ORDER BY witness, at DESC"
)
_LAST_SEEN: Final = (
    "SELECT DISTINCT ON (witness) witness, at, size FROM cosignature ORDER BY witness, at DESC"
)


@dataclass(frozen=True, slots=True)
class _Waiting:
    row: Row
    entry: Entry
    index: "asyncio.Future[int]"


class PostgresLog:
    """One task commits whatever has gathered, as one group, under the lock of all gateways.

    Belongs to the event loop in which it was opened. The database's own disk must be honest:
    `unsynced` accepts a server with fsync off, for stores that are thrown away.
    """

    @classmethod
    async def open(
        cls, dsn: str, *, unsynced: bool = False, queue_bound: int = QUEUE_BOUND
    ) -> Self:
        """Open the log at `dsn`, whose tables its owner has made, and check all of it.

        LogCorrupt if it is not as it was written, LogUnavailable if it cannot be had now.
        """
        async with _Unavailable():
            pool = await asyncpg.create_pool(
                dsn, min_size=1, max_size=READERS, command_timeout=SECONDS
            )
            try:
                async with pool.acquire() as connection:
                    await _refuse_forgetful(connection, unsynced=unsynced)
                    return cls(pool, await check_rows(connection), queue_bound)
            except BaseException:
                await pool.close()
                raise

    def __init__(self, pool: "asyncpg.Pool[Any]", edge: Edge, queue_bound: int) -> None:
        self._pool = pool
        self._edge = edge
        self._free = queue_bound
        self._queue: asyncio.Queue[_Waiting | None] = asyncio.Queue()
        self._closed = False
        self._writing = asyncio.create_task(self._write())

    async def append(self, entry: Entry) -> int:
        """As Log says; refused at once if too many wait already."""
        row = Row.of(entry)
        if self._closed:
            raise LogUnavailable("the log is closed")
        if not self._free:
            raise LogUnavailable("too many entries wait for the database")
        self._free -= 1
        waiting = _Waiting(row, entry, asyncio.get_running_loop().create_future())
        self._queue.put_nowait(waiting)
        return await waiting.index

    async def entries(self, first: int = 0, count: int = READ_BOUND) -> tuple[Logged, ...]:
        """As Log says."""
        return _logged(await self._fetch(_ENTRIES, first, count))

    async def search(
        self, search: Search, *, after: Place | None = None, count: int = READ_BOUND
    ) -> tuple[Logged, ...]:
        """As Log says."""
        sql, given = numbered_statement(search, after, count)
        return _logged(await self._fetch(sql, *given))

    async def nodes(self, indexes: Iterable[int], size: int) -> Nodes:
        """As Log says."""
        async with _Unavailable(), self._pool.acquire() as connection:
            return await _nodes(connection, tiles_towards(indexes, size))

    async def tile(self, tile: Tile) -> bytes:
        """As Log says."""
        if tile.level == ENTRIES:
            held = await self.entries(tile.first, tile.width)
            return bundle(leaves_of(tile, held, await self.pruned()))
        async with _Unavailable(), self._pool.acquire() as connection:
            return b"".join(await _hashes(connection, tile))

    async def checkpoint(self, *, cosigned_by: int = 0) -> Checkpoint | None:
        """As Log says."""
        rows = await self._fetch(_CHECKPOINT, cosigned_by)
        if not rows:
            return None
        size, root, at, note = rows[0]
        lines = [line for (line,) in await self._fetch(_COSIGNATURES, size)]
        return Checkpoint(size, root, at_microsecond(at), note + "".join(lines))

    async def keep(self, checkpoint: Checkpoint) -> None:
        """As Log says."""
        at = microseconds(checkpoint.at)
        await self._fetch(_KEEP, checkpoint.size, checkpoint.root, at, checkpoint.note)

    async def cosign(self, size: int, witness: str, at: int, line: str) -> None:
        """As Log says."""
        await self._fetch(_COSIGN, size, witness, at, line)

    async def cosigned(self) -> Mapping[str, tuple[int, int]]:
        """As Log says."""
        return {witness: (at, size) for witness, at, size in await self._fetch(_LAST_SEEN)}

    async def pruned(self) -> Spans:
        """As Log says."""
        async with _Unavailable(), self._pool.acquire() as connection:
            return await stored_pruned(connection)

    async def prune(self, declared: int) -> int:
        """As Log says; PostgreSQL's own VACUUM then takes the bytes from its files."""
        async with _Unavailable(), self._pool.acquire() as connection:
            return await prune_rows(connection, declared)

    async def size(self) -> int:
        """As Log says."""
        return int((await self._fetch(_SIZE))[0][0])

    async def aclose(self) -> None:
        """As Log says."""
        if not self._closed:
            self._closed = True
            self._queue.put_nowait(None)
        await self._writing
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await self._pool.close()

    async def _fetch(self, sql: str, *given: Any) -> list[Any]:
        async with _Unavailable(), self._pool.acquire() as connection:
            return list(await connection.fetch(sql, *given))

    async def _write(self) -> None:
        ended = False
        while not ended:
            drained = [await self._queue.get()]
            while len(drained) < GROUP_BOUND and not self._queue.empty():
                drained.append(self._queue.get_nowait())
            group = [waiting for waiting in drained if waiting is not None]
            ended = len(group) < len(drained)
            if group:
                await self._settle(group)

    async def _settle(self, group: list[_Waiting]) -> None:
        try:
            first = await self._add(group)
        except Exception as error:  # noqa: BLE001 - whatever fails must reach those who wait
            for waiting in group:
                if not waiting.index.done():
                    waiting.index.set_exception(_unwritten(error))
        else:
            for place, waiting in enumerate(group):
                if not waiting.index.done():  # else its caller was cancelled
                    waiting.index.set_result(first + place)
        self._free += len(group)

    async def _add(self, group: list[_Waiting]) -> int:
        async with self._pool.acquire() as connection:
            async with connection.transaction():
                await connection.execute(_LOCK)
                before = await _gone_on(connection, self._edge)
                after, finished = grown(before, [waiting.row.hash for waiting in group])
                await _insert(connection, before.size, group)
                await connection.copy_records_to_table("tile_hash", records=finished)
            self._edge = after
            return before.size


class _Unavailable:
    """Says LogUnavailable of whatever the database refuses."""

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        known = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError)
        if isinstance(error, known):
            name = type(error).__name__
            raise LogUnavailable(f"the database cannot be used ({name})") from None


async def _refuse_forgetful(connection: Any, *, unsynced: bool) -> None:
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if await connection.fetchval(f"SHOW {name}") == "off" and not unsynced:
            raise LogUnavailable(f"PostgreSQL has {name} off here, so no commit is sure")


async def _gone_on(connection: Any, known: Edge) -> Edge:
    """The stored edge, if what was known is still its beginning."""
    size = int(await connection.fetchval(_SIZE))
    if size == known.size:
        return known
    if size < known.size:
        raise LogUnavailable(f"the log has {size} entries of {known.size}; restore it")
    if await _edge(connection, known.size) != known:
        raise LogUnavailable("the log does not begin with the entries written; restore it")
    return await _edge(connection, size)


async def _edge(connection: Any, size: int) -> Edge:
    return edge_of(size, await _nodes(connection, tiles_towards((), size)))


async def _nodes(connection: Any, tiles: Iterable[Tile]) -> Nodes:
    return nodes_of({tile: await _hashes(connection, tile) for tile in tiles})


async def _hashes(connection: Any, tile: Tile) -> list[bytes]:
    within = (tile.first, tile.first + tile.width)
    if tile.level:
        rows = await connection.fetch(_TILE_HASHES, tile.level, *within)
    else:
        rows = await connection.fetch(_LEAF_HASHES, *within)
    if len(rows) != tile.width:
        raise LogCorrupt(f"the log lacks hashes of {tile.path}; restore it")
    return [row[0] for row in rows]


async def _insert(connection: Any, first: int, group: Sequence[_Waiting]) -> None:
    numbered = [(i, w.row, w.entry, microseconds(w.entry.at)) for i, w in enumerate(group, first)]
    entries = [
        (
            *(i, row.leaf, at, e.kind.value, e.query_id, e.user, e.organisation, e.purpose),
            int(e.breaks_glass),
        )
        for i, row, e, at in numbered
    ]
    hashes = [(i, row.hash) for i, row, _, _ in numbered]
    children = [(name, i) for i, _, e, _ in numbered for name in {*e.child_pseudonyms}]
    agencies = [(said.agency, at, i) for i, _, e, at in numbered for said in e.agencies]
    for table, records in (
        ("entry", entries),
        ("leaf_hash", hashes),
        ("child_pseudonym", children),
        ("asked_agency", agencies),
    ):
        await connection.copy_records_to_table(table, records=records)


def _logged(rows: Iterable[Any]) -> tuple[Logged, ...]:
    return tuple(Logged(index, leaf) for index, leaf in rows)


def _unwritten(cause: Exception) -> LogUnavailable:
    # One exception for each who waits: each adds its own traceback to it.
    failure = LogUnavailable("the log could not be written")
    failure.__cause__ = cause
    return failure
