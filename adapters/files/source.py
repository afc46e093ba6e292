"""The kind `file`: the newest export in a folder, read once through for each question."""

import asyncio
import io
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import Any, Final, Self

from adapters.contract.contract import (
    Cause,
    Fault,
    Malformed,
    MoreNeeded,
    NoRecord,
    Question,
    Records,
    Refused,
    Reply,
    TooMany,
    Unavailable,
    WallClock,
)
from adapters.contract.paths import COMPILED, Paths
from adapters.contract.record import Record
from adapters.expressions.jmespath_expression import UnreadableError
from adapters.expressions.language import Readable
from adapters.files.elsewhere import bears, has_key, says_not_all
from adapters.files.match import MAPPED, MOST_ASIDE, Match
from adapters.files.oneroster import RosterScan
from adapters.files.scan import Bounded, CsvScan, ScanFailed, ScanStopped, Stop, XmlScan
from adapters.files.store import FileFailed, Folder, OpenFile
from adapters.manifest.expression_language import language_of
from adapters.manifest.limits import Limits
from adapters.manifest.manifest import FileTable, Manifest
from adapters.manifest.operation import Operation
from adapters.mapping.caps import ROW_CAP
from adapters.mapping.mapping import RecordMapping, Unusable
from adapters.mapping.moment import read_moment
from adapters.mapping.rows import ROWS, merged, record_of

Scan = CsvScan | XmlScan | RosterScan

_CHANGING: Final = Unavailable(Fault.CONNECTION, cause=Cause.FILE_CHANGING)
_AS_ABOVE: Final = frozenset({'"', "''", "^", "ditto", "do.", "as above"})
_NEVER_COLUMNS: Final = frozenset({ROWS})


@dataclass(frozen=True, slots=True)
class FileOperation:
    """An operation with its mapping compiled; `scan` begins a new pass."""

    operation: Operation
    mapping: RecordMapping
    as_of: Readable | None
    scan: Callable[[int, Stop], Scan]
    columns: frozenset[str]

    @property
    def by(self) -> tuple[str, ...]:
        """The keys that a row is found by; one with a `?` need not be given."""
        return self.operation.by

    @classmethod
    def of(cls, manifest: Manifest, operation: Operation, paths: Paths = COMPILED) -> Self:
        """Compile one operation of a checked manifest."""
        language = language_of(manifest)
        table = manifest.file or FileTable()
        mapping = RecordMapping.of(operation, manifest.codes, None, language, paths)
        every = frozenset(section.name for section in mapping.sections)
        columns = mapping.roots(every) - _NEVER_COLUMNS

        def scan(most: int, stop: Stop) -> Scan:
            match table.format:
                case "csv":
                    return CsvScan(table, columns)
                case "xml":
                    return XmlScan.at(operation.records or "", manifest.namespaces, table.encoding)
                case "oneroster":
                    return RosterScan(most, stop, table)

        as_of = None if operation.as_of is None else language.value(operation.as_of)
        return cls(operation, mapping, as_of, scan, columns)


@dataclass(frozen=True, slots=True)
class FileSource:
    """A source whose operations read files; `threads` as many at once as the manifest allows."""

    folder: Folder
    limits: Limits
    table: FileTable
    operations: Mapping[str, FileOperation]
    threads: ThreadPoolExecutor
    clock: WallClock

    async def ask(self, question: Question) -> Reply:
        """Read the newest file once; the reading ends when the asking does."""
        operation = self.operations[question.operation]
        needs = operation.operation.card.needs
        missing = tuple(sorted(name for name in needs if not question.given.get(name)))
        if missing:
            return MoreNeeded(missing)
        try:
            async with asyncio.timeout(question.timeout_s):
                reply = await self._ask(operation, question)
        except TimeoutError:
            return Unavailable(Fault.TIMED_OUT)
        except FileFailed as failed:
            reply = failed.reply
        if not isinstance(reply, Refused | Unavailable | Malformed) or reply.place:
            return reply
        return replace(reply, place=f"operation.{question.operation}.file")

    async def aclose(self) -> None:
        """Give the threads back."""
        self.threads.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, operation: FileOperation, question: Question) -> Reply:
        opened = self.folder.opened(operation.operation.file or "", self.table)
        stop = Stop()
        async with opened as file:
            pass_ = Pass(operation, self.limits, question, self.clock().date())
            loop = asyncio.get_running_loop()
            reading = loop.run_in_executor(self.threads, pass_.read, file, stop)
            try:
                reply = await asyncio.shield(reading)
                changed = await file.state_now() != file.state
                return _CHANGING if changed else reply
            finally:
                # The file may be closed only when nobody reads from it.
                stop.now = True
                file.abandon()
                await asyncio.wait([reading])


