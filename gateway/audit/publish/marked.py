"""Whether a gateway wrote what is to be signed: who writes the store alone can make no mark."""

from typing import Final

from gateway.audit.errors import LogCorrupt
from gateway.audit.keys.group_mark import MOST_MARKED, GroupMark, MarkKey
from gateway.audit.store.contract import Log

_AT_ONCE: Final = 256  # groups, so that a long growth is not all in memory


async def refuse_unmarked(log: Log, key: MarkKey, first: int, last: int) -> None:
    """LogCorrupt at the first of these entries, up to `last`, that no gateway wrote there.

    Groups follow each other without a gap. Each mark holds its entries to the one before them.
    """
    due, before = first, (await log.nodes([first - 1], last))(0, first - 1) if first else b""
    while due < last:
        groups = await log.marks(due, _AT_ONCE)
        if not groups:
            raise unmarked(due)
        end = min(groups[-1].last + 1, due + _AT_ONCE * MOST_MARKED, last)
        nodes = await log.nodes(range(due, end), last)
        for group in groups:
            if due < last:
                _refuse_unplaced(group, due, end)
                hashes = [nodes(0, index) for index in range(due, group.last + 1)]
                if not key.made(group, before, hashes):
                    raise unmarked(due)
                due, before = group.last + 1, hashes[-1]


def unmarked(entry: int) -> LogCorrupt:
    """What to raise of an entry without a mark."""
    return LogCorrupt(
        f"entry {entry} has no gateway's mark: it was added by hand, or altered before it was"
        " signed; restore the log",
        entry,
    )


def _refuse_unplaced(group: GroupMark, due: int, end: int) -> None:
    if group.first != due or not due <= group.last < min(due + MOST_MARKED, end):
        raise unmarked(due)
