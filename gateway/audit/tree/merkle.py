"""One RFC 6962 tree over all entries, which only ever grows at its right edge."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from hashlib import sha256
from typing import Final, NamedTuple

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
EMPTY_ROOT: Final = sha256(b"").digest()

Nodes = Callable[[int, int], bytes]
"""The hash of the perfect subtree at a level (0 for leaves) and an index within the level."""


class TileHash(NamedTuple):
    """The hash at `place` of a tile level of C2SP tlog-tiles; level 0 holds leaves' hashes."""

    level: int
    place: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Edge:
    """All that further growth needs: the perfect subtrees of a tree of `size`, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    @property
    def root(self) -> bytes:
        """The Merkle tree hash of the whole, 32 bytes."""
        if not self.peaks:
            return EMPTY_ROOT
        return reduce(lambda right, left: node_hash(left, right), reversed(self.peaks))


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf (RFC 6962, section 2.1)."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node over its two halves (RFC 6962, section 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def grown(edge: Edge, leaves: Iterable[bytes]) -> tuple[Edge, list[TileHash]]:
    """The edge after more leaf hashes, and the hashes above level 0 that they completed."""
    size, peaks, finished = edge.size, list(edge.peaks), list[TileHash]()
    for leaf in leaves:
        node, index, level = leaf, size, 0
        while index & 1:
            node, index, level = node_hash(peaks.pop(), node), index >> 1, level + 1
            if level % TILE_HEIGHT == 0:
                finished.append(TileHash(level // TILE_HEIGHT, index, node))
        peaks.append(node)
        size += 1
    return Edge(size, tuple(peaks)), finished


def edge_of(size: int, nodes: Nodes) -> Edge:
    """The edge of a stored tree at `size`."""
    levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
    return Edge(size, tuple(nodes(level, (size >> level) - 1) for level in levels))


def range_hash(start: int, end: int, nodes: Nodes) -> bytes:
    """The Merkle tree hash of leaves `start` to `end`, a range that occurs in some tree."""
    width = end - start
    level = (width - 1).bit_length()
    if width == 1 << level:
        return nodes(level, start >> level)
    middle = start + (1 << level - 1)
    return node_hash(range_hash(start, middle, nodes), range_hash(middle, end, nodes))


def inclusion_path(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """What leads from leaf `index` to the root at `size`, leaf's sibling first (2.1.1)."""
    path = list[bytes]()
    start, end = 0, size
    while end - start > 1:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if index < middle:
            path.append(range_hash(middle, end, nodes))
            end = middle
        else:
            path.append(range_hash(start, middle, nodes))
            start = middle
    return path[::-1]


def consistency_path(old: int, size: int, nodes: Nodes) -> list[bytes]:
    """What shows that the tree at `size` begins with the tree at `old` (2.1.2); `old` > 0."""
    path = list[bytes]()
    start, end = 0, size
    while old != end:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if old <= middle:
            path.append(range_hash(middle, end, nodes))
            end = middle
        else:
            path.append(range_hash(start, middle, nodes))
            start = middle
    if start > 0:
        path.append(range_hash(start, end, nodes))
    return path[::-1]
