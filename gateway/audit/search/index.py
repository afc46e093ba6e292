"""The search index, beside the log and built from it: lost or altered, it is rebuilt."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from gateway.audit.entry.logged import Logged
from gateway.audit.entry.range import EntryRanges
from gateway.audit.entry.search import EntryPosition, Search
from gateway.audit.errors import LogUnavailable
from gateway.audit.keys.private_file import create_once
from gateway.audit.search.blocks import BLOCK, Gathered
from gateway.audit.search.index_tables import (
    SHAPE,
    add_to_block,
    empty_index,
    epochs_of,
    forget_block,
    places_of,
)
from gateway.audit.search.leaf_reader import LeafReader
from gateway.audit.search.page import Kept, misplaced, refuse_edited, refuse_missing
from gateway.audit.search.page_of_newest import newest_first
from gateway.audit.search.terms import EVERY, wanted
from gateway.audit.store.copy_seal import CopyAltered, CopySeal
from gateway.audit.store.pace import Pace, Resting
from gateway.audit.store.sqlite_file import connected, damaged, reading, turn, unavailable
from gateway.config.database.journal import empty_journal
from gateway.config.database.transaction import transaction
from gateway.model import events

_BATCH: Final = 1 << 14  # entries indexed in one step, which takes some thirty megabytes
_PATIENCE_S: Final = 10.0  # with who reads the index while pruned entries are taken out of it
_CACHE_KIB: Final = 16_384
_PROGRESS: Final = "SELECT size, last, forgot FROM drawn"
_SET_PROGRESS: Final = "UPDATE drawn SET size = ?, last = ?"
_BLOCKS: Final = "SELECT first FROM block ORDER BY first"


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """The index in a file of its own, of the log whose entries `opened` gives.

    It is held to what was written in it: before the first search of this process, and by
    `hold` from time to time. Where somebody edited it, it is rebuilt and that is told.
    """

    index: Path
    opened: Callable[[], AbstractContextManager[LeafReader]]
    held: threading.Event = field(default_factory=threading.Event, repr=False)
    closed: threading.Event = field(default_factory=threading.Event, repr=False)

    def find(self, search: Search, after: EntryPosition | None, count: int) -> tuple[Logged, ...]:
        """Up to `count` entries that fit, of all that are durable now.

        Each is held against its leaf: an index that says otherwise is rebuilt, and LogCorrupt
        names a leaf that is not the one in the tree. LogUnavailable if the log or the index
        cannot be read or written.
        """
        for _ in range(2):
            self.catch_up(still=self._open)
            # What names nothing but a time opens no posting, and a start waits for such a one.
            if not self.held.is_set() and wanted(search) != [(EVERY,)]:
                self.hold(still=self._open)
            self._refuse_closed()
            page = self._page(search, after, count)
            if page is not None:
                return tuple(Logged(each.index, each.leaf) for each in page)
            self._rebuild()
        raise LogUnavailable(f"{self.index}: changes as soon as it is built")

    def close(self) -> None:
        """End what reads all of a long log's index, and find nothing more: a stop waits for it."""
        self.closed.set()

    def _open(self) -> bool:
        return not self.closed.is_set()

    def _refuse_closed(self) -> None:
        if not self._open():
            raise LogUnavailable(f"{self.index}: the log is closed")

    def epochs(self) -> frozenset[str]:
        """The epochs under whose keys anything in the log was made, its destroyed ones included."""
        self.catch_up(still=self._open)
        self._refuse_closed()
        with reading(self.index) as connection:
            return epochs_of(connection)

    def hold(self, *, still: Callable[[], bool] = lambda: True) -> None:
        """Hold every row of the index to what was written; it is rebuilt if one was edited.

        It ends early where that is not `still` wanted.
        """
        with unavailable(self.index):
            try:
                with closing(connected(self.index, "rw")) as connection:
                    if not CopySeal.beside(self.index).refuse_altered(connection, still):
                        return
            except (CopyAltered, sqlite3.Error) as error:
                if isinstance(error, sqlite3.Error) and not _unsound(error):
                    raise
                events.copy_altered("search index")
                self._rebuild()
                self._draw(still)
        self.held.set()

    def catch_up(self, *, still: Callable[[], bool] = lambda: True) -> None:
        """Index what the log has more, as long as `still`; rebuilt if it is not of this log.

        LogUnavailable if the log or the index cannot be read or written.
        """
        with unavailable(self.index):
            try:
                sound = self._draw(still)
            except CopyAltered:
                events.copy_altered("search index")
                sound = False
            except sqlite3.Error as error:
                if not _unsound(error):
                    raise
                sound = False
            if not sound:
                self._rebuild()
                self._draw(still)

    def catch_up_in_turn(self, *, still: Callable[[], bool]) -> None:
        """The same, unless another process of this machine is at it."""
        with turn(self.index, 0) as free:
            if free:
                self.catch_up(still=still)

    def look_over(self, pace: Pace, *, still: Callable[[], bool]) -> None:
        """Catch up, and hold the index if that is due, unless another process is at it.

        What is long, such as a new index of a long log, leaves most of a core to others.
        """
        self.catch_up_in_turn(still=Resting(still))
        if not pace.left_s:
            with pace.round(), turn(self.index, 0) as free:
                if free:
                    self.hold(still=still)

    def _draw(self, still: Callable[[], bool]) -> bool:
        """Whether the index was built from this log."""
        seal = CopySeal.beside(self.index)
        if not self.index.exists():
            create_once(self.index, empty_index(seal))
        with closing(connected(self.index, "rw")) as index, self.opened() as leaves:
            index.execute("PRAGMA journal_mode = WAL")
            index.execute("PRAGMA synchronous = NORMAL")
            if index.execute("PRAGMA user_version").fetchone() != (SHAPE,):
                return False
            seal.refuse_unmarked(index)
            size, last, forgot = index.execute(_PROGRESS).fetchone()
            grown = leaves.grown(size - 1)
            if size and grown.hash != last:
                return False
            if grown.size - size > _BATCH:
                _make_room(index)
            while still() and _draw_some(index, leaves, grown.size, seal):
                pass
            if still() and forgot != grown.prunings:
                _forget_pruned(self.index, index, leaves, seal)
                with transaction(index), seal.following(index):
                    index.execute("UPDATE drawn SET forgot = ?", (grown.prunings,))
        return True

    def _page(self, search: Search, after: EntryPosition | None, count: int) -> list[Kept] | None:
        """The page as the log has it; None if somebody altered the index."""
        try:
            found = self._found(search, after, count)
        except (ValueError, IndexError, TypeError):  # a bitmap or a stretch that is none
            return None
        with self.opened() as leaves:
            kept = {each.index: each for each in leaves.kept(found)}
            gone = [index for index in found if index not in kept]
            if any(leaves.grown(index).hash is None for index in gone):
                return None
            if gone:  # pruned meanwhile, or taken away
                refuse_missing(gone, kept, leaves.pruned())
        page = [kept[index] for index in found if index in kept]
        refuse_edited(page)
        return page if misplaced(page, search, after) is None else None

    def _found(self, search: Search, after: EntryPosition | None, count: int) -> list[int]:
        with reading(self.index) as connection:
            connection.execute("BEGIN")  # one moment of the index, whatever is indexed meanwhile
            return list(islice(newest_first(connection, search, after), count))

    def _rebuild(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self.index.with_name(f"{self.index.name}{suffix}").unlink(missing_ok=True)


def _unsound(error: sqlite3.Error) -> bool:
    return damaged(error) or error.sqlite_errorcode == sqlite3.SQLITE_ERROR


def _draw_some(index: sqlite3.Connection, leaves: LeafReader, end: int, seal: CopySeal) -> bool:
    """Draw the next entries before `end`, all of one block; whether there were any."""
    size, _, _ = index.execute(_PROGRESS).fetchone()
    if size >= end:
        return False
    end = min(end, size // _BATCH * _BATCH + _BATCH)
    gathered = Gathered.of(size, end, leaves.within(size, end))
    last = leaves.grown(end - 1).hash
    with transaction(index):
        # Another process may have indexed the same meanwhile.
        if index.execute(_PROGRESS).fetchone()[0] == size:
            with seal.following(index):
                add_to_block(index, gathered)
                index.execute(_SET_PROGRESS, (end, last))
    return True


def _forget_pruned(
    path: Path, index: sqlite3.Connection, leaves: LeafReader, seal: CopySeal
) -> None:
    """Take out of the index, and out of its files, what was pruned from the log since."""
    index.execute("PRAGMA secure_delete = ON")
    _make_room(index)
    pruned = leaves.pruned()
    for (block,) in index.execute(_BLOCKS).fetchall():
        if _has_any(index, block, pruned):
            with transaction(index), seal.following(index):
                _draw_again(index, block, leaves, pruned)
    if not empty_journal(index, _PATIENCE_S):
        raise LogUnavailable(f"{path}: another process reads its journal; search or prune again")


def _make_room(index: sqlite3.Connection) -> None:
    """Keep a block's pages between steps. One step goes through them once and needs no room."""
    index.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")


def _draw_again(
    index: sqlite3.Connection, block: int, leaves: LeafReader, pruned: EntryRanges
) -> None:
    size, _, _ = index.execute(_PROGRESS).fetchone()
    end = min(size, block + BLOCK)
    # An entry may still be there though it is named: its bytes go in small groups.
    rows = (row for row in leaves.within(block, end) if not pruned.covers(row[0]))
    forget_block(index, block)
    add_to_block(index, Gathered.of(block, end, rows))


def _has_any(index: sqlite3.Connection, block: int, pruned: EntryRanges) -> bool:
    held = places_of(index, block, (EVERY,))
    return any(
        held.range_cardinality(first - block, last + 1 - block)
        for first, last in pruned.within(block, block + BLOCK - 1)
    )
