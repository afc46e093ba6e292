"""Where generated functions read otherwise than the exact mapping."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from random import Random
from typing import Any, Final

from adapters.contract.record import Record
from adapters.mapping.compiled.record_readers import ReadRecord, RecordReaders
from adapters.mapping.mapping import RecordMapping
from tests.support.adapters.asking import ALL_FIELDS
from tests.support.adapters.generated.drawn_mappings import document, drawn
from tests.support.adapters.generated.drawn_values import Oddness

TODAY: Final = date(2026, 11, 22)
_DOCUMENTS: Final = 12


@dataclass(slots=True)
class Trial:
    """How many documents were read, and how many of them by generated functions."""

    read: int = 0
    generated: int = 0


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads the documents of one seed for the fields `wanted`, in both ways."""

    number: int
    mapping: RecordMapping
    wanted: frozenset[str]
    read: ReadRecord | None


def differences(seeds: range, trial: Trial, odd: Oddness | None = None) -> Iterator[str]:
    """Each document of these seeds that is read otherwise; which seed, and which fields.

    What is `odd` in them is drawn for each where it is not given.
    """
    for number in seeds:
        random = Random(number)  # noqa: S311  # the same documents every time
        of = drawn(random)
        wanted = frozenset(one for one in ALL_FIELDS if random.random() < 0.8)
        reader = Reader(number, of.mapping, wanted, reader_of(of.mapping, wanted))
        for _ in range(_DOCUMENTS):
            one = document(random, of, odd or Oddness.drawn(random))
            yield from _told(reader, one, trial)


def reader_of(mapping: RecordMapping, wanted: frozenset[str]) -> ReadRecord | None:
    """The generated function for these fields, or None where there is none."""
    readers = RecordReaders()
    asked = wanted | {"names", "identifiers"}
    sections = [one for one in mapping.sections if one.name in asked]
    first, second = (
        readers.reader(wanted, mapping.values, sections, mapping.systems) for _ in range(2)
    )
    assert first is None
    return second


def _told(of: Reader, one: Any, trial: Trial) -> Iterator[str]:
    trial.read += 1
    found = None if of.read is None else of.read(one, TODAY)
    if found is None:
        return
    trial.generated += 1
    exact = of.mapping.exact(one, of.wanted, TODAY)
    if not _same(found, exact):
        yield f"seed {of.number}: {_unlike(found, exact)}"


def _same(one: Any, other: Any) -> bool:
    # By text too, so that a true is no 1 and a text is no number of the same value.
    return type(one) is type(other) and one == other and repr(one) == repr(other)


def _unlike(found: Record, exact: Any) -> str:
    if not isinstance(exact, Record):
        return "a record, and it is none"
    names = [one.name for one in fields(Record)]
    return ", ".join(
        name for name in names if repr(getattr(found, name)) != repr(getattr(exact, name))
    )
