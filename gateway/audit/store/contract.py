"""What a log is to the rest of the gateway, wherever its entries are stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.audit.entry.entry import Entry
from gateway.audit.entry.logged import Logged
from gateway.audit.entry.range import EntryRanges
from gateway.audit.entry.search import EntryPosition, Search
from gateway.audit.keys.group_mark import GroupMark, MarkKey
from gateway.audit.tree.checkpoint import Checkpoint
from gateway.audit.tree.merkle import Nodes
from gateway.audit.tree.tile import Tile

READ_BOUND: Final = 1000
NOTES: Final = 20


@dataclass(frozen=True, slots=True)
class StoredCosignature:
    """A row of the store: a state's note and a line under it. Whoever writes the store made it."""

    size: int
    note: str
    line: str


class Log(Protocol):
    """Every method raises LogUnavailable where the store cannot be read or written now."""

    async def append(self, entry: Entry) -> int:
        """Write `entry`; its index, once it survives a crash of the machine.

        EntryRefused if it does not fit the log. A caller that is cancelled meanwhile cannot
        tell whether it was written; others are not disturbed.
        """
        ...

    @property
    def waiting(self) -> int:
        """How many entries wait to be written."""
        ...

    @property
    def longest_hold_s(self) -> float:
        """The longest that a group of entries held the log's lock, lately."""
        ...

    def mark_with(self, key: MarkKey) -> None:
        """From now on mark every group of entries under this key."""
        ...

    async def marks(self, first: int, count: int = READ_BOUND) -> tuple[GroupMark, ...]:
        """The marks of up to `count` groups of entries from index `first` on, in order."""
        ...

    async def forget_marks(self, signed: int) -> None:
        """Let marks go that nobody needs, if the log has no more than `signed` entries."""
        ...

    async def entries(self, first: int = 0, count: int = READ_BOUND) -> tuple[Logged, ...]:
        """Up to `count` entries from index `first`, in order."""
        ...

    async def search(
        self, search: Search, *, after: EntryPosition | None = None, count: int = READ_BOUND
    ) -> tuple[Logged, ...]:
        """Up to `count` entries that fit, newest first, from `after` on."""
        ...

    async def epochs(self) -> frozenset[str]:
        """Every epoch under whose keys anything in the log was made, destroyed ones included."""
        ...

    async def nodes(self, indexes: Iterable[int], size: int) -> Nodes:
        """The tree's nodes that lead from entries to the root at `size`.

        LogCorrupt if the store lacks one.
        """
        ...

    async def tile(self, tile: Tile) -> bytes:
        """The bytes of a tile or of a bundle of entries; LogCorrupt if the log has less."""
        ...

    async def notes(self) -> tuple[str, ...]:
        """The notes kept of the largest states, largest first, at most NOTES; none is verified."""
        ...

    async def keep(self, checkpoint: Checkpoint) -> None:
        """Write a signed checkpoint, durable on return; the first of each size is kept."""
        ...

    async def cosign(self, size: int, witness: str, at: int, line: str) -> None:
        """Write a witness's signature line under the checkpoint of `size`, durable on return."""
        ...

    async def cosignatures(self, size: int) -> tuple[str, ...]:
        """Witnesses' lines kept under the state of `size`, newest first; none is verified."""
        ...

    async def cosigned(self, witness: str) -> tuple[StoredCosignature, ...]:
        """What is kept under the name of a witness, largest first, at most NOTES; not verified."""
        ...

    async def pruned(self) -> EntryRanges:
        """The entries that are gone, or about to go, under a pruning in the log."""
        ...

    async def prune(self, declared: int) -> int:
        """Remove the bytes of the entries that the pruning at this index names; how many had any.

        LogUnavailable if they may still stand in the store's files, or this account may not.
        """
        ...

    async def recheck(self, share: float = 1.0) -> bool:
        """Hash again what the start did not, in this share of a core's time.

        Until it is done an entry is only given once the signed root proves it. LogCorrupt names the
        first entry that is not as it was written. False if the start had left nothing.
        """
        ...

    @property
    def acknowledged(self) -> int:
        """How many entries the store had when it last took one of this gateway's as durable."""
        ...

    async def size(self) -> int:
        """How many entries are durable, which is the next index."""
        ...

    async def aclose(self) -> None:
        """Write what waits, then close; nothing more is taken. Twice does no harm."""
        ...
