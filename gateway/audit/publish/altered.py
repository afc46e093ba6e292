"""Which entry of a log was altered first, as far as it can be known from what was signed."""

from collections.abc import Sequence

from gateway.audit.errors import LogCorrupt
from gateway.audit.keys.signing.state import SignedState
from gateway.audit.store.contract import READ_BOUND, Log
from gateway.audit.tree.merkle import edge_of, leaf_hash


async def first_altered(log: Log, states: Sequence[SignedState]) -> LogCorrupt:
    """What to raise of a log whose tree is another than the one that was signed.

    The last of `states`, in order, that the tree still agrees with shows that every entry before
    it is as it was. Between that one and the next, an entry that is not the one in the tree is
    named; if the tree was altered with it, the first that may be.
    """
    size = await log.size()
    known = [state for state in states if state.size <= size]
    roots = dict[int, bool]()

    async def agrees(state: SignedState) -> bool:
        if state.size not in roots:
            nodes = await log.nodes([state.size - 1] if state.size else [], size)
            roots[state.size] = edge_of(state.size, nodes).root == state.root
        return roots[state.size]

    # A tree that agrees with a state agrees with every one before it.
    low, high = 0, len(known)
    while low < high:
        middle = (low + high) // 2
        if await agrees(known[middle]):
            low = middle + 1
        else:
            high = middle
    first = known[low - 1].size if low else 0
    last = known[low].size if low < len(known) else size
    exact = await _unlike_its_hash(log, first, last)
    if exact is not None:
        return LogCorrupt(f"entry {exact} is not as it was written; restore the log", exact)
    return LogCorrupt(
        f"the log is not the one that was signed: the first entry that was altered is one of"
        f" {first} to {last - 1}; restore it",
        first,
    )


async def refuse_other(log: Log, state: SignedState) -> None:
    """LogCorrupt if the log does not begin with this state."""
    size = await log.size()
    if size < state.size:
        raise LogCorrupt(f"the log has {size} entries, and that state has {state.size}", size)
    nodes = await log.nodes([state.size - 1] if state.size else [], size)
    if edge_of(state.size, nodes).root != state.root:
        raise LogCorrupt(f"the log's first {state.size} entries are not those of that state")


async def refuse_unlike(log: Log, first: int, last: int) -> None:
    """LogCorrupt at the first of these entries that is not the one whose hash is in the tree.

    Once such a tree is signed, nobody can ever show the entry that it stands for. A single bit that
    flipped in memory has ended logs of certificates so.
    """
    exact = await _unlike_its_hash(log, first, last)
    if exact is not None:
        raise LogCorrupt(f"entry {exact} is not as it was written; restore the log", exact)


async def _unlike_its_hash(log: Log, first: int, last: int) -> int | None:
    pruned = await log.pruned()
    for start in range(first, last, READ_BOUND):
        indexes = range(start, min(start + READ_BOUND, last))
        held = {each.index: each.leaf for each in await log.entries(start, len(indexes))}
        nodes = await log.nodes(indexes, last)
        for index in indexes:
            leaf = held.get(index)
            if nodes(0, index) != leaf_hash(leaf) if leaf else not pruned.covers(index):
                return index
    return None
