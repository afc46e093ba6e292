"""Where an agency's files are, and a folder here."""

import asyncio
import io
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

from adapters.contract.contract import Cause, Fault, Malformed, Refused, Unavailable
from adapters.files.choose import ChosenFile, ListedFile, SameMomentError, TooManyWaysError, newest
from adapters.manifest.manifest import FileTable

NO_FILE: Final = Unavailable(Fault.CONNECTION, cause=Cause.NO_FILE)
_MOST_FILES: Final = 10_000  # in one folder; a server may list files without end
_MOST_NAMES: Final = 2 * 1024 * 1024
_SAME_MOMENT: Final = Malformed("same_moment", "file", "two files of one moment")
_LONGEST_NAME: Final = 255  # characters; no file system has longer ones
_TOO_MANY_WAYS: Final = Malformed("too_large", "file.dated", "names that are too long to be dated")


class Listing:
    """The files of a folder, bounded before they are held; `place` is what names the folder."""

    def __init__(self, place: str) -> None:
        self.files: list[ListedFile] = []
        self._place = place
        self._left = _MOST_NAMES

    def add(self, file: ListedFile) -> None:
        """Hold one more; FileFailed if they are too many, or their names too long."""
        self.files.append(file)
        self._left -= len(file.name)
        longer = self._left < 0 or len(file.name) > _LONGEST_NAME
        if len(self.files) > _MOST_FILES or longer:
            what = f"more than {_MOST_FILES} files, or longer names"
            raise FileFailed(Malformed("too_large", self._place, what))


class FileFailed(Exception):
    """There is no file to read; `reply` is what that comes to."""

    def __init__(self, reply: Refused | Unavailable | Malformed) -> None:
        self.reply = reply
        super().__init__()


FileState = tuple[int, float]  # bytes, seconds


async def _unchanged() -> FileState:
    return (0, 0.0)


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file being read; `stream` is read by a thread of its own, a chunk at a time.

    `abandon` ends a read under way, whose thread then stops. `state` is its size and time when it
    was opened, `state_now` gives them again: another one means that it is being written.
    """

    chosen: ChosenFile
    modified: datetime
    stream: io.RawIOBase
    abandon: Callable[[], object] = lambda: None
    state: FileState = (0, 0.0)
    state_now: Callable[[], Awaitable[FileState]] = _unchanged


class Folder(Protocol):
    """Where files are found by a pattern of their names."""

    def opened(self, pattern: str, table: FileTable) -> AbstractAsyncContextManager[OpenFile]:
        """The newest file that fits; FileFailed if there is none or it cannot be had."""
        ...


@dataclass(frozen=True, slots=True)
class LocalFolder:
    """A folder on this machine, or one mounted here; `threads` wait where a mount hangs."""

    path: Path
    threads: ThreadPoolExecutor

    @asynccontextmanager
    async def opened(self, pattern: str, table: FileTable) -> AsyncIterator[OpenFile]:
        """The newest file that fits; no link leads out of the folder."""
        opening = self.threads.submit(self._open, pattern, table)
        try:
            file = await asyncio.wrap_future(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_close)  # its thread goes on, and nobody would hear of it
            raise
        try:
            yield file
        finally:
            file.stream.close()

    def _open(self, pattern: str, table: FileTable) -> OpenFile:
        try:
            with os.scandir(self.path) as listed:
                files = Listing("source.base_url")
                for entry in listed:
                    files.add(_here(entry))
            chosen = chosen_of(files.files, pattern, table)
            path = (self.path / chosen.name).resolve()
            if path.parent != self.path.resolve() or not path.is_file():
                raise FileFailed(Refused())
            stream = path.open("rb", buffering=0)
            state = _state(stream.fileno())
        except PermissionError:
            raise FileFailed(Refused()) from None
        except FileNotFoundError:
            raise FileFailed(NO_FILE) from None
        except OSError:
            raise FileFailed(Unavailable(Fault.CONNECTION)) from None
        modified = datetime.fromtimestamp(state[1], UTC)
        threads, descriptor = self.threads, stream.fileno()

        async def state_now() -> FileState:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(threads, _state, descriptor)

        return OpenFile(chosen, modified, stream, state=state, state_now=state_now)


def _close(opening: Future[OpenFile]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().stream.close()


def _here(entry: os.DirEntry[str]) -> ListedFile:
    return ListedFile(entry.name, lambda: entry.stat().st_mtime)


def _state(descriptor: int) -> FileState:
    found = os.fstat(descriptor)
    return found.st_size, found.st_mtime


def chosen_of(files: list[ListedFile], pattern: str, table: FileTable) -> ChosenFile:
    """The newest of the files that fits; FileFailed if there is none, or nobody can tell."""
    try:
        chosen = newest(files, pattern, table)
    except SameMomentError:
        raise FileFailed(_SAME_MOMENT) from None
    except TooManyWaysError:
        raise FileFailed(_TOO_MANY_WAYS) from None
    if chosen is None:
        raise FileFailed(NO_FILE)
    return chosen
