"""Tiles are called as C2SP tlog-tiles says, and nothing else is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tlog_scales.reader import Tile as ReadTile
from tlog_scales.tiles import tile_path

from gateway.audit.tree.tile import ENTRIES, Tile, bundle, entry_tiles, hash_tiles

TILES = st.builds(Tile, st.integers(-1, 63), st.integers(0, 10**15), st.integers(1, 256))


@given(TILES)
def test_a_tile_is_found_by_the_name_that_others_give_it(tile: Tile) -> None:
    path = "/".join(tile_path(tile.level, tile.number, tile.width % 256))
    assert tile.path == path
    assert Tile.read(path.removeprefix("tile/")) == tile


def test_a_tile_far_to_the_right_has_a_folder_for_each_thousand() -> None:
    assert Tile(0, 1_234_067).path == "tile/0/x001/x234/067"
    assert Tile(ENTRIES, 273, 112).path == "tile/entries/273.p/112"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "0",
        "0/1",
        "0/0001",
        "64/000",
        "00/000",
        "0/x000/001",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/999",
        "0/000.p/012",
        "-1/000",
        "0/../000",
        "0/000\n",
        "0/" + "x001/" * 20 + "000",
    ],
)
def test_what_is_not_exactly_a_tiles_name_is_none(path: str) -> None:
    assert Tile.read(path) is None


def test_a_tree_of_seventy_thousand_has_the_tiles_of_the_specifications_example() -> None:
    tiles = [(tile.level, tile.width) for tile in hash_tiles(70_000)]
    assert tiles == [(0, 256)] * 273 + [(0, 112), (1, 256), (1, 17), (2, 1)]
    assert sum(tile.width for tile in entry_tiles(70_000)) == 70_000


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_holds_each_leaf_byte_for_byte(leaves: list[bytes]) -> None:
    assert ReadTile.from_entries_bytes(bundle(leaves)).entries == leaves
