"""A trial of files: which one was chosen, what stands in it, how many of its keys can be read."""

import io
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from adapters.conformance.trial.reading import WatchedMapping
from adapters.conformance.trial.step import TrialStep
from adapters.expressions.shape import outline_of
from adapters.files.match import Match
from adapters.files.scan import ScanFailed, Stop
from adapters.files.source import FileOperation, FileSource
from adapters.files.store import Folder, OpenFile
from adapters.manifest.manifest import FileTable

_MOST_LINES: Final = 60


@dataclass(slots=True)
class WatchedFolder:
    """A folder that remembers which file was opened, and keeps what was read from it."""

    inner: Folder
    chosen: str = ""
    modified: str = ""
    content: bytearray = field(default_factory=bytearray)

    @asynccontextmanager
    async def opened(self, pattern: str, table: FileTable) -> AsyncIterator[OpenFile]:
        """The file that the folder chooses."""
        async with self.inner.opened(pattern, table) as file:
            self.chosen, self.modified = file.chosen.name, file.modified.isoformat()
            yield replace(file, stream=_Kept(file.stream, self.content))


class _Kept(io.RawIOBase):
    def __init__(self, inner: io.RawIOBase, content: bytearray) -> None:
        super().__init__()
        self._inner = inner
        self._content = content

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes of the file."""
        count = self._inner.readinto(buffer) or 0
        self._content += bytes(buffer[:count])
        return count


@dataclass(frozen=True, slots=True)
class FileTrial:
    """A source of files, watched."""

    source: FileSource
    operation: FileOperation
    mapping: WatchedMapping
    folder: WatchedFolder
    given: Mapping[str, str]

    @classmethod
    def of(cls, source: FileSource, name: str, given: Mapping[str, str]) -> "FileTrial":
        """Watch a source that was opened from its manifest."""
        operation, folder = source.operations[name], WatchedFolder(source.folder)
        mapping = WatchedMapping.over(operation.mapping)
        watched = replace(operation, mapping=mapping)
        seen = replace(source, folder=folder, operations={**source.operations, name: watched})
        return cls(seen, watched, mapping, folder, given)

    def steps(self) -> Iterator[TrialStep]:
        """The file, and what its rows are like."""
        pattern = self.operation.operation.file or ""
        if not self.folder.chosen:
            yield TrialStep("File", (f"pattern {pattern}", "none was opened"))
            return
        size = f"{len(self.folder.content)} bytes read, written {self.folder.modified}"
        yield TrialStep("File", (f"pattern {pattern}", f"chosen {self.folder.chosen}", size))
        yield TrialStep("Rows", tuple(self._rows()))

    def _rows(self) -> Iterator[str]:
        by = self.operation.by
        match = Match.of(by, self.operation.mapping, self.given)
        first, failed = self._looked_at(match)
        if failed:
            yield f"unreadable: {failed}"
        if first is not None:
            yield from outline_of(first, "first", _MOST_LINES)
        keys = ", ".join(by)
        yield f"{match.rows} rows looked at; {keys} cannot be read in {match.unreadable}"

    def _looked_at(self, match: Match) -> tuple[Any, str]:
        first = None
        stream = _Read(bytes(self.folder.content))
        try:
            scan = self.operation.scan(self.source.limits.max_body, Stop())
            for document in scan.documents(stream):
                first = document if first is None else first
                match.fits(document)
        except ScanFailed as error:
            return first, ": ".join(filter(None, (error.malformed.rule, error.malformed.shape)))
        return first, ""


class _Read(io.RawIOBase):
    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._inner = io.BytesIO(content)

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes of what was read before."""
        return self._inner.readinto(buffer)
