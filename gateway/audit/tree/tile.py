"""The tiles of C2SP tlog-tiles: how they are called, what they hold, which a proof needs."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final, Self

from gateway.audit.entry.logged import Logged
from gateway.audit.entry.range import EntryRanges
from gateway.audit.errors import LogCorrupt
from gateway.audit.tree.merkle import TILE_HEIGHT, TILE_WIDTH, Nodes, node_hash

ENTRIES: Final = -1
_PATH: Final = re.compile(
    r"(?P<level>entries|0|[1-5]?[0-9]|6[0-3])/(?P<number>(?:x\d{3}/)*\d{3})"
    r"(?:\.p/(?P<width>[1-9]\d{0,2}))?"
)
_LONGEST_PATH: Final = 64


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """`width` hashes of a tile level, or as many entries at level ENTRIES; from 256 times `number`.

    A tile of less than 256 is partial: it stands at the right edge of some tree.
    """

    level: int
    number: int
    width: int = TILE_WIDTH

    @property
    def first(self) -> int:
        """The index of its first hash or entry within the level."""
        return self.number * TILE_WIDTH

    @property
    def path(self) -> str:
        """Its path below the log's prefix, such as "tile/0/x001/067.p/12"."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        groups = f"{self.number % 1000:03}"
        left = self.number // 1000
        while left:
            groups, left = f"x{left % 1000:03}/{groups}", left // 1000
        part = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{groups}{part}"

    def within(self, size: int) -> bool:
        """Whether a tree of `size` has all of it."""
        return self.first + self.width <= size >> TILE_HEIGHT * max(self.level, 0)

    @classmethod
    def read(cls, path: str) -> Self | None:
        """The tile at `path` below "tile/"; None if there is no tile of such a name."""
        found = _PATH.fullmatch(path) if len(path) <= _LONGEST_PATH else None
        if found is None:
            return None
        level = ENTRIES if found["level"] == "entries" else int(found["level"])
        number = int(found["number"].replace("x", "").replace("/", ""))
        tile = cls(level, number, int(found["width"] or TILE_WIDTH))
        known = tile.width <= TILE_WIDTH and tile.path == f"tile/{path}"
        return tile if known else None


def hash_tiles(size: int) -> Iterator[Tile]:
    """Every tile of hashes of a tree of `size`, the partial ones last within their level."""
    level, width = 0, size
    while width:
        yield from _row(level, width)
        level, width = level + 1, width // TILE_WIDTH


def entry_tiles(size: int) -> Iterator[Tile]:
    """Every bundle of entries of a tree of `size`."""
    yield from _row(ENTRIES, size)


def tiles_towards(indexes: Iterable[int], size: int) -> frozenset[Tile]:
    """The tiles of hashes that lead from leaves to the root at `size`; `indexes` are below it."""
    level, width, places, needed = 0, size, {*indexes, size - 1}, set[Tile]()
    while width:
        for number in {place // TILE_WIDTH for place in places} | {(width - 1) // TILE_WIDTH}:
            if number * TILE_WIDTH < width:
                needed.add(Tile(level, number, min(TILE_WIDTH, width - number * TILE_WIDTH)))
        places = {place // TILE_WIDTH for place in places}
        level, width = level + 1, width // TILE_WIDTH
    return frozenset(needed)


def nodes_of(tiles: Mapping[Tile, Sequence[bytes]]) -> Nodes:
    """Every node that stands in, or within, the given tiles of hashes."""
    held = {(tile.level, tile.number): hashes for tile, hashes in tiles.items()}

    def node(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, TILE_HEIGHT)
        number, place = divmod(index << height, TILE_WIDTH)
        return node_over(held[tile_level, number][place : place + (1 << height)])

    return node


def node_over(row: Sequence[bytes]) -> bytes:
    """The node over neighbouring hashes, which are as many as a power of two."""
    return reduce(_halved, range(len(row).bit_length() - 1), list(row))[0]


def bundle(leaves: Iterable[bytes]) -> bytes:
    """Entries as a bundle: each after its length in two bytes, big end first."""
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def leaves_of(tile: Tile, held: Iterable[Logged], pruned: EntryRanges) -> Iterator[bytes]:
    """A bundle's leaves out of entries from its first on; a pruned one is empty, as no entry is.

    LogCorrupt if one is missing that was not pruned.
    """
    found = {each.index: each.leaf for each in held}
    for index in range(tile.first, tile.first + tile.width):
        if index not in found and not pruned.covers(index):
            raise LogCorrupt(f"the log lacks entry {index}; restore it", index)
        yield found.get(index, b"")


def _row(level: int, width: int) -> Iterator[Tile]:
    full, rest = divmod(width, TILE_WIDTH)
    for number in range(full):
        yield Tile(level, number)
    if rest:
        yield Tile(level, full, rest)


def _halved(row: list[bytes], _: int) -> list[bytes]:
    return [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
