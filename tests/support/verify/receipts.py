"""Receipts from a log, as a caller would keep them."""

from gateway.audit.tree.checkpoint import Checkpoint, proof_text
from gateway.audit.tree.merkle import (
    Edge,
    Nodes,
    grown,
    inclusion_path,
    leaf_hash,
)
from tests.support.audit.examples import NOON
from tests.support.verify.published import LEAVES, note


def nodes(leaves: list[bytes]) -> Nodes:
    def node(level: int, index: int) -> bytes:
        edge, _ = grown(Edge(), map(leaf_hash, leaves[index << level : (index + 1) << level]))
        return edge.root

    return node


def receipt(index: int, size: int = 40, *, bring: bool = True) -> str:
    path = inclusion_path(index, size, nodes(LEAVES[:size]))
    checkpoint = Checkpoint(size, b"", NOON, note(LEAVES[:size]))
    return proof_text(index, path, checkpoint, LEAVES[index] if bring else None)
