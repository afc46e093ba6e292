"""A splice of bytes: the least that asking every agency can cost in Python.

It decodes no answer. The part of each that is the record goes as it came into the answer.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final, cast
from urllib.parse import urlsplit

import orjson
import uvloop

from bench.peers.python.served import agencies, told

URLS: Final = agencies()
_END: Final = b"\r\n\r\n"
_ASKS: Final = b"GET /children?nhs=%b&born=%b HTTP/1.1\r\nHost: agency\r\n\r\n"
_BEGINS: Final = b'"children":['
_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
_IDLE: Final[dict[str, list["_Line"]]] = {name: [] for name in URLS}


@dataclass(slots=True)
class _Line(asyncio.Protocol):
    """A connection to an agency, with at most one request under way."""

    transport: Any = None
    received: bytearray = field(default_factory=bytearray)
    done: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, end, rest = bytes(self.received).partition(_END)
        if end and self.done is not None:
            length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
            if len(rest) >= length:
                self.received.clear()
                self.done.set_result(rest[rest.index(_BEGINS) + len(_BEGINS) : -2])


async def asked(agency: str, nhs: str, born: str) -> bytes:
    """The agency's record, as its bytes."""
    if not _IDLE[agency]:
        place = urlsplit(URLS[agency])
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(_Line, place.hostname or "", place.port or 0)
        _IDLE[agency].append(made)
    line = _IDLE[agency].pop()
    line.done = asyncio.get_running_loop().create_future()
    line.transport.write(_ASKS % (nhs.encode(), born.encode()))
    found = await line.done
    _IDLE[agency].append(line)
    return found


@dataclass(slots=True)
class _Server(asyncio.Protocol):
    """A connection of who asks."""

    transport: asyncio.Transport | None = None
    received: bytearray = field(default_factory=bytearray)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, end, rest = bytes(self.received).partition(_END)
        if not end:
            return
        length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
        if len(rest) >= length:
            self.received.clear()
            task = asyncio.get_running_loop().create_task(self._answer(rest))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _answer(self, body: bytes) -> None:
        variables = orjson.loads(body)["variables"]
        born = variables.pop("born")
        children = [(name[1:], nhs) for name, nhs in variables.items()]
        keys = [(f"{agency}_{at}", agency, nhs) for at, nhs in children for agency in URLS]
        found = await asyncio.gather(*(asked(agency, nhs, born) for _, agency, nhs in keys))
        named = zip((key.encode() for key, _, _ in keys), found, strict=True)
        content = b'{"data":{%b}}' % b",".join(b'"%b":%b' % each for each in named)
        if self.transport is not None:
            self.transport.write(_HEAD % len(content) + content)


async def main() -> None:
    """Serve until the process is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Server, "127.0.0.1", 0)
    told(server.sockets[0].getsockname()[1])
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
