"""The log that nothing outruns: `append` returns an index only when the entry is on the disk."""

import asyncio
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Final, Self

from gateway.audit.entry.entry import Entry
from gateway.audit.entry.logged import Logged
from gateway.audit.entry.range import EntryRanges
from gateway.audit.entry.search import EntryPosition, Search
from gateway.audit.errors import LogUnavailable
from gateway.audit.keys.group_mark import GroupMark, MarkKey
from gateway.audit.log.recheck import WHOLE, Recheck
from gateway.audit.search.index import SearchIndex
from gateway.audit.search.leaf_reader import index_beside, stored_leaves
from gateway.audit.search.page import refuse_missing
from gateway.audit.store.contract import READ_BOUND, StoredCosignature
from gateway.audit.store.longest_hold import LongestHold
from gateway.audit.store.pace import Pace
from gateway.audit.store.rehash import Rehash
from gateway.audit.store.row import LogRow
from gateway.audit.store.sqlite import (
    LastSeen,
    Writing,
    create_log,
    keep_checkpoint,
    keep_cosignature,
    read_rows,
    stored_cosignatures,
    stored_cosigned,
    stored_notes,
    stored_size,
    stored_tiles,
)
from gateway.audit.store.sqlite_check import check_log, check_pages, check_some
from gateway.audit.store.sqlite_file import Reader
from gateway.audit.store.sqlite_marks import forget_marks, stored_marks
from gateway.audit.store.sqlite_pruning import prune_entries, stored_pruned
from gateway.audit.tree.checkpoint import Checkpoint
from gateway.audit.tree.merkle import Nodes
from gateway.audit.tree.proved import CheckedState
from gateway.audit.tree.tile import ENTRIES, Tile, bundle, leaves_of, nodes_of, tiles_towards

QUEUE_BOUND: Final = 4096
GROUP_BOUND: Final = 256
_TURNS: Final = 1  # of the loop: a busy one has other questions' entries in each
INDEX_SECONDS: Final = 5.0  # a round takes some milliseconds, however little there is
_ENTRIES: Final = "SELECT idx, leaf FROM entry WHERE idx >= ? ORDER BY idx LIMIT ?"


@dataclass(frozen=True, slots=True)
class _Waiting:
    row: LogRow
    index: asyncio.Future[int]


