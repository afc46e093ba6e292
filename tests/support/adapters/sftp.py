"""An SFTP server on loopback, with the keys that it and its users have."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncssh

HOST_KEY = asyncssh.generate_private_key("ssh-ed25519")
OUR_KEY = asyncssh.generate_private_key("ssh-ed25519")
OTHER_KEY = asyncssh.generate_private_key("ssh-ed25519")
RIGHT = "right"


def line(key: asyncssh.SSHKey) -> str:
    return " ".join(key.export_public_key().decode().split()[:2])


class Accounts(asyncssh.SSHServer):
    """One client's connection, put among those that its server has to end."""

    def __init__(self, connections: list[asyncssh.SSHServerConnection]) -> None:
        self._connections = connections

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connections.append(conn)

    def begin_auth(self, _username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("gateway", RIGHT)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == "gateway" and key == OUR_KEY.convert_to_public()


@asynccontextmanager
async def sftp(folder: Path, files: Any = asyncssh.SFTPServer) -> AsyncIterator[str]:
    (folder / "exports").mkdir()
    connections: list[asyncssh.SSHServerConnection] = []
    server = await asyncssh.create_server(
        lambda: Accounts(connections),
        "127.0.0.1",
        0,
        server_host_keys=[HOST_KEY],
        sftp_factory=lambda channel: files(channel, chroot=str(folder).encode()),
    )
    async with server:
        try:
            yield f"sftp://127.0.0.1:{server.get_port()}"
        finally:  # the server itself only stops listening
            for connection in connections:
                connection.abort()
                await connection.wait_closed()


class Hanging(asyncssh.SFTPServer):
    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        super().open(path, pflags, attrs).close()  # type: ignore[attr-defined]
        return object()

    def close(self, _file: object) -> None:
        pass

    def fstat(self, _file: object) -> asyncssh.SFTPAttrs:
        return asyncssh.SFTPAttrs(size=100, mtime=1, atime=1)

    async def read(self, _file: object, _offset: int, _size: int) -> bytes:
        await asyncio.Event().wait()
        return b""


class Endless(asyncssh.SFTPServer):
    """A server whose folder has no last file."""

    async def scandir(self, _path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        number = 0
        while True:
            number += 1
            yield asyncssh.SFTPName(b"roll-%d.csv" % number, attrs=asyncssh.SFTPAttrs(mtime=number))


class LongNames(asyncssh.SFTPServer):
    """A server whose files have names that together are longer than any honest folder's."""

    async def scandir(self, _path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        while True:
            yield asyncssh.SFTPName(b"x" * 1000, attrs=asyncssh.SFTPAttrs(mtime=1))
