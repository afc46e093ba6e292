"""One question about a test child, asked of the real system and told step by step."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from adapters.conformance.replay import question_for
from adapters.conformance.trial.nobodys import is_test_child
from adapters.conformance.trial.over_files import FileTrial
from adapters.conformance.trial.over_http import HttpTrial
from adapters.conformance.trial.reading import WatchedMapping, mapped
from adapters.conformance.trial.step import TrialStep
from adapters.contract.contract import Records, Reply, Source
from adapters.contract.dates import PartialDate
from adapters.contract.record import Record
from adapters.files.source import FileSource
from adapters.http.source import HttpSource
from adapters.manifest.manifest import Manifest
from adapters.manifest.operation import Operation
from adapters.mapping.mapping import Unusable

if TYPE_CHECKING:
    from adapters.conformance.trial.over_sql import SqlTrial

_MOST_RECORDS: Final = 3


class _Watched(Protocol):
    """A source that is watched while it is asked."""

    @property
    def mapping(self) -> WatchedMapping: ...

    def steps(self) -> Iterator[TrialStep]: ...


@dataclass(frozen=True, slots=True)
class Trial:
    """What happened, in order, and the reply that it came to."""

    steps: tuple[TrialStep, ...]
    reply: Reply


async def tried(
    manifest: Manifest, source: Source, operation: Operation, given: Mapping[str, str]
) -> Trial:
    """Ask `source`, opened from `manifest`, once by one operation; `given` is checked already."""
    watched = _watched(manifest, source, operation.name, given)
    asked = source if watched is None else watched.source
    question = replace(question_for(operation, given), timeout_s=manifest.limits.timeout)
    reply = await asked.ask(question)
    steps = [*(() if watched is None else _told(watched))]
    return Trial((*steps, *_records(manifest, operation, given, reply)), reply)


def _watched(
    manifest: Manifest, source: Source, name: str, given: Mapping[str, str]
) -> "HttpTrial | SqlTrial | FileTrial | None":
    match source:
        case HttpSource():
            return HttpTrial.of(manifest, source, name)
        case FileSource():
            return FileTrial.of(source, name, given)
        case _:
            return _watched_database(source, name) if manifest.kind == "sql" else None


def _watched_database(source: Source, name: str) -> "SqlTrial | None":
    # A library of 13 MiB, which a gateway holds once it asks a database.
    from adapters.conformance.trial.over_sql import SqlTrial
    from adapters.sql.source import SqlSource

    return SqlTrial.of(source, name) if isinstance(source, SqlSource) else None


def _told(watched: _Watched) -> Iterator[TrialStep]:
    yield from watched.steps()
    seen = watched.mapping.seen
    for number, (document, came_to) in enumerate(seen[:_MOST_RECORDS], 1):
        step = mapped(watched.mapping, document, number)
        if isinstance(came_to, Unusable):
            why = f"no record: rule {came_to.rule} at {came_to.place}: {came_to.shape}"
            step = replace(step, lines=(*step.lines, why))
        yield step
    if unread := _never_read(watched.mapping):
        yield TrialStep("Read from no record", unread)
    if len(seen) > _MOST_RECORDS:
        yield TrialStep(f"{len(seen) - _MOST_RECORDS} more records are not shown")


def _never_read(mapping: WatchedMapping) -> tuple[str, ...]:
    """What is mapped and gives nothing in any record: its path may be of another system."""
    steps = [mapped(mapping, document, 0).lines for document, _ in mapping.seen]
    empty = [{line for line in lines if ": nothing (null)" in line} for lines in steps]
    never = set[str]().union(*empty).intersection(*empty)
    return tuple(line for line in (steps or [()])[0] if line in never)


def _records(
    manifest: Manifest, operation: Operation, given: Mapping[str, str], reply: Reply
) -> Iterator[TrialStep]:
    records = reply.records if isinstance(reply, Records) else ()
    for number, record in enumerate(records[:_MOST_RECORDS], 1):
        nobodys = is_test_child(manifest, operation, given, record)
        lines = _values(record) if nobodys else _filled(record)
        yield TrialStep(f"Record {number}", tuple(lines))


def _values(record: Record) -> Iterator[str]:
    for name, value in _said(record):
        if isinstance(value, tuple):
            yield from (f"{name}: {_plain(item)}" for item in value)
        else:
            yield f"{name}: {_plain(value)}"


def _filled(record: Record) -> Iterator[str]:
    yield "the check cannot tell whose record this is: no number kept for tests, and no example"
    yield "expects it. So its values are not shown. These have one:"
    yield ", ".join(name for name, _ in _said(record))


def _said(record: Record) -> Iterator[tuple[str, Any]]:
    for one in fields(record):
        value = getattr(record, one.name)
        if value not in (None, (), ""):
            yield one.name, value


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(map(_plain, value))
    if not is_dataclass(value) or isinstance(value, PartialDate):
        return str(value)
    parts = ((one.name, getattr(value, one.name)) for one in fields(value))
    return ", ".join(f"{name} {_plain(each)}" for name, each in parts if each not in (None, ()))
