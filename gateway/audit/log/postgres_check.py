"""Every entry in PostgreSQL hashed again, in one snapshot, before the log is gone on with."""

from typing import Any, Final

from gateway.audit.log.postgres_pruning import stored_pruned
from gateway.audit.store.rehash import Rehash
from gateway.audit.tree.merkle import Edge, TileHash

_CHUNK: Final = 4096
_ENTRIES: Final = "SELECT idx, leaf, hash FROM leaf_hash LEFT JOIN entry USING (idx) ORDER BY idx"
_SIGNED: Final = (
    "SELECT size, root, note FROM checkpoint WHERE size > $1 AND size <= $2 ORDER BY size"
)
_TILES: Final = (
    "SELECT level, place, hash FROM tile_hash"
    " JOIN unnest($1::integer[], $2::bigint[]) AS due (level, place) USING (level, place)"
)
_COUNTS: Final = (
    "SELECT (SELECT count(*) FROM entry), (SELECT count(*) FROM leaf_hash),"
    " (SELECT count(*) FROM tile_hash),"
    " (SELECT coalesce(max(size), 0) FROM checkpoint)"
)


async def check_rows(connection: Any) -> Edge:
    """The tree's edge; LogCorrupt names the first entry that is not as it was written."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        return await checked_rows(connection)


async def checked_rows(connection: Any) -> Edge:
    """The same over a connection that is in a transaction of one moment."""
    walk = Rehash("the log", await stored_pruned(connection))
    cursor = await connection.cursor(_ENTRIES)
    while chunk := await cursor.fetch(_CHUNK):
        start = walk.edge.size
        signed = await connection.fetch(_SIGNED, start, start + len(chunk))
        finished = walk.take(chunk, [tuple(row) for row in signed])
        walk.compare(finished, await _stored(connection, finished))
    walk.end(*await connection.fetchrow(_COUNTS))
    return walk.edge


async def _stored(connection: Any, finished: list[TileHash]) -> list[tuple[int, int, bytes]]:
    levels = [each.level for each in finished]
    places = [each.place for each in finished]
    return [tuple(row) for row in await connection.fetch(_TILES, levels, places)]
