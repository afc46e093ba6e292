"""A bounded server on loopback with a small application behind it, and clients that send bytes."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from starlette.types import Message, Receive, Scope, Send

from gateway.http.client_certificate import shown_to_clients
from gateway.http.connections.bounds import ConnectionBounds
from gateway.http.connections.renewed import of_kept
from gateway.http.connections.server import BoundedServer
from tests.support.patience import patiently

HOST: Final = b"Host: a\r\n"
GET: Final = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"
UNHURRIED: Final = ConnectionBounds(
    in_all=100,
    per_peer=100,
    per_person=100,
    handshake_s=60,
    head_s=60,
    body_s=60,
    send_s=60,
    idle_s=60,
    stop_s=0.2,
)


@dataclass(slots=True)
class Door:
    """The server, at `port`."""

    server: BoundedServer
    port: int

    async def sent(self, data: bytes) -> bytes:
        """All that comes back for these bytes until the server has no more to say."""
        async with self.client() as (reader, writer):
            writer.write(data)
            return await heard(reader)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.close()


@asynccontextmanager
async def door(app: Any, **bounds: Any) -> AsyncIterator[Door]:
    """Serve the application within these bounds, and no others that a test would meet."""
    listening = socket.create_server(("127.0.0.1", 0))
    shown = bounds.pop("shown", None)
    tls = None if shown is None else shown_to_clients(("--certificate", "--key"), shown, shown)
    server = BoundedServer(app, replace(UNHURRIED, **bounds), tls=of_kept(tls))
    port = listening.getsockname()[1]
    await server.startup(sockets=[listening])
    try:
        yield Door(server, port)
    finally:
        await server.shutdown()


async def heard(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the server closes, in order or not."""
    said = b""
    try:
        while more := await patiently(reader.read(65536)):
            said += more
    except ConnectionError:
        return said
    return said


async def read_whole(receive: Receive) -> bytes:
    """The body of a request; OSError if its client leaves first."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionResetError
        body += bytes(message["body"])
        if not message["more_body"]:
            return body


async def say(send: Send, body: bytes, status: int = 200) -> None:
    """A whole response."""
    length = str(len(body)).encode()
    begun: Message = {"type": "http.response.start", "status": status}
    await send({**begun, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": body})


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Say the method, the path and the body again."""
    body = await read_whole(receive)
    said = f"{scope['method']} {scope['path']} ".encode() + body
    headers = [name for name, _ in scope["headers"] if name.startswith(b"x-")]
    await say(send, said + b" ".join(headers))


def statuses(said: bytes) -> list[int]:
    """The statuses of all responses in these bytes."""
    parts = said.split(b"HTTP/1.1 ")[1:]
    return [int(part[:3]) for part in parts]
