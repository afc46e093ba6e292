"""The bytes of pruned entries leave PostgreSQL's tables; their hashes stay."""

from typing import Any, Final

from gateway.audit.entry.entry import pruned_by
from gateway.audit.entry.range import EntryRange, EntryRanges, joined

# Small groups, so that no gateway that appends meanwhile waits for one of them long.
_GROUP: Final = 2000
_PRUNED: Final = "SELECT first, last FROM pruned ORDER BY first"
_DECLARED: Final = "SELECT leaf FROM entry WHERE idx = $1"
_NAME: Final = (
    "INSERT INTO pruned (first, last, declared) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
)
_STILL: Final = "SELECT idx FROM entry WHERE idx BETWEEN $1 AND $2 ORDER BY idx LIMIT $3"
_REMOVE: Final = (
    "WITH gone AS (DELETE FROM entry WHERE idx = ANY($1::bigint[]) RETURNING 1)"
    " SELECT count(*) FROM gone"
)


async def stored_pruned(connection: Any) -> EntryRanges:
    """Every range that is named as pruned."""
    return joined(EntryRange(*row) for row in await connection.fetch(_PRUNED))


async def prune_rows(connection: Any, declared: int) -> int:
    """Remove what the pruning at this index names; how many entries there were.

    The bytes leave the database's files with its own VACUUM.
    """
    ranges = pruned_by(await connection.fetchval(_DECLARED, declared) or b"")
    if not ranges:
        raise ValueError("only a pruning in the log may remove entries")
    await connection.executemany(_NAME, [(*entry_range, declared) for entry_range in ranges])
    removed = 0
    for entry_range in ranges:
        removed += await _removed(connection, entry_range)
    return removed


async def _removed(connection: Any, entry_range: EntryRange) -> int:
    removed = 0
    while rows := await connection.fetch(_STILL, *entry_range, _GROUP):
        # Another who prunes at the same time may have taken some of them.
        removed += await connection.fetchval(_REMOVE, [row[0] for row in rows])
    return removed
