"""The tree is RFC 6962's, however it was grown and read."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tlog_scales.tlog import (
    ConsistencyProof,
    ConsistencyProofInvalid,
    InclusionProof,
    InclusionProofInvalid,
)

from gateway.audit.tree.merkle import (
    EMPTY_ROOT,
    TILE_WIDTH,
    Edge,
    Nodes,
    TileHash,
    consistency_path,
    edge_of,
    grown,
    inclusion_path,
    leaf_hash,
)
from gateway.audit.tree.tile import Tile, hash_tiles, nodes_of, tiles_towards

SIZES = st.integers(1, 700)
LEAVES = [leaf_hash(str(number).encode()) for number in range(70_000)]


def by_definition(leaves: Sequence[bytes]) -> bytes:
    """The Merkle tree hash as RFC 6962, section 2.1, defines it."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else sha256(b"").digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    left, right = by_definition(leaves[:half]), by_definition(leaves[half:])
    return sha256(b"\x01" + left + right).digest()


def stored(leaves: Sequence[bytes]) -> dict[Tile, list[bytes]]:
    """Every tile of the tree over `leaves`, as a store would hold them."""
    _, finished = grown(Edge(), leaves)
    held = {(0, place): leaf for place, leaf in enumerate(leaves)}
    held |= {(each.level, each.place): each.hash for each in finished}
    return {
        tile: [held[tile.level, tile.first + place] for place in range(tile.width)]
        for tile in hash_tiles(len(leaves))
    }


def nodes(leaves: Sequence[bytes]) -> Nodes:
    return nodes_of(stored(leaves))


def test_a_tree_without_leaves_has_the_root_that_the_rfc_gives() -> None:
    assert Edge().root == EMPTY_ROOT == by_definition([])


@given(SIZES)
def test_a_tree_grown_leaf_by_leaf_has_the_root_of_the_definition(size: int) -> None:
    edge, _ = grown(Edge(), LEAVES[:size])
    assert edge.root == by_definition(LEAVES[:size])


@given(st.integers(0, 700), st.integers(0, 700))
def test_it_does_not_matter_in_which_groups_a_tree_grew(one: int, two: int) -> None:
    first, above = grown(Edge(), LEAVES[:one])
    second, more = grown(first, LEAVES[one : one + two])
    assert (second, above + more) == grown(Edge(), LEAVES[: one + two])


@given(SIZES)
def test_the_edge_is_found_again_in_the_tiles(size: int) -> None:
    edge, _ = grown(Edge(), LEAVES[:size])
    assert edge_of(size, nodes(LEAVES[:size])) == edge


@given(st.data())
def test_every_entry_is_proved_to_a_stranger(data: st.DataObject) -> None:
    size = data.draw(SIZES)
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(index, size, nodes(LEAVES[:size]))
    proof = InclusionProof(index, size, path)
    proof.check(LEAVES[index], by_definition(LEAVES[:size]))
    with pytest.raises(InclusionProofInvalid):
        proof.check(LEAVES[index + 1], by_definition(LEAVES[:size]))


@given(st.data())
def test_every_older_tree_is_proved_to_be_the_beginning(data: st.DataObject) -> None:
    size = data.draw(SIZES)
    old = data.draw(st.integers(1, size))
    path = consistency_path(old, size, nodes(LEAVES[:size]))
    proof = ConsistencyProof(old, size, path)
    proof.check(by_definition(LEAVES[:old]), by_definition(LEAVES[:size]))
    with pytest.raises(ConsistencyProofInvalid):
        proof.check(by_definition(LEAVES[1 : old + 1]), by_definition(LEAVES[:size]))


@pytest.mark.parametrize(("index", "old"), [(0, 1), (65_535, 65_536), (65_536, 300), (69_999, 257)])
def test_a_proof_needs_only_the_tiles_on_its_way(index: int, old: int) -> None:
    size = len(LEAVES)
    edge, _ = grown(Edge(), LEAVES)
    tiles = stored(LEAVES)
    needed = tiles_towards([index, old - 1], size)
    some = nodes_of({tile: tiles[tile] for tile in needed})
    assert len(needed) <= 8
    InclusionProof(index, size, inclusion_path(index, size, some)).check(LEAVES[index], edge.root)
    before, _ = grown(Edge(), LEAVES[:old])
    path = consistency_path(old, size, some)
    ConsistencyProof(old, size, path).check(before.root, edge.root)


def test_each_full_tile_is_one_hash_of_the_level_above() -> None:
    _, finished = grown(Edge(), LEAVES)
    assert sum(each.level == 1 for each in finished) == len(LEAVES) // TILE_WIDTH
    assert TileHash(1, 3, by_definition(LEAVES[768:1024])) in finished
    assert TileHash(2, 0, by_definition(LEAVES[:65_536])) in finished
