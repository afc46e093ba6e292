"""An entry as the log gives it back: where it stands, and its leaf as it was written."""

from dataclasses import dataclass

from gateway.audit.entry.entry import Entry
from gateway.audit.entry.search import EntryPosition
from gateway.audit.entry.time_units import microseconds


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry's index and its leaf, byte for byte as it was written."""

    index: int
    leaf: bytes

    @property
    def place(self) -> EntryPosition:
        """Where it stands in every list."""
        return EntryPosition(microseconds(self.entry.at), self.index)

    @property
    def entry(self) -> Entry:
        """The leaf, read; LeafUnreadable if it is of a version this gateway does not know."""
        return Entry.read(self.leaf)
