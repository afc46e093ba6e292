"""A folder on an SFTP server whose key is pinned, and the login there."""

import asyncio
import io
from collections.abc import AsyncIterator
from concurrent.futures import CancelledError, Future
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import asyncssh

from adapters.contract.contract import Fault, Malformed, Refused, Unavailable
from adapters.files.choose import ListedFile
from adapters.files.host_key import host_key
from adapters.files.own_loop import OwnLoop
from adapters.files.store import (
    NO_FILE,
    FileFailed,
    FileState,
    Listing,
    OpenFile,
    chosen_of,
)
from adapters.manifest.auth import Secret, SftpAuth
from adapters.manifest.manifest import FileTable
from adapters.network.cause import cause_of
from adapters.network.egress import Egress
from adapters.network.resolver import address_of
from adapters.network.secrets import SecretMissing, SecretTexts

_CHUNK = 256 * 1024
# asyncssh takes packets of 4 MiB: no answer to what is asked here is that long.
asyncssh.sftp.MAX_SFTP_PACKET_LEN = _CHUNK + 64 * 1024


@dataclass(frozen=True, slots=True)
class SftpLogin:
    """Who we are there and who must answer: `host_key` is the only key that may."""

    user: str
    host_key: asyncssh.SSHKey
    key: asyncssh.SSHKey | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True)
class SftpFolder:
    """A folder on an SFTP server; each question has its own connection, in its own thread.

    What a server sends is deciphered and taken apart in Python: a list of files as long as one
    packet may be takes seconds.
    """

    host: str
    port: int
    path: str
    login: SftpLogin
    egress: Egress

    @asynccontextmanager
    async def opened(self, pattern: str, table: FileTable) -> AsyncIterator[OpenFile]:
        """The newest file that fits, its chunks fetched as they are read."""
        with OwnLoop() as there:
            async with there.within(self._opened(pattern, table)) as file:
                yield replace(file, state_now=lambda: there.call(file.state_now()))

    @asynccontextmanager
    async def _opened(self, pattern: str, table: FileTable) -> AsyncIterator[OpenFile]:
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
            raise FileFailed(NO_FILE) from None
        except (asyncssh.Error, OSError) as error:
            raise FileFailed(Unavailable(Fault.CONNECTION, cause=cause_of(error))) from None

    async def _file(
        self, client: asyncssh.SFTPClient, pattern: str, table: FileTable
    ) -> tuple[asyncssh.SFTPClientFile, OpenFile]:
        listed = Listing("source.base_url")
        async for entry in client.scandir(self.path):
            listed.add(_there(entry))
        chosen = chosen_of(listed.files, pattern, table)
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
        if len(chunk) > size:
            raise OSError("more than was asked for")
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def abandon(self) -> None:
        """End the fetch under way, if there is one."""
        if self._fetching is not None:
            self._fetching.cancel()


def login_of(auth: SftpAuth, secrets: SecretTexts) -> SftpLogin:
    """Who we are there; SecretMissing if a secret is absent or unusable."""
    return SftpLogin(
        user=secrets.text(auth.user),
        host_key=host_key(auth.host_key),
        key=None if auth.key is None else _private(auth.key, secrets),
        password=None if auth.password is None else secrets.text(auth.password),
    )


def _private(secret: Secret, secrets: SecretTexts) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_private_key(secrets.text(secret))
    except (asyncssh.KeyImportError, ValueError):
        place = secret.env or secret.file
        raise SecretMissing(f"{place} has no private key for SSH") from None
