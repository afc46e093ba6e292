"""What a signed root proves of entries that were not hashed again yet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.audit.errors import LogCorrupt
from gateway.audit.tree.merkle import TILE_WIDTH, edge_of, leaf_hash
from gateway.audit.tree.tile import Tile, node_over, nodes_of


@dataclass(frozen=True, slots=True)
class CheckedState:
    """A log of `size` entries with this root, as its signer signed and remembers it."""

    size: int
    root: bytes


def refuse_unproved(
    state: CheckedState, tiles: Mapping[Tile, Sequence[bytes]], leaves: Iterable[tuple[int, bytes]]
) -> None:
    """LogCorrupt at the first of `leaves`, by index, that the state's root does not prove.

    `tiles` are those that lead from these entries to the root at the state's size.
    """
    held = {(tile.level, tile.number): list(hashes) for tile, hashes in tiles.items()}
    if edge_of(state.size, nodes_of(tiles)).root != state.root:
        raise LogCorrupt("the tree is not the one that was signed; restore the log")
    false = {place for place, hashes in held.items() if not _is_below(held, place, hashes)}
    for index, leaf in leaves:
        number, place = divmod(index, TILE_WIDTH)
        towards = _towards(held, number)
        if false.intersection(towards) or held[0, number][place] != leaf_hash(leaf):
            raise LogCorrupt(f"entry {index} is not as it was signed; restore it", index)


def _is_below(
    held: Mapping[tuple[int, int], list[bytes]], place: tuple[int, int], hashes: list[bytes]
) -> bool:
    """Whether a full tile is the one under the hash above it; the edge proves what is not full."""
    level, number = place
    above = held.get((level + 1, number // TILE_WIDTH))
    if len(hashes) < TILE_WIDTH or above is None:
        return True
    return above[number % TILE_WIDTH] == node_over(hashes)


def _towards(held: Mapping[tuple[int, int], list[bytes]], number: int) -> set[tuple[int, int]]:
    """The tiles from one of leaves' hashes up to the root."""
    level, found = 0, set[tuple[int, int]]()
    while (level, number) in held:
        found.add((level, number))
        level, number = level + 1, number // TILE_WIDTH
    return found
