"""Where an agency's files are: a folder here, or one on an SFTP server whose key is pinned."""

import asyncio
import io
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

import asyncssh

from adapters.contract.contract import Cause, Fault, Malformed, Refused, Unavailable
from adapters.files.choose import ChosenFile, ListedFile, SameMomentError, newest
from adapters.manifest.manifest import FileTable
from adapters.network.cause import cause_of
from adapters.network.egress import Egress
from adapters.network.resolver import address_of

_CHUNK = 256 * 1024
_NO_FILE: Final = Unavailable(Fault.CONNECTION, cause=Cause.NO_FILE)
_SAME_MOMENT: Final = Malformed("same_moment", "file", "two files of one moment")


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
        loop = asyncio.get_running_loop()
        file = await loop.run_in_executor(self.threads, self._open, pattern, table)
        try:
            yield file
        finally:
            file.stream.close()

    def _open(self, pattern: str, table: FileTable) -> OpenFile:
        try:
            with os.scandir(self.path) as listed:
                chosen = _newest([_here(entry) for entry in listed], pattern, table)
            path = (self.path / chosen.name).resolve()
            if path.parent != self.path.resolve() or not path.is_file():
                raise FileFailed(Refused())
            stream = path.open("rb", buffering=0)
            state = _state(stream.fileno())
        except PermissionError:
            raise FileFailed(Refused()) from None
        except FileNotFoundError:
            raise FileFailed(_NO_FILE) from None
        except OSError:
            raise FileFailed(Unavailable(Fault.CONNECTION)) from None
        modified = datetime.fromtimestamp(state[1], UTC)
        threads, descriptor = self.threads, stream.fileno()

        async def state_now() -> FileState:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(threads, _state, descriptor)

        return OpenFile(chosen, modified, stream, state=state, state_now=state_now)


def _here(entry: os.DirEntry[str]) -> ListedFile:
    return ListedFile(entry.name, lambda: entry.stat().st_mtime)


def _state(descriptor: int) -> FileState:
    found = os.fstat(descriptor)
    return found.st_size, found.st_mtime


def _newest(files: list[ListedFile], pattern: str, table: FileTable) -> ChosenFile:
    try:
        chosen = newest(files, pattern, table)
    except SameMomentError:
        raise FileFailed(_SAME_MOMENT) from None
    if chosen is None:
        raise FileFailed(_NO_FILE)
    return chosen


@dataclass(frozen=True, slots=True)
class SftpLogin:
    """Who we are there and who must answer: `host_key` is the only key that may."""

    user: str
    host_key: asyncssh.SSHKey
    key: asyncssh.SSHKey | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True)
class SftpFolder:
    """A folder on an SFTP server; each question has its own connection."""

    host: str
    port: int
    path: str
    login: SftpLogin
    egress: Egress

    @asynccontextmanager
    async def opened(self, pattern: str, table: FileTable) -> AsyncIterator[OpenFile]:
        """The newest file that fits, its chunks fetched as they are read."""
        try:
            connection = await self._connected()
            try:
                client = await connection.start_sftp_client()
                remote, file = await self._file(client, pattern, table)
                yield file
                await remote.close()
            finally:
                connection.abort()  # a server that hangs would not answer a goodbye either
        except (asyncssh.PermissionDenied, asyncssh.SFTPPermissionDenied):
            raise FileFailed(Refused()) from None
        except asyncssh.HostKeyNotVerifiable:
            raise FileFailed(Malformed("host_key")) from None
        except asyncssh.SFTPNoSuchFile:
            raise FileFailed(_NO_FILE) from None
        except (asyncssh.Error, OSError) as error:
            raise FileFailed(Unavailable(Fault.CONNECTION, cause=cause_of(error))) from None

    async def _file(
        self, client: asyncssh.SFTPClient, pattern: str, table: FileTable
    ) -> tuple[asyncssh.SFTPClientFile, OpenFile]:
        listed = [_there(entry) for entry in await client.readdir(self.path)]
        chosen = _newest(listed, pattern, table)
        remote = await client.open(f"{self.path.rstrip('/')}/{chosen.name}", "rb")
        stream = _Fetched(remote, asyncio.get_running_loop())

        async def state_now() -> FileState:
            found = await remote.stat()
            return found.size or 0, float(found.mtime or 0)

        state = await state_now()
        modified = datetime.fromtimestamp(state[1], UTC)
        return remote, OpenFile(chosen, modified, stream, stream.abandon, state, state_now)

    async def _connected(self) -> asyncssh.SSHClientConnection:
        login = self.login
        return await asyncssh.connect(
            await address_of(self.host, self.port, self.egress),
            self.port,
            username=login.user,
            known_hosts=([login.host_key], [], []),
            config=None,  # nothing of this machine's own SSH settings, agent or keys
            agent_path=None,
            client_keys=None if login.key is None else [login.key],
            password=login.password,
        )


def _there(entry: asyncssh.SFTPName) -> ListedFile:
    return ListedFile(str(entry.filename), lambda: float(entry.attrs.mtime or 0))


class _Fetched(io.RawIOBase):
    """A remote file as the reading thread sees it."""

    def __init__(self, remote: Any, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._remote = remote
        self._loop = loop
        self._fetching: Future[bytes] | None = None

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes, fetched by the event loop while this thread waits."""
        size = min(len(buffer), _CHUNK)
        self._fetching = asyncio.run_coroutine_threadsafe(self._remote.read(size), self._loop)
        try:
            chunk = self._fetching.result()
        except (asyncssh.Error, CancelledError):
            raise OSError from None
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def abandon(self) -> None:
        """End the fetch under way, if there is one."""
        if self._fetching is not None:
            self._fetching.cancel()
