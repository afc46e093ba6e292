"""What proofs of a Merkle tree show, as RFC 9162 (2.1.3.2 and 2.1.4.2) has them checked."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from gateway.audit.verify.finding import LogRefused

EMPTY: Final = sha256(b"").digest()


def hash_leaf(leaf: bytes) -> bytes:
    """The hash of an entry."""
    return sha256(b"\x00" + leaf).digest()


def hash_pair(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return sha256(b"\x01" + left + right).digest()


class Accumulator:
    """A tree that takes leaves' hashes in order and gives its root at any moment."""

    def __init__(self) -> None:
        self.size = 0
        self._complete: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """Take the next leaf's hash."""
        height, whole = 0, leaf
        while self._complete and self._complete[-1][0] == height:
            whole = hash_pair(self._complete.pop()[1], whole)
            height += 1
        self._complete.append((height, whole))
        self.size += 1

    @property
    def root(self) -> bytes:
        """The root of what was taken so far."""
        if not self._complete:
            return EMPTY
        *earlier, (_, root) = self._complete
        for _, left in reversed(earlier):
            root = hash_pair(left, root)
        return root


def root_of_tile(hashes: Sequence[bytes]) -> bytes:
    """The root over a full tile's hashes."""
    tree = Accumulator()
    for each in hashes:
        tree.add(each)
    return tree.root


def refuse_absent(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Refused unless `path` leads from the leaf's hash at `index` to `root`."""
    node, left, last = leaf, index, size - 1
    if not 0 <= index < size:
        raise LogRefused("the proof is of an entry beyond the checkpoint", index)
    for sibling in path:
        if last == 0:
            raise LogRefused("the proof is longer than the tree is high", index)
        if left & 1 or left == last:
            node = hash_pair(sibling, node)
            while not left & 1 and left:
                left, last = left >> 1, last >> 1
        else:
            node = hash_pair(node, sibling)
        left, last = left >> 1, last >> 1
    if last or node != root:
        raise LogRefused("the entry is not in the log as the checkpoint has it", index)


def refuse_rewritten(old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]) -> None:
    """Refused unless `path` shows that the tree (size, root) `new` begins with the tree `old`."""
    (old_size, old_root), (size, root) = old, new
    if old_size > size:
        raise LogRefused("the log is shorter than it was", size)
    if not size and root != EMPTY:
        raise _rewritten()
    if old_size in {0, size}:
        if path or (old_size and old_root != root) or (not old_size and old_root != EMPTY):
            raise _rewritten()
        return
    steps = [old_root, *path] if old_size & (old_size - 1) == 0 else list(path)
    if not steps or _two_roots(old_size, size, steps) != (old_root, root):
        raise _rewritten()


def _two_roots(old_size: int, size: int, steps: list[bytes]) -> tuple[bytes, bytes]:
    left, last = old_size - 1, size - 1
    while left & 1:
        left, last = left >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise _rewritten()
        if left & 1 or left == last:
            before, after = hash_pair(step, before), hash_pair(step, after)
            while not left & 1 and left:
                left, last = left >> 1, last >> 1
        else:
            after = hash_pair(after, step)
        left, last = left >> 1, last >> 1
    if last:
        raise _rewritten()
    return before, after


def _rewritten() -> LogRefused:
    return LogRefused("the log does not continue from its earlier state")
