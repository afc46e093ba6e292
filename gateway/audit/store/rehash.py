"""A tree grown again from the entries themselves, which finds the first that is another."""

from collections.abc import Iterable, Sequence
from typing import Final

from gateway.audit.entry.entry import pruned_by
from gateway.audit.entry.range import EntryRange, EntryRanges, joined
from gateway.audit.errors import LogCorrupt
from gateway.audit.tree.checkpoint import stated_root
from gateway.audit.tree.merkle import TILE_WIDTH, Edge, TileHash, grown, leaf_hash

_PRUNING: Final = b'"kind":"PRUNING"'

Stored = Sequence[tuple[int, bytes | None, bytes]]
"""Rows of index, leaf and the leaf's hash as it stands in the tree, in the order of the log.

A leaf that was pruned is None.
"""
Signed = Iterable[tuple[int, bytes, str]]
"""Rows of size, root and note of the checkpoints kept, in order."""


class Rehash:
    """Takes the log in order, from the start or from a known edge; `place` names it in LogCorrupt.

    Only entries that the store names as `pruned`, at the time that they are taken, may lack their
    leaf. At the end each of those must stand in a pruning that was logged after it.
    """

    def __init__(self, place: str, edge: Edge | None = None) -> None:
        self.edge = edge or Edge()
        self.pruned = EntryRanges()
        self._place = place
        self._declared: list[EntryRange] = []

    def take(self, rows: Stored, signed: Signed) -> list[TileHash]:
        """Hash the next entries; the hashes above them that the store must hold too.

        `signed` are the checkpoints of sizes that these entries complete. LogCorrupt names the
        first entry that is missing or another, or the first after the last checkpoint that agrees.
        """
        start, finished = self.edge.size, list[TileHash]()
        hashes = self._hashes(rows)
        for size, root, note in signed:
            good = self.edge.size
            finished += self._grow(hashes[good - start : size - start])
            if not self.edge.root == root == stated_root(note, size):
                raise self.edited(good)
        return finished + self._grow(hashes[self.edge.size - start :])

    def compare(
        self, finished: Iterable[TileHash], stored: Iterable[tuple[int, int, bytes]]
    ) -> None:
        """LogCorrupt if the store does not hold exactly what the entries gave."""
        held = {(level, place): found for level, place, found in stored}
        for each in finished:
            if held.get((each.level, each.place)) != each.hash:
                raise self.edited(each.place * TILE_WIDTH**each.level)

    def end(self, strays: int, above: int, signed: int) -> None:
        """LogCorrupt if the store has more than the walk met, or names more pruned than was.

        `strays` are rows before the first entry or after the last, `above` those of the tree above
        leaves, `signed` the largest size of a checkpoint.
        """
        due, width = 0, self.edge.size
        while width := width // TILE_WIDTH:
            due += width
        if strays or signed > self.edge.size or above != due:
            raise self.edited(self.edge.size)
        declared = joined(self._declared)
        for entry_range in self.pruned.held:
            if (unsaid := declared.outside(entry_range)) is not None:
                raise self.edited(unsaid)

    def edited(self, entry: int) -> LogCorrupt:
        """What to raise of this entry."""
        message = f"{self._place}: entry {entry} has changed since it was written; restore it"
        return LogCorrupt(message, entry)

    def _hashes(self, rows: Stored) -> list[bytes]:
        hashes: list[bytes] = []
        for due, (index, leaf, stored) in enumerate(rows, self.edge.size):
            sound = self.pruned.covers(due) if leaf is None else leaf_hash(leaf) == stored
            if index != due or not sound:
                raise self.edited(due)
            if leaf is not None:
                self._heed(due, leaf)
            hashes.append(stored)
        return hashes

    def _heed(self, index: int, leaf: bytes) -> None:
        if _PRUNING in leaf:
            self._declared += (s for s in pruned_by(leaf) if s.last < index)

    def _grow(self, hashes: Sequence[bytes]) -> list[TileHash]:
        self.edge, finished = grown(self.edge, hashes)
        return finished
