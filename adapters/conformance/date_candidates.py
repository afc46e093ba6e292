"""Which forms a date of an example could be in, where the manifest names none that reads it."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

from adapters.conformance.replay import Recording, question_for, replay
from adapters.contract.contract import Malformed, Records, Reply, WallClock
from adapters.contract.dates import PartialDate
from adapters.contract.record import Record
from adapters.expressions.jmespath_expression import UnreadableError
from adapters.manifest.manifest import Example, Manifest
from adapters.manifest.operation import Operation
from adapters.manifest.record_map import Value
from adapters.mapping.conversion import to_date_by
from adapters.mapping.date_format import NAMED
from adapters.mapping.sections import SECTIONS

_FORMS: Final = (
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d.%m.%Y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d%m%Y",
    "%d-%b-%Y",
    "%d %B %Y",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%Y%m%d%H%M%S",
    *NAMED,
)
_DATES: Final = frozenset({"birth_date", "start", "end", "date"})
_LATEST: Final = 2100
_EARLIEST: Final = 1990  # of what an example shows of a child, a number read by a wrong form is not


async def date_hints(
    manifest: Manifest, example: Example, recording: Recording, reply: Reply, clock: WallClock
) -> AsyncIterator[str]:
    """For each date that the example shows and that cannot be read: the forms that read it."""
    operation = next(one for one in manifest.operation if one.name == example.operation)
    question = question_for(operation, example.given)
    for place in _unread(reply):
        fitting = []
        for form in _FORMS:
            other = _with_form(manifest, operation, place, form)
            again = None if other is None else await replay(other, question, recording, clock)
            if again is not None and _reads(again, place, clock):
                fitting.append(form)
        if fitting:
            forms = " or ".join(f'"{form}"' for form in fitting)
            choice = ", whichever your system uses" if len(fitting) > 1 else ""
            yield f'reply: {place} is a date: write as = "date", format = {forms}{choice}'


def forms_of(value: Any) -> list[str]:
    """The forms that read a value as a day since 1990."""
    return [form for form in _FORMS if _reads_by(form, value)]


def _reads_by(form: str, value: Any) -> bool:
    try:
        day = to_date_by(form)(value)
    except UnreadableError:
        return False
    return day is not None and _EARLIEST <= day.year <= _LATEST


def _unread(reply: Reply) -> list[str]:
    if isinstance(reply, Malformed):
        return ["birth_date"]
    records = reply.records if isinstance(reply, Records) else ()
    return sorted({d for one in records for d in one.defects if d.split(".")[-1] in _DATES})


def _with_form(manifest: Manifest, operation: Operation, place: str, form: str) -> Manifest | None:
    section, dot, name = place.rpartition(".")
    key = SECTIONS[section].key if dot else "map"
    tables = getattr(operation, key)
    formed = tuple(_formed(one, name, form) for one in (tables if dot else (tables,)))
    whole = formed if dot else formed[0]
    if whole == tables:
        return None
    changed = operation.model_copy(update={key: whole})
    operations = (changed if one.name == operation.name else one for one in manifest.operation)
    return manifest.model_copy(update={"operation": tuple(operations)})


def _formed(table: Any, name: str, form: str) -> Any:
    value = getattr(table, name)
    if not isinstance(value, Value) or value.codes is not None:
        return table
    formed = value.model_copy(update={"as_": "date", "format": form})
    return table.model_copy(update={name: formed})


def _reads(reply: Reply, place: str, clock: WallClock) -> bool:
    records = reply.records if isinstance(reply, Records) else ()
    days = [day for record in records for day in _days(record, place)]
    latest = clock().year + 1
    unread = any(place in record.defects for record in records)
    return bool(days) and not unread and all(_EARLIEST <= day.year <= latest for day in days)


def _days(record: Record, place: str) -> Iterator[PartialDate]:
    section, dot, name = place.rpartition(".")
    holders = getattr(record, section) if dot else (record,)
    yield from (day for one in holders or () if (day := getattr(one, name)) is not None)
