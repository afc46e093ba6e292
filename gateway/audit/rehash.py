"""A tree grown again from the entries themselves, which finds the first that is another."""

from collections.abc import Iterable, Sequence

from gateway.audit.checkpoint import stated_root
from gateway.audit.failures import LogCorrupt
from gateway.audit.merkle import TILE_WIDTH, Edge, TileHash, grown, leaf_hash

Stored = Sequence[tuple[int, bytes, bytes | None]]
"""Rows of index, leaf and the leaf's hash as it stands in the tree, in the order of the log."""
Signed = Iterable[tuple[int, bytes, str]]
"""Rows of size, root and note of the checkpoints kept, in order."""


class Rehash:
    """Takes the log in order; `place` names it in LogCorrupt."""

    def __init__(self, place: str) -> None:
        self.edge = Edge()
        self._place = place

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

    def end(self, leaves: int, above: int, signed: int) -> None:
        """LogCorrupt if the store has more hashes than the entries gave, or signed more entries."""
        due, width = 0, self.edge.size
        while width := width // TILE_WIDTH:
            due += width
        if signed > self.edge.size or (leaves, above) != (self.edge.size, due):
            raise self.edited(self.edge.size)

    def edited(self, entry: int) -> LogCorrupt:
        """What to raise of this entry."""
        message = f"{self._place}: entry {entry} is not as it was written; restore it"
        return LogCorrupt(message, entry)

    def _hashes(self, rows: Stored) -> list[bytes]:
        hashes = [leaf_hash(leaf) for _, leaf, _ in rows]
        for due, ((index, _, stored), computed) in enumerate(
            zip(rows, hashes, strict=True), self.edge.size
        ):
            if index != due or stored != computed:
                raise self.edited(due)
        return hashes

    def _grow(self, hashes: Sequence[bytes]) -> list[TileHash]:
        self.edge, finished = grown(self.edge, hashes)
        return finished
