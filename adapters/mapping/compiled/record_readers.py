"""The generated functions of one mapping, made when they are wanted again, and their counts."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from adapters.contract.paths import COMPILED, Paths
from adapters.contract.record import Record
from adapters.expressions.jmespath_expression import FAILURES
from adapters.expressions.xml_document import is_element
from adapters.mapping.compiled.function import NotGenerated
from adapters.mapping.compiled.parts import Lists, Once, reads_xml, write_list, write_once
from adapters.mapping.identity import is_known
from adapters.mapping.sections import SectionReading
from adapters.mapping.value import Reading

MOST_WANTED: Final = 64  # sets of fields of one mapping; whoever asks for more pays as before
EVERY: Final = 10_000  # records

ReadRecord = Callable[[Any, date], Record | None]
"""From a document to its record; None where the exact mapping is to read it."""
TellCounts = Callable[[int, int, int], None]
"""Hears how many were generated, redone and exact."""


@dataclass(slots=True)
class MappingCounts:
    """How many records of this process were read by generated functions, and how many were not.

    `redone` had something uncommon in them, `exact` were of a mapping that is not of the grammar,
    or the first of theirs. Whom they are `told_to` hears the three after every ten thousand.
    """

    generated: int = 0
    redone: int = 0
    exact: int = 0
    _hearing: list[TellCounts] = field(default_factory=list)

    @contextmanager
    def told_to(self, tell: TellCounts) -> Iterator[None]:
        """Tell them to `tell` for so long; of several the one that came last hears them."""
        self._hearing.append(tell)
        try:
            yield
        finally:
            self._hearing.remove(tell)

    def read(self, *, generated: int = 0, redone: int = 0, exact: int = 0) -> None:
        """Count one."""
        self.generated += generated
        self.redone += redone
        self.exact += exact
        if self._hearing and not (self.generated + self.redone + self.exact) % EVERY:
            self._hearing[-1](self.generated, self.redone, self.exact)


COUNTS: Final = MappingCounts()
# Python has no function with more than twenty loops inside of each other.
_NOT_MADE: Final = (NotGenerated, SyntaxError, RecursionError, MemoryError)


@dataclass(slots=True)
class RecordReaders:
    """For each set of fields the function that reads them; made for the second document.

    A part of a record has one function, whoever wants it, so that no choice of fields makes work.
    """

    paths: Paths = COMPILED
    readers: dict[frozenset[str], ReadRecord | None] = field(default_factory=dict)
    seen: set[frozenset[str]] = field(default_factory=set)
    once: Once | None = None
    lists: dict[str, Lists] = field(default_factory=dict)
    _apart: "RecordReaders | None" = None

    def apart(self) -> "RecordReaders":
        """Those of the same mapping without some of its sections, always the same."""
        if self._apart is None:
            self._apart = RecordReaders(self.paths)
        return self._apart

    def reader(
        self,
        fields: frozenset[str],
        values: Mapping[str, Reading],
        sections: Iterable[SectionReading],
        systems: Mapping[str, str],
    ) -> ReadRecord | None:
        """The function for `fields`, whose sections these are; None if there is none so far."""
        if fields in self.readers:
            return self.readers[fields]
        if fields not in self.seen:
            if self.paths.compiled and len(self.seen) < MOST_WANTED:
                self.seen.add(fields)
            return None
        self.readers[fields] = made = self._made(values, sections, systems)
        return made

    def _made(
        self,
        values: Mapping[str, Reading],
        sections: Iterable[SectionReading],
        systems: Mapping[str, str],
    ) -> ReadRecord | None:
        try:
            self.once = self.once or write_once(values, systems)
            wanted = list(sections)
            names = dict.fromkeys(section.name for section in wanted)
            lists = [self._list(name, wanted) for name in names]
            return _reader(self.once, lists, is_xml=reads_xml(values))
        except _NOT_MADE:
            return None

    def _list(self, name: str, wanted: Sequence[SectionReading]) -> Lists:
        if name not in self.lists:
            self.lists[name] = write_list(name, [one for one in wanted if one.name == name])
        return self.lists[name]


def _reader(once: Once, lists: Sequence[Lists], *, is_xml: bool) -> ReadRecord:
    def read(document: Any, today: date) -> Record | None:
        if not is_element(document) if is_xml else type(document) is not dict:
            return None
        try:
            record = once(document, today)
            for one in lists:
                one(document, today, record)
        except FAILURES:
            return None
        if not is_known(record):
            return None
        record.__class__ = Record
        frozen: Record = record
        return frozen

    return read
