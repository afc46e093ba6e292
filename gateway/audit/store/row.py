"""An entry as the log's store takes it: its leaf and the leaf's hash."""

from dataclasses import dataclass
from typing import Self

from adapters.contract.frozen import plainly_made
from gateway.audit.entry.entry import Entry
from gateway.audit.tree.merkle import leaf_hash


@plainly_made
@dataclass(frozen=True, slots=True)
class LogRow:
    """One entry ready to be written."""

    leaf: bytes
    hash: bytes

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """The row of `entry`, blinded; EntryRefused if it does not fit the log."""
        leaf = entry.blinded().leaf()
        return cls(leaf, leaf_hash(leaf))
