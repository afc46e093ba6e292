"""How far a log was written as one gateway knows, and how others continued from there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateway.audit.errors import LogNotContinued, LogUnavailable
from gateway.audit.tree.merkle import Edge, TileHash, grown


@dataclass(frozen=True, slots=True)
class Written:
    """The tree's edge, and the hash of the last leaf under it, empty where there is none."""

    edge: Edge = field(default_factory=Edge)
    last: bytes = b""

    @property
    def size(self) -> int:
        """How many entries there are."""
        return self.edge.size

    @property
    def from_last(self) -> int:
        """The index of the last entry, from which on the log is read to go on; 0 before any."""
        return max(self.size - 1, 0)

    def with_leaves(self, hashes: Sequence[bytes]) -> "tuple[Written, list[TileHash]]":
        """What is written with these leaves too, and the hashes above that they completed."""
        edge, finished = grown(self.edge, hashes)
        return Written(edge, hashes[-1] if hashes else self.last), finished

    def gone_on(self, stored: Iterable[tuple[int, bytes]]) -> "Written":
        """What is written now, by index and hash of the stored leaves `from_last` on.

        LogNotContinued if the last entry is not the one that was written: the log was cut, or is
        another one. An entry's hash stands for all before it, as no two entries are alike.
        """
        hashes = list[bytes]()
        for due, (index, found) in enumerate(stored, self.from_last):
            if index != due:
                raise LogUnavailable(f"the log lacks entry {due}; restore it")
            hashes.append(found)
        if not self.size:
            return self.with_leaves(hashes)[0]
        if not hashes:
            raise LogNotContinued(f"the log has less than {self.size} entries; restore it")
        if hashes[0] != self.last:
            raise LogNotContinued("the log does not begin with the entries written; restore it")
        return self.with_leaves(hashes[1:])[0]
