"""A signed root proves exactly the entries that it was signed over, whatever the tiles say."""

from dataclasses import dataclass
from functools import cache

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.audit.errors import LogCorrupt
from gateway.audit.tree.merkle import Edge, grown, leaf_hash
from gateway.audit.tree.proved import CheckedState, refuse_unproved
from gateway.audit.tree.tile import Tile, tiles_towards

LARGEST = 66_000
LEAVES = [f"entry {number}".encode() for number in range(LARGEST)]
SIZES = st.sampled_from((1, 255, 256, 257, 700, 65_535, 65_536, 65_900))


@cache
def hashes_of_all() -> list[bytes]:
    return [leaf_hash(leaf) for leaf in LEAVES]


@dataclass
class Tree:
    """The hashes of a log of `size` entries, by tile level."""

    size: int

    def __post_init__(self) -> None:
        hashes = hashes_of_all()[: self.size]
        edge, finished = grown(Edge(), hashes)
        self.state = CheckedState(edge.size, edge.root)
        self.levels = {0: hashes}
        for each in finished:
            self.levels.setdefault(each.level, []).append(each.hash)

    def tiles(self, index: int) -> dict[Tile, list[bytes]]:
        return {
            tile: self.levels[tile.level][tile.first : tile.first + tile.width]
            for tile in tiles_towards([index], self.size)
        }


@cache
def tree_of(size: int) -> Tree:
    """Made once a test needs it, and not while the tests are collected."""
    return Tree(size)


@given(SIZES.map(tree_of), st.data())
def test_every_entry_that_was_signed_is_proved_and_no_other(
    tree: Tree, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, tree.size - 1))
    tiles = tree.tiles(index)
    refuse_unproved(tree.state, tiles, [(index, LEAVES[index])])
    with pytest.raises(LogCorrupt) as corrupt:
        refuse_unproved(tree.state, tiles, [(index, b"another")])
    assert corrupt.value.entry == index


@given(SIZES.map(tree_of), st.data())
def test_another_hash_anywhere_on_the_way_proves_nothing(tree: Tree, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, tree.size - 1))
    tiles = tree.tiles(index)
    tile = data.draw(st.sampled_from(sorted(tiles)))
    place = data.draw(st.integers(0, tile.width - 1))
    assume(index >> 8 * tile.level + 8 == tile.number or tile.width < 256)
    tiles[tile][place] = b"?" * 32
    with pytest.raises(LogCorrupt):
        refuse_unproved(tree.state, tiles, [(index, LEAVES[index])])