class AuditLog:
    """One writer thread commits whatever is waiting, as one group; callers await its fsync.

    Belongs to the event loop in which it was opened. Several processes may share one file.
    """

    @classmethod
    async def open(
        cls, path: Path, state: CheckedState | None = None, *, queue_bound: int = QUEUE_BOUND
    ) -> Self:
        """Open the log at `path`, made if absent (folder 0700, file 0600), and check all of it.

        If the tree leads to `state`, only what is after it: `recheck` the rest. LogCorrupt if it is
        not as it was written, LogUnavailable if it cannot be written now.
        At most `queue_bound` entries wait; the next is refused at once.
        """
        return cls(path, await asyncio.to_thread(_Writer.open, path, state), queue_bound)

    def __init__(self, path: Path, writer: "_Writer", queue_bound: int) -> None:
        self._path = path
        self._reader = Reader(path)
        walk = Rehash(str(path))
        self._recheck = Recheck(
            walk,
            writer.seen.unread,
            more=partial(asyncio.to_thread, check_some, path, walk),
            last=partial(asyncio.to_thread, check_pages, path),
            tiles=self._tiles,
        )
        self._search_index = SearchIndex(index_beside(path), partial(stored_leaves, self._reader))
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[list[_Waiting] | None] = SimpleQueue()
        self._gathered: list[_Waiting] = []
        self._bound = self._free = queue_bound
        self._closed = False
        self._hold = LongestHold()
        self._writer = writer
        self._grew = threading.Event()
        self._thread = threading.Thread(target=self._write, name="audit-log", daemon=True)
        self._thread.start()
        self._indexing = threading.Thread(target=self._draw, name="audit-index", daemon=True)
        self._indexing.start()

    async def append(self, entry: Entry) -> int:
        """Write `entry`; its index, once it survives a crash of the machine.

        LogUnavailable if it could not be written, at once if too many wait already.
        EntryRefused if it does not fit the log. A caller that is cancelled meanwhile cannot
        tell whether it was written; others are not disturbed.
        """
        row = LogRow.of(entry)
        if self._closed:
            raise LogUnavailable("the log is closed")
        if not self._free:
            raise LogUnavailable("too many entries wait for the disk")
        self._free -= 1
        waiting = _Waiting(row, self._loop.create_future())
        self._gathered.append(waiting)
        if len(self._gathered) == 1:
            self._loop.call_soon(self._hand_over, _TURNS)
        return await waiting.index

    def _hand_over(self, turns: int) -> None:
        """Give the thread what was gathered after so many turns of the loop, for one commit."""
        if turns:
            self._loop.call_soon(self._hand_over, turns - 1)
            return
        gathered, self._gathered = self._gathered, []
        if gathered:
            self._queue.put(gathered)

    @property
    def waiting(self) -> int:
        """How many entries wait to be written."""
        return self._bound - self._free

    @property
    def longest_hold_s(self) -> float:
        """The longest that a group of entries took to be written, lately."""
        return self._hold.seconds

    def mark_with(self, key: MarkKey) -> None:
        """From now on mark every group of entries under this key."""
        self._writer.key = key

    async def marks(self, first: int, count: int = READ_BOUND) -> tuple[GroupMark, ...]:
        """The marks of up to `count` groups of entries from index `first` on, in order."""
        return await asyncio.to_thread(stored_marks, self._path, first, count)

    async def forget_marks(self, signed: int) -> None:
        """Remove the marks if all of the log is signed, so that the release before knows it."""
        await asyncio.to_thread(forget_marks, self._path, signed)

    async def entries(self, first: int = 0, count: int = READ_BOUND) -> tuple[Logged, ...]:
        """Up to `count` entries from index `first`, in order."""
        rows = dict(await asyncio.to_thread(read_rows, self._path, _ENTRIES, (first, count)))
        wanted = range(first, max(rows, default=first - 1) + 1)
        if len(rows) < len(wanted):
            refuse_missing(wanted, rows, await self.pruned())
        return await self._proved(tuple(Logged(index, leaf) for index, leaf in rows.items()))

    async def search(
        self, search: Search, *, after: EntryPosition | None = None, count: int = READ_BOUND
    ) -> tuple[Logged, ...]:
        """Up to `count` entries that fit, newest first, from `after` on."""
        found = await asyncio.to_thread(self._search_index.find, search, after, count)
        return await self._proved(found)

    async def epochs(self) -> frozenset[str]:
        """Every epoch under whose keys anything in the log was made."""
        return await asyncio.to_thread(self._search_index.epochs)

    async def nodes(self, indexes: Iterable[int], size: int) -> Nodes:
        """The tree's nodes that lead from entries to the root at `size`.

        LogCorrupt if the store lacks one.
        """
        tiles = tiles_towards(indexes, size)
        return nodes_of(await self._tiles(tiles))

    async def tile(self, tile: Tile) -> bytes:
        """The bytes of a tile or of a bundle of entries; LogCorrupt if the log has less."""
        if tile.level == ENTRIES:
            held = await self.entries(tile.first, tile.width)
            return bundle(leaves_of(tile, held, await self.pruned()))
        return b"".join((await self._tiles([tile]))[tile])

    async def notes(self) -> tuple[str, ...]:
        """The notes kept of the largest states, largest first; none is verified."""
        return await asyncio.to_thread(stored_notes, self._path)

    async def keep(self, checkpoint: Checkpoint) -> None:
        """Write a signed checkpoint, durable on return; the first of each size is kept."""
        await asyncio.to_thread(keep_checkpoint, self._path, checkpoint)

    async def cosign(self, size: int, witness: str, at: int, line: str) -> None:
        """Write a witness's signature line under the checkpoint of `size`, durable on return."""
        await asyncio.to_thread(keep_cosignature, self._path, size, witness, at, line)

    async def cosignatures(self, size: int) -> tuple[str, ...]:
        """Witnesses' lines kept under the state of `size`, newest first; none is verified."""
        return await asyncio.to_thread(stored_cosignatures, self._path, size)

    async def cosigned(self, witness: str) -> tuple[StoredCosignature, ...]:
        """What is kept under the name of a witness, largest first; not verified."""
        return await asyncio.to_thread(stored_cosigned, self._path, witness)

    async def pruned(self) -> EntryRanges:
        """The entries that are gone, or about to go, under a pruning in the log."""
        return await asyncio.to_thread(self._reader.read, stored_pruned)

    async def prune(self, declared: int) -> int:
        """Remove the bytes of the entries that the pruning at this index names; how many had any.

        LogUnavailable if a reader keeps the journal or the index, where the bytes then stay.
        """
        removed = await asyncio.to_thread(prune_entries, self._path, declared)
        await asyncio.to_thread(self._search_index.catch_up)
        return removed

    @property
    def acknowledged(self) -> int:
        """How many entries the file had when it last took one of this gateway's."""
        return self._writer.size

    async def size(self) -> int:
        """How many entries are durable, which is the next index."""
        return await asyncio.to_thread(self._reader.read, stored_size)

    async def recheck(self, share: float = WHOLE) -> bool:
        """Hash what the start did not, in this share of a core; LogCorrupt as `open`."""
        return await self._recheck.run(share)

    async def aclose(self) -> None:
        """Write what waits, then close the file; nothing more is taken. Twice does no harm."""
        if not self._closed:
            self._closed = True
            self._search_index.close()
            self._reader.close()  # before the writer, which leaves the file whole
            self._hand_over(0)
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        self._grew.set()
        await asyncio.to_thread(self._indexing.join)

    async def _tiles(self, tiles: Iterable[Tile]) -> dict[Tile, list[bytes]]:
        return await asyncio.to_thread(self._reader.read, partial(stored_tiles, tiles=tiles))

    async def _proved(self, found: tuple[Logged, ...]) -> tuple[Logged, ...]:
        await self._recheck.proved(found)
        return found

    def _write(self) -> None:
        """The thread: group after group, until the end mark, which is always the last."""
        left, ended = list[_Waiting](), False
        while left or not ended:
            if not ended:
                ended = self._drain(left)
            group, left = left[:GROUP_BOUND], left[GROUP_BOUND:]
            if group:
                with self._hold.timed():
                    outcome = self._writer.add([waiting.row for waiting in group])
                self._tell(group, outcome)
                self._grew.set()
        self._writer.close()

    def _draw(self) -> None:
        """The other thread: builds the index soon after the log grew, before a search needs it.

        What fails here fails again at the next search, and is told there.
        """
        pace = Pace.at_once()
        while self._thread.is_alive():
            self._grew.wait(pace.left_s)
            self._grew.clear()
            self._thread.join(INDEX_SECONDS)
            with suppress(LogUnavailable):
                self._search_index.look_over(pace, still=self._thread.is_alive)

    def _drain(self, left: list[_Waiting]) -> bool:
        """Add to `left` what waits, as far as it may go in one commit; whether the end is here."""
        while not left or (len(left) < GROUP_BOUND and not self._queue.empty()):
            gathered = self._queue.get()
            if gathered is None:
                return True
            left += gathered
        return False

    def _tell(self, group: list[_Waiting], outcome: "int | Exception") -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody is left who waits
            self._loop.call_soon_threadsafe(self._settle, group, outcome)

    def _settle(self, group: list[_Waiting], outcome: "int | Exception") -> None:
        self._free += len(group)
        for place, waiting in enumerate(group):
            if waiting.index.done():  # its caller was cancelled
                continue
            if isinstance(outcome, int):
                waiting.index.set_result(outcome + place)
            else:
                waiting.index.set_exception(_unwritten(outcome))


