"""The log in PostgreSQL: however many gateways append, one sequence without gap or fork."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

from gateway.audit.entry.entry import Entry
from gateway.audit.entry.logged import Logged
from gateway.audit.entry.range import EntryRanges
from gateway.audit.entry.search import EntryPosition, Search
from gateway.audit.entry.time_units import microseconds
from gateway.audit.errors import LogNotContinued, LogUnavailable
from gateway.audit.keys.group_mark import GroupMark, MarkKey
from gateway.audit.log.acknowledged import remember
from gateway.audit.log.postgres_check import check_some, new_walk
from gateway.audit.log.postgres_leaf_reader import postgres_leaves
from gateway.audit.log.postgres_pruning import prune_rows, stored_pruned
from gateway.audit.log.postgres_readers import PostgresReaders
from gateway.audit.log.postgres_server import looked_at
from gateway.audit.log.postgres_tree import stored_hashes, stored_nodes, stored_size
from gateway.audit.log.postgres_writing import PostgresWriting
from gateway.audit.log.recheck import WHOLE, Recheck
from gateway.audit.search.index import SearchIndex
from gateway.audit.search.page import refuse_missing
from gateway.audit.store.contract import NOTES, READ_BOUND, StoredCosignature
from gateway.audit.store.pace import Pace
from gateway.audit.store.row import LogRow
from gateway.audit.tree.checkpoint import Checkpoint
from gateway.audit.tree.merkle import Nodes
from gateway.audit.tree.proved import CheckedState
from gateway.audit.tree.tile import ENTRIES, Tile, bundle, leaves_of, tiles_towards
from gateway.config.database.connecting import connected
from gateway.config.sql import told_as
from gateway.model import events

QUEUE_BOUND: Final = 4096
GROUP_BOUND: Final = 256
INDEX_SECONDS: Final = 1.0
_ENTRIES: Final = "SELECT idx, leaf FROM entry WHERE idx >= $1 ORDER BY idx LIMIT $2"
_KEEP: Final = (
    "INSERT INTO checkpoint (size, root, at, note) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
)
_COSIGN: Final = (
    "INSERT INTO cosignature (size, witness, at, line) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT DO NOTHING"
)
_MARKS: Final = "SELECT first, last, mark FROM group_mark WHERE first >= $1 ORDER BY first LIMIT $2"
_NOTES: Final = "SELECT note FROM checkpoint ORDER BY size DESC LIMIT $1"
_COSIGNATURES: Final = "SELECT line FROM cosignature WHERE size = $1 ORDER BY at DESC LIMIT $2"
_COSIGNED: Final = (
    "SELECT size, note, line FROM cosignature JOIN checkpoint USING (size)"
    " WHERE witness = $1 ORDER BY size DESC, cosignature.at DESC LIMIT $2"
)


@dataclass(frozen=True, slots=True)
class _Waiting:
    row: LogRow
    index: "asyncio.Future[int]"


class PostgresLog:
    """One task commits whatever is waiting, as one group, under the lock of all gateways.

    Belongs to the event loop in which it was opened. The database's own disk must be honest:
    `unsynced` accepts a server with fsync off, for stores that are thrown away.
    """

    @classmethod
    async def open(
        cls,
        dsn: str,
        index: Path,
        state: CheckedState | None = None,
        *,
        unsynced: bool = False,
        queue_bound: int = QUEUE_BOUND,
    ) -> Self:
        """Open the log at `dsn`, whose tables its owner has made, and check all of it.

        If the tree leads to `state`, only what is after it: `recheck` the rest. `index` is the file
        that searches go by, which is built from the log. LogCorrupt if the log is not as it was
        written, LogNotContinued if it lacks what this machine knows to be acknowledged,
        LogUnavailable if it cannot be had now.
        """
        async with told_as(LogUnavailable):
            known = _known_beside(index)
            written, left = await looked_at(dsn, known, state, unsynced=unsynced)
            writing = PostgresWriting(partial(connected, dsn), written)
            readers = await PostgresReaders.open(dsn, lambda: writing.written)
            return cls(readers, writing, index, left, queue_bound)

    def __init__(
        self,
        readers: PostgresReaders,
        writing: PostgresWriting,
        index: Path,
        left: CheckedState | None,
        queue_bound: int,
    ) -> None:
        self._readers = readers
        self._known = _known_beside(index)
        self._walk = new_walk()
        self._recheck = Recheck(
            self._walk, left, more=self._hash_some, last=_nothing_beside, tiles=self._tiles
        )
        self._search_index = SearchIndex(
            index, partial(postgres_leaves, readers, asyncio.get_running_loop())
        )
        self._writer = writing
        self._bound = self._free = queue_bound
        self._queue: asyncio.Queue[_Waiting | None] = asyncio.Queue()
        self._closed = False
        self._grew = asyncio.Event()
        self._writing = asyncio.create_task(self._write())
        self._indexing = asyncio.create_task(self._draw())

    async def append(self, entry: Entry) -> int:
        """Write `entry`; its index, once it survives a crash of the machine.

        Refused at once if too many wait already.
        """
        row = LogRow.of(entry)
        if self._closed:
            raise LogUnavailable("the log is closed")
        if not self._free:
            raise LogUnavailable("too many entries wait for the database")
        self._free -= 1
        waiting = _Waiting(row, asyncio.get_running_loop().create_future())
        self._queue.put_nowait(waiting)
        return await waiting.index

    @property
    def waiting(self) -> int:
        """How many entries wait to be written."""
        return self._bound - self._free

    @property
    def longest_hold_s(self) -> float:
        """The longest that a group of entries held the lock of all gateways, lately."""
        return self._writer.hold.seconds

    def mark_with(self, key: MarkKey) -> None:
        """From now on mark every group of entries under this key."""
        self._writer.key = key

    async def marks(self, first: int, count: int = READ_BOUND) -> tuple[GroupMark, ...]:
        """The marks of up to `count` groups of entries from index `first` on, in order."""
        return tuple(GroupMark(*row) for row in await self._fetch(_MARKS, first, count))

    async def forget_marks(self, signed: int) -> None:
        """Nothing: a gateway's role removes no row of the log."""

    async def entries(self, first: int = 0, count: int = READ_BOUND) -> tuple[Logged, ...]:
        """Up to `count` entries from index `first`, in order."""
        found = _logged(await self._fetch(_ENTRIES, first, count))
        wanted = range(first, found[-1].index + 1 if found else first)
        if len(found) < len(wanted):
            refuse_missing(wanted, {each.index for each in found}, await self.pruned())
        await self._recheck.proved(found)
        return found

    async def search(
        self, search: Search, *, after: EntryPosition | None = None, count: int = READ_BOUND
    ) -> tuple[Logged, ...]:
        """Up to `count` entries that fit, newest first, from `after` on."""
        found = await asyncio.to_thread(self._search_index.find, search, after, count)
        await self._recheck.proved(found)
        return found

    async def epochs(self) -> frozenset[str]:
        """Every epoch under whose keys anything in the log was made."""
        return await asyncio.to_thread(self._search_index.epochs)

    async def nodes(self, indexes: Iterable[int], size: int) -> Nodes:
        """The tree's nodes that lead from entries to the root at `size`."""
        async with told_as(LogUnavailable), self._readers.acquire() as connection:
            return await stored_nodes(connection, tiles_towards(indexes, size))

    async def tile(self, tile: Tile) -> bytes:
        """The bytes of a tile or of a bundle of entries; LogCorrupt if the log has less."""
        if tile.level == ENTRIES:
            held = await self.entries(tile.first, tile.width)
            return bundle(leaves_of(tile, held, await self.pruned()))
        return b"".join((await self._tiles([tile]))[tile])

    async def notes(self) -> tuple[str, ...]:
        """The notes kept of the largest states, largest first; none is verified."""
        return tuple(note for (note,) in await self._fetch(_NOTES, NOTES))

    async def keep(self, checkpoint: Checkpoint) -> None:
        """Write a signed checkpoint, durable on return; the first of each size is kept."""
        at = microseconds(checkpoint.at)
        await self._fetch(_KEEP, checkpoint.size, checkpoint.root, at, checkpoint.note)

    async def cosign(self, size: int, witness: str, at: int, line: str) -> None:
        """Write a witness's signature line under the checkpoint of `size`, durable on return."""
        await self._fetch(_COSIGN, size, witness, at, line)

    async def cosignatures(self, size: int) -> tuple[str, ...]:
        """Witnesses' lines kept under the state of `size`, newest first; none is verified."""
        return tuple(line for (line,) in await self._fetch(_COSIGNATURES, size, READ_BOUND))

    async def cosigned(self, witness: str) -> tuple[StoredCosignature, ...]:
        """What is kept under the name of a witness, largest first; not verified."""
        return tuple(
            StoredCosignature(*row) for row in await self._fetch(_COSIGNED, witness, NOTES)
        )

    async def pruned(self) -> EntryRanges:
        """The entries that are gone, or about to go, under a pruning in the log."""
        async with told_as(LogUnavailable), self._readers.acquire() as connection:
            return await stored_pruned(connection)

    async def prune(self, declared: int) -> int:
        """Remove the bytes of the entries that the pruning at this index names; how many had any.

        PostgreSQL's own VACUUM then takes the bytes from its files.
        """
        async with told_as(LogUnavailable), self._readers.acquire() as connection:
            removed = await prune_rows(connection, declared)
        await asyncio.to_thread(self._search_index.catch_up)
        return removed

    @property
    def acknowledged(self) -> int:
        """How many entries the database had when it last took one of this gateway's."""
        return self._writer.written.size

    async def size(self) -> int:
        """How many entries are durable, which is the next index."""
        async with told_as(LogUnavailable), self._readers.acquire() as connection:
            return await stored_size(connection)

    async def recheck(self, share: float = WHOLE) -> bool:
        """Hash what the start did not, in this share of a core; LogCorrupt as `open`."""
        return await self._recheck.run(share)

    async def aclose(self) -> None:
        """Write what waits, then close; nothing more is taken. Twice does no harm."""
        if not self._closed:
            self._closed = True
            self._search_index.close()
            self._queue.put_nowait(None)
        await self._writing
        self._grew.set()
        await self._indexing
        await self._writer.close()
        await self._readers.aclose()

    async def _tiles(self, tiles: Iterable[Tile]) -> dict[Tile, list[bytes]]:
        async with told_as(LogUnavailable), self._readers.acquire() as connection:
            return await stored_hashes(connection, tiles)

    async def _hash_some(self) -> bool:
        async with told_as(LogUnavailable), self._readers.acquire() as connection:
            return await check_some(connection, self._walk)

    async def _fetch(self, sql: str, *given: Any) -> list[Any]:
        async with told_as(LogUnavailable), self._readers.acquire() as connection:
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
            first = await self._writer.add([waiting.row for waiting in group])
        except Exception as error:  # noqa: BLE001 - whatever fails must reach those who wait
            if isinstance(error, LogNotContinued):
                events.log_not_continued()
            for waiting in group:
                if not waiting.index.done():
                    waiting.index.set_exception(_unwritten(error))
        else:
            for place, waiting in enumerate(group):
                if not waiting.index.done():  # else its caller was cancelled
                    waiting.index.set_result(first + place)
            self._grew.set()
        self._free += len(group)

    async def _draw(self) -> None:
        """Draws the index soon after the log grew, so that searches find it so.

        What fails here fails again at the next search, and is told there.
        """
        pace = Pace.at_once()
        while not self._writing.done():
            with suppress(TimeoutError):
                async with asyncio.timeout(pace.left_s):
                    await self._grew.wait()
            self._grew.clear()
            await asyncio.wait([self._writing], timeout=INDEX_SECONDS)
            with suppress(OSError):
                await asyncio.to_thread(remember, self._known, self._writer.written)
            with suppress(LogUnavailable):
                still = partial(_is_going_on, self._writing)
                await asyncio.to_thread(self._search_index.look_over, pace, still=still)


def _known_beside(index: Path) -> Path:
    return index.with_name(f"{index.name}-known")


async def _nothing_beside() -> None:
    """PostgreSQL's own pages are for its own tools."""


def _is_going_on(task: "asyncio.Task[None]") -> bool:
    return not task.done()


def _logged(rows: Iterable[Any]) -> tuple[Logged, ...]:
    return tuple(Logged(index, leaf) for index, leaf in rows)


def _unwritten(cause: Exception) -> LogUnavailable:
    # One exception for each who waits: each adds its own traceback to it.
    kind = LogNotContinued if isinstance(cause, LogNotContinued) else LogUnavailable
    failure = kind("the log could not be written")
    failure.__cause__ = cause
    return failure
