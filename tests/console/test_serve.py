"""Nobody holds a connection of the pages by sending, or taking, a byte now and then."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from console.serve import TimedProtocol

BEGUN = b"GET / HTTP/1.1\r\nHost: x\r\n"
WHOLE = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"


class Hurried(TimedProtocol):
    """The same with little patience."""

    head_s = 0.2
    request_s = 0.2


async def reading(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads what is sent along, to its end, before it answers."""
    assert scope["type"] == "http"
    while (await receive()).get("more_body"):
        continue
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(reading, http=Hurried, log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield listening.getsockname()[1]
        server.should_exit = True
        await serving


@pytest.mark.parametrize("begun", [b"", BEGUN, WHOLE], ids=["nothing", "a head", "a body"])
async def test_what_does_not_come_in_time_is_cut(begun: bytes) -> None:
    async with served() as port, asyncio.timeout(30):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(begun)
        try:
            assert await reader.read() == b""
        except ConnectionResetError:
            assert begun
        writer.close()


async def test_a_second_request_has_its_own_time_and_no_more() -> None:
    async with served() as port, asyncio.timeout(30):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(3):
            writer.write(WHOLE + b"123456789")
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204")
        writer.write(BEGUN)
        try:
            assert await reader.read() == b""
        except ConnectionResetError:
            assert reader.at_eof() or reader.exception()
        writer.close()