class _Writer:
    """Adds groups over one connection, and opens another after a failure."""

    @classmethod
    def open(cls, path: Path, state: CheckedState | None) -> Self:
        """Make the log if absent, check it, and see that it can be written."""
        create_log(path)
        seen = check_log(path, state)
        return cls(path, seen, Writing.open(path, seen))

    def __init__(self, path: Path, seen: LastSeen, writing: Writing) -> None:
        self._path = path
        self.seen = seen
        self.key: MarkKey | None = None
        self._writing: Writing | None = writing

    @property
    def size(self) -> int:
        """How many entries the file had when it last took one."""
        return self.seen.written.size

    def add(self, rows: Sequence[LogRow]) -> "int | Exception":
        """The first index of the group, or why none of it was written."""
        try:
            self._writing = self._writing or Writing.open(self._path, self.seen)
            written = self._writing.add(rows, self.seen.written, self.key)
        except Exception as error:  # noqa: BLE001 - whatever fails must reach those who wait
            self.close()
            return error
        self.seen = replace(self.seen, written=written)
        return written.size - len(rows)

    def close(self) -> None:
        """Let go of the file."""
        if self._writing is not None:
            self._writing.close()
            self._writing = None


def _unwritten(cause: Exception) -> LogUnavailable:
    # One exception for each who waits: each adds its own traceback to it.
    failure = LogUnavailable("the log could not be written")
    failure.__cause__ = cause
    return failure
