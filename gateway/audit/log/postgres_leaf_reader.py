"""The entries of a log in PostgreSQL as an index is built from them, by a thread of its own."""

import asyncio
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from gateway.audit.entry.range import EntryRanges
from gateway.audit.errors import LogUnavailable
from gateway.audit.log.postgres_pruning import stored_pruned
from gateway.audit.log.postgres_readers import PostgresReaders
from gateway.audit.search.leaf_reader import Grown, LeafReader
from gateway.audit.search.page import Kept
from gateway.config.sql import REFUSED

_GROWN: Final = (
    "SELECT (SELECT coalesce(max(idx) + 1, 0) FROM leaf_hash), (SELECT count(*) FROM pruned),"
    " (SELECT hash FROM leaf_hash WHERE idx = $1)"
)
_WITHIN: Final = "SELECT idx, leaf FROM entry WHERE idx >= $1 AND idx < $2 ORDER BY idx"
_KEPT: Final = (
    "SELECT idx, leaf, hash FROM entry JOIN leaf_hash USING (idx) WHERE idx = ANY($1::bigint[])"
)
_AT_ONCE: Final = 4096
_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class PostgresLeafReader:
    """Called in a thread, works in the event loop that the readers belong to, which goes on."""

    readers: PostgresReaders
    loop: asyncio.AbstractEventLoop

    def grown(self, index: int) -> Grown:
        """How far the log is, and the hash of the entry at `index`, pruned or not."""
        (row,) = self._run(self.readers.fetch(_GROWN, index))
        return Grown(*row)

    def within(self, first: int, end: int) -> Iterable[tuple[int, bytes]]:
        """Index and leaf of the entries from `first` on, before `end`, that are still there."""
        for start in range(first, end, _AT_ONCE):
            given = (_WITHIN, start, min(end, start + _AT_ONCE))
            yield from self._run(self.readers.fetch(*given))

    def kept(self, indexes: Sequence[int]) -> Iterable[Kept]:
        """Those of the entries that are still there, in any order."""
        return [Kept(*row) for row in self._run(self.readers.fetch(_KEPT, indexes))]

    def pruned(self) -> EntryRanges:
        """The ranges that are named as pruned."""
        pruned: EntryRanges = self._run(stored_pruned(self.readers))
        return pruned

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(_SECONDS)


@contextmanager
def postgres_leaves(
    readers: PostgresReaders, loop: asyncio.AbstractEventLoop
) -> Iterator[LeafReader]:
    """The entries of the log; LogUnavailable if the database refuses."""
    try:
        yield PostgresLeafReader(readers, loop)
    except REFUSED as error:
        name = type(error).__name__
        raise LogUnavailable(f"the database cannot be used ({name})") from None