@dataclass(frozen=True, slots=True)
class Pass:
    """One reading of one file for one question."""

    operation: FileOperation
    limits: Limits
    question: Question
    today: date

    def read(self, file: OpenFile, stop: Stop) -> Reply:
        """In a thread: every row is looked at, those that fit become records."""
        scan = self.operation.scan(self.limits.max_body, stop)
        stream = Bounded(file.stream, self.limits.max_body, stop)
        wanted = Match.of(self.operation.by, self.operation.mapping, self.question.given)
        try:
            found = self._found(scan, stream, wanted)
        except ScanFailed as failed:
            return failed.malformed
        except (ScanStopped, OSError):
            return Unavailable(Fault.CONNECTION)
        if not isinstance(found, list):
            return found
        as_of = self._as_of(scan, file)
        beside = scan.root if isinstance(scan, XmlScan) else None
        whole = scan.whole and not (beside is not None and _says_otherwise(beside, wanted))
        if wanted.continued and "restricted" in self.operation.mapping.values:
            place = f"operation.{self.question.operation}.map.restricted"
            return Malformed("record", place, "a row that names nobody below the child's")
        if found:
            return Records(
                tuple(found), as_of, whole=whole and not (wanted.forgot or wanted.continued)
            )
        astray = beside is not None and has_key(beside, wanted)
        astray = astray or wanted.astray
        return NoRecord(as_of, whole=whole and not (wanted.unreadable or astray))

    def _found(
        self, scan: Scan, stream: io.RawIOBase, wanted: Match
    ) -> list[Record] | TooMany | Malformed:
        fitting = (document for document in scan.documents(stream) if wanted.fits(document))
        match scan:
            case CsvScan():
                wanted.most_aside = MOST_ASIDE if self.operation.mapping.joins_rows else 0
                wanted.says_who = self._says_who
                records = self._of_rows(fitting, wanted)
            case XmlScan():
                records = self._of_documents(fitting)
            case RosterScan():
                wanted.is_one = scan.may_be_a_pupil
                users = list(islice(fitting, self.limits.max_records + 1))
                records = self._of_documents(iter(scan.joined(users)))
        if not wanted.rows:
            return Malformed("empty", shape="no row")  # an export that failed looks the same
        return self._blind(wanted) if wanted.blind else records

    def _says_who(self, row: Any) -> bool:
        # One that is empty wherever something is read says nothing of anybody.
        names = {row.get(name) for name in self.operation.mapping.naming}
        said = {str(name).casefold() for name in names if name is not None}
        return bool(said - _AS_ABOVE) or not any(map(row.get, self.operation.columns))

    def _blind(self, wanted: Match) -> Malformed:
        key = self.operation.by[0].removesuffix("?")
        shape = f"{wanted.rows} rows, in none of which {key} can be read"
        return Malformed("key", f"operation.{self.question.operation}.map.{MAPPED[key]}", shape)

    def _of_rows(self, fitting: Iterator[Any], wanted: Match) -> list[Record] | TooMany | Malformed:
        rows: list[Any] = []
        for row in fitting:
            rows.append(row)
            if len(rows) > ROW_CAP:
                return TooMany()
        mapping = self.operation.mapping
        named = [{**row, "record_id": self._key(row)} for row in rows]
        # The key may stand in the first row of a record alone, as where a sheet has merged cells.
        keys = {key for row in named if (key := row["record_id"]) is not None}
        named += [
            {**row, "record_id": key} for row in wanted.aside if (key := self._key(row)) in keys
        ]
        found = merged(named, {})
        if len(found) > self.limits.max_records:
            return TooMany()
        records = [record_of(mapping, one, self.question.fields, self.today) for one in found]
        return self._usable(records)

    def _key(self, row: Any) -> Any:
        # Rows of one record are those that `map` reads the same record_id from.
        try:
            return self.operation.mapping.key_of(row)
        except UnreadableError:
            return None

    def _of_documents(self, fitting: Iterator[Any]) -> list[Record] | TooMany | Malformed:
        records: list[Record | Unusable] = []
        mapping = self.operation.mapping
        for document in fitting:
            records.append(mapping.record(document, self.question.fields, self.today))
            if len(records) > self.limits.max_records:
                return TooMany()
        return self._usable(records)

    def _as_of(self, scan: Scan, file: OpenFile) -> datetime | None:
        written = file.chosen.dated or file.modified
        if self.operation.as_of is None:
            return written
        scope = scan.beside()
        return None if scope is None else read_moment(self.operation.as_of, scope)

    def _usable(self, records: list[Record | Unusable]) -> list[Record] | Malformed:
        broken = next((one for one in records if isinstance(one, Unusable)), None)
        if broken is not None:
            return broken.malformed(self.question.operation)
        return [one for one in records if isinstance(one, Record)]


def _says_otherwise(beside: Any, wanted: Match) -> bool:
    """Whether what stands beside the records of an XML file says that these are not all of hers."""
    return says_not_all(beside, wanted.rows) or bears(beside, wanted)


def open_source(
    manifest: Manifest,
    folder: Folder,
    threads: ThreadPoolExecutor,
    clock: WallClock,
    paths: Paths = COMPILED,
) -> FileSource:
    """The source of a checked manifest over its folder."""
    operations = {one.name: FileOperation.of(manifest, one, paths) for one in manifest.operation}
    table = manifest.file or FileTable()
    return FileSource(folder, manifest.limits, table, operations, threads, clock)
