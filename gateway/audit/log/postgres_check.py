"""Entries in PostgreSQL hashed again: all of them in one snapshot, or some after the others."""

import asyncio
from typing import Any, Final

from gateway.audit.errors import LogCorrupt
from gateway.audit.log.postgres_pruning import stored_pruned
from gateway.audit.log.postgres_tree import stored_nodes, stored_size
from gateway.audit.store.rehash import Rehash
from gateway.audit.tree.merkle import Edge, TileHash, edge_of
from gateway.audit.tree.proved import CheckedState
from gateway.audit.tree.tile import tiles_towards

_CHUNK: Final = 4096
_PLACE: Final = "the log"
_FROM: Final = (
    "SELECT idx, leaf, hash FROM leaf_hash LEFT JOIN entry USING (idx)"
    " WHERE idx >= $1 ORDER BY idx LIMIT $2"
)
_SIGNED: Final = (
    "SELECT size, root, note FROM checkpoint WHERE size > $1 AND size <= $2 ORDER BY size"
)
_TILES: Final = (
    "SELECT level, place, hash FROM tile_hash"
    " JOIN unnest($1::integer[], $2::bigint[]) AS due (level, place) USING (level, place)"
)
_BESIDE: Final = (
    "SELECT (SELECT count(*) FROM entry WHERE idx < 0 OR idx >= $1)"
    " + (SELECT count(*) FROM leaf_hash WHERE idx < 0 OR idx >= $1),"
    " (SELECT count(*) FROM tile_hash),"
    " (SELECT coalesce(max(size), 0) FROM checkpoint)"
)


async def check_rows(
    connection: Any, state: CheckedState | None = None
) -> tuple[Edge, CheckedState | None]:
    """The tree's edge; LogCorrupt names the first entry that is not as it was written.

    Only what is after `state` is hashed, if the tree still leads to it. It is then given back, and
    the rest is for `check_some`.
    """
    async with _snapshot(connection):
        known = await _edge_at(connection, state) if state else None
        if known is None:
            return await checked_rows(connection), None
        walk = Rehash(_PLACE, known)
        while await _taken(connection, walk) == _CHUNK:
            pass
        return walk.edge, state


async def check_some(connection: Any, walk: Rehash) -> bool:
    """Hash the next entries again, as they are now; whether there are more. LogCorrupt as above.

    At the end, what stands beside the entries is looked at too.
    """
    async with _snapshot(connection):
        return await _take(connection, walk)


def new_walk() -> Rehash:
    """Nothing hashed yet."""
    return Rehash(_PLACE)


async def checked_rows(connection: Any) -> Edge:
    """All of it, over a connection that is in a transaction of one moment."""
    walk = new_walk()
    while await _take(connection, walk):
        pass
    return walk.edge


def _snapshot(connection: Any) -> Any:
    return connection.transaction(isolation="repeatable_read", readonly=True)


async def _edge_at(connection: Any, state: CheckedState) -> Edge | None:
    """The edge of the stored tree at that size; None if its root is another or it is not there."""
    if not 0 < state.size <= await stored_size(connection):
        return None
    try:
        nodes = await stored_nodes(connection, tiles_towards([state.size - 1], state.size))
    except LogCorrupt:
        return None
    edge = edge_of(state.size, nodes)
    return edge if edge.root == state.root else None


async def _take(connection: Any, walk: Rehash) -> bool:
    if await _taken(connection, walk) == _CHUNK:
        return True
    walk.end(*await connection.fetchrow(_BESIDE, walk.edge.size))
    return False


async def _taken(connection: Any, walk: Rehash) -> int:
    start = walk.edge.size
    walk.pruned = await stored_pruned(connection)
    rows = await connection.fetch(_FROM, start, _CHUNK)
    signed = await connection.fetch(_SIGNED, start, start + len(rows))
    # A thread, so that questions go on meanwhile.
    finished = await asyncio.to_thread(walk.take, rows, [tuple(row) for row in signed])
    walk.compare(finished, await _stored(connection, finished))
    return len(rows)


async def _stored(connection: Any, finished: list[TileHash]) -> list[tuple[int, int, bytes]]:
    levels = [each.level for each in finished]
    places = [each.place for each in finished]
    return [tuple(row) for row in await connection.fetch(_TILES, levels, places)]
