"""The tree's hashes as PostgreSQL holds them, however many tiles in one round trip."""

from collections.abc import Iterable
from typing import Any, Final

from gateway.audit.errors import LogCorrupt
from gateway.audit.tree.merkle import Nodes
from gateway.audit.tree.tile import Tile, nodes_of

_SIZE: Final = "SELECT coalesce(max(idx) + 1, 0) FROM entry"
_HASHES: Final = """
SELECT number, hash
FROM unnest($1::integer[], $2::bigint[], $3::bigint[])
  WITH ORDINALITY AS tile (level, first, last, number),
LATERAL (
  SELECT idx AS place, hash FROM leaf_hash
  WHERE tile.level = 0 AND idx BETWEEN tile.first AND tile.last
  UNION ALL
  SELECT place, hash FROM tile_hash
  WHERE tile.level > 0 AND tile_hash.level = tile.level AND place BETWEEN tile.first AND tile.last
) AS held
ORDER BY number, place
"""


async def stored_size(connection: Any) -> int:
    """How many entries the log holds."""
    return int(await connection.fetchval(_SIZE))


async def stored_hashes(connection: Any, tiles: Iterable[Tile]) -> dict[Tile, list[bytes]]:
    """What stands in each tile of hashes, of one moment; LogCorrupt if a hash is missing."""
    wanted = list(tiles)
    held: list[list[bytes]] = [[] for _ in wanted]
    levels, firsts = [tile.level for tile in wanted], [tile.first for tile in wanted]
    lasts = [tile.first + tile.width - 1 for tile in wanted]
    for number, found in await connection.fetch(_HASHES, levels, firsts, lasts):
        held[number - 1].append(found)
    for tile, hashes in zip(wanted, held, strict=True):
        if len(hashes) != tile.width:
            raise LogCorrupt(f"the log lacks hashes of {tile.path}; restore it")
    return dict(zip(wanted, held, strict=True))


async def stored_nodes(connection: Any, tiles: Iterable[Tile]) -> Nodes:
    """Every node that stands in, or within, the tiles; LogCorrupt if a hash is missing."""
    return nodes_of(await stored_hashes(connection, tiles))
