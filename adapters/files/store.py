"""Where an agency's files are: a folder here, or one on an SFTP server whose key is pinned."""

import asyncio
import io
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

import asyncssh

from adapters.contract.contract import Cause, Fault, Malformed, Refused, Unavailable
from adapters.files.choose import ChosenFile, newest
from adapters.network.cause import cause_of
from adapters.network.egress import Egress
from adapters.network.resolver import address_of

_CHUNK = 256 * 1024
_NO_FILE: Final = Unavailable(Fault.CONNECTION, cause=Cause.NO_FILE)


class FileFailed(Exception):
    """There is no file to read; `reply` is what that comes to."""

    def __init__(self, reply: Refused | Unavailable | Malformed) -> None:
        self.reply = reply
        super().__init__()


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file being read; `stream` is read by a thread of its own, a chunk at a time.

    `abandon` ends a read under way, whose thread then stops.
    """

    chosen: ChosenFile
    modified: datetime
    stream: io.RawIOBase
    abandon: Callable[[], object] = lambda: None


class Folder(Protocol):
    """Where files are found by a pattern of their names."""

    def opened(self, pattern: str, dated: str | None) -> AbstractAsyncContextManager[OpenFile]:
        """The newest file that fits; FileFailed if there is none or it cannot be had."""
        ...


@dataclass(frozen=True, slots=True)
class LocalFolder:
    """A folder on this machine, or one mounted here; `threads` wait where a mount hangs."""

    path: Path
    threads: ThreadPoolExecutor

    @asynccontextmanager
    async def opened(self, pattern: str, dated: str | None) -> AsyncIterator[OpenFile]:
        """The newest file that fits; no link leads out of the folder."""
        loop = asyncio.get_running_loop()
        file = await loop.run_in_executor(self.threads, self._open, pattern, dated)
        try:
            yield file
        finally:
            file.stream.close()

    def _open(self, pattern: str, dated: str | None) -> OpenFile:
        try:
            chosen = newest(os.listdir(self.path), pattern, dated)  # noqa: PTH208 - names alone
            if chosen is None:
                raise FileFailed(_NO_FILE)
            path = (self.path / chosen.name).resolve()
            if path.parent != self.path.resolve() or not path.is_file():
                raise FileFailed(Refused())
            stream = path.open("rb", buffering=0)
            modified = datetime.fromtimestamp(os.fstat(stream.fileno()).st_mtime, UTC)
        except PermissionError:
            raise FileFailed(Refused()) from None
        except FileNotFoundError:
            raise FileFailed(_NO_FILE) from None
        except OSError:
            raise FileFailed(Unavailable(Fault.CONNECTION)) from None
        return OpenFile(chosen, modified, stream)


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
    async def opened(self, pattern: str, dated: str | None) -> AsyncIterator[OpenFile]:
        """The newest file that fits, its chunks fetched as they are read."""
        try:
            connection = await self._connected()
            try:
                client = await connection.start_sftp_client()
                remote, file = await self._file(client, pattern, dated)
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
        self, client: asyncssh.SFTPClient, pattern: str, dated: str | None
    ) -> tuple[asyncssh.SFTPClientFile, OpenFile]:
        chosen = newest(map(str, await client.listdir(self.path)), pattern, dated)
        if chosen is None:
            raise FileFailed(_NO_FILE)
        remote = await client.open(f"{self.path.rstrip('/')}/{chosen.name}", "rb")
        modified = datetime.fromtimestamp((await remote.stat()).mtime or 0, UTC)
        stream = _Fetched(remote, asyncio.get_running_loop())
        return remote, OpenFile(chosen, modified, stream, stream.abandon)

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
