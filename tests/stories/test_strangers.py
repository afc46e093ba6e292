"""A stranger without a token does their worst to a gateway, and nobody else notices."""

import asyncio
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp

from gateway.http.connections.descriptors import raise_descriptors
from gateway.identity.development_token import issue
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.door import GET, HOST, heard, statuses
from tests.support.edge import QUESTION
from tests.support.loopback import serving
from tests.support.patience import patiently
from tests.support.served_gateway import Served, started
from tests.support.town import PRACTITIONER, settings_for

# As many open files as a process has where nobody gave it more.
_LIMITED: Final = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
os.execv(sys.argv[1], sys.argv[1:])
"""
FEW_FILES: Final = (sys.executable, "-c", _LIMITED)
HALF: Final = GET[:20]
SLOW: Final = (
    b"POST /graphql HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
    b"Content-Length: 9\r\n\r\n"
)
QUICK: Final[dict[str, Any]] = {
    "connections__head": 1,
    "connections__body": 1,
    "connections__send": 1,
}
NOTICED_S: Final = 20.0  # on a busy machine


@asynccontextmanager
async def gateway_with_few_files(folder: Path) -> AsyncIterator[Served]:
    async with serving(AgencyServer().answer) as url:
        settings = settings_for(folder, [rest_source("spine", url, claims=AUTHORITY)], **QUICK)
        async with started(folder, settings, *FEW_FILES) as gateway:
            yield gateway


@asynccontextmanager
async def unnoticed(gateway: Served) -> AsyncIterator[asyncio.Event]:
    """Another person asks all the while, on new connections, and is answered soon.

    The event is set at each answer.
    """
    seen: list[tuple[int, float]] = []
    answered = asyncio.Event()

    async def ask() -> None:
        token = issue(PRACTITIONER, gateway.settings, now=time.time(), lifetime_s=60)
        headers = {"Authorization": f"Bearer {token}"}
        while True:
            began = time.monotonic()
            async with (
                aiohttp.ClientSession() as session,
                session.post(f"{gateway.url}/graphql", json=QUESTION, headers=headers) as answer,
            ):
                said = await answer.json()
                seen.append((answer.status, time.monotonic() - began))
                assert said["data"]["child"]["completeness"]["complete"] is True
                answered.set()

    asking = asyncio.create_task(ask())
    await patiently(answered.wait())
    seen.clear()  # the first question of a process is slower than any
    try:
        yield answered
        answered.clear()
        await patiently(answered.wait())
    finally:
        asking.cancel()
        (ended,) = await asyncio.gather(asking, return_exceptions=True)
    assert isinstance(ended, asyncio.CancelledError), ended
    assert {status for status, _ in seen} == {200}
    assert max(took for _, took in seen) < NOTICED_S


async def sent(gateway: Served, data: bytes) -> bytes:
    host, port = gateway.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(data)
        return await heard(reader)
    finally:
        writer.close()


def connect(gateway: Served) -> socket.socket:
    host, port = gateway.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=10)


def held_until_refused(client: socket.socket) -> bytes:
    said = b""
    while more := client.recv(65536):
        said += more
    return said


async def test_one_header_without_end_is_refused_and_nobody_else_waits(tmp_path: Path) -> None:
    async with gateway_with_few_files(tmp_path) as gateway, unnoticed(gateway):
        for begun in (b"GET / HTTP/1.1\r\nX: ", b"GET / HTTP/1.1\r\n" + HOST + b"Cookie: "):
            said = await sent(gateway, begun + b"a" * 4_000_000)
            assert statuses(said) == [431]
        assert statuses(await sent(gateway, b"GET /" + b"a" * 4_000_000)) == [414]
        assert statuses(await sent(gateway, SLOW.replace(b" 9", b" 9" * 30))) == [400]
        assert statuses(await sent(gateway, SLOW + b"slow")) == [408]
        assert statuses(await sent(gateway, HALF)) == [408]


async def test_more_half_requests_than_there_are_open_files_keep_nobody_out(
    tmp_path: Path,
) -> None:
    raise_descriptors()  # a test has them all, too
    async with gateway_with_few_files(tmp_path) as gateway, unnoticed(gateway) as answered:
        with ExitStack() as held:
            for number in range(1100):
                client = held.enter_context(connect(gateway))
                client.send((HALF, SLOW, b"")[number % 3])
                if number % 50 == 0:
                    answered.clear()
                    await patiently(answered.wait())
            assert statuses(await asyncio.to_thread(held_until_refused, client)) in ([], [408])


async def test_a_gateway_that_strangers_hold_stops_when_it_is_told(tmp_path: Path) -> None:
    async with gateway_with_few_files(tmp_path) as gateway:
        with ExitStack() as held:
            for begun in (b"", HALF, SLOW, GET):
                held.enter_context(connect(gateway)).send(begun)
            began = time.monotonic()
            assert await gateway.stop() == 0
            assert time.monotonic() - began < gateway.settings.connections.stop + 20
