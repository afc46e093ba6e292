"""Whoever is sent away, for whatever cause: an event tells that cause, and no other."""

import asyncio
import resource
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

import pytest
from structlog.testing import capture_logs

from gateway.http.connections import refusals
from gateway.http.connections.peers import DeclaredProxies
from tests.support.adapters.tls import CertificateAuthority
from tests.support.door import GET, HOST, Door, door, echo, heard, say
from tests.support.patience import patiently

SOON: Final = 0.3
POST: Final = b"POST / HTTP/1.1\r\n" + HOST
SPOKEN_FOR: Final = DeclaredProxies((ip_network("127.0.0.1/32"),), speak_proxy=True)
Act = Callable[[Door], Awaitable[None]]


def sends(data: bytes) -> Act:
    async def act(served: Door) -> None:
        await served.sent(data)

    return act


async def waits(served: Door) -> None:
    """Connect, say nothing, and be cut."""
    async with served.client() as (reader, _):
        await heard(reader)


async def crowds(served: Door) -> None:
    async with served.client() as (reader, writer):
        writer.write(GET)
        await patiently(reader.readuntil(b"\r\n\r\n"))
        await served.sent(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))


async def reads_nothing(served: Door) -> None:
    with socket.create_connection(("127.0.0.1", served.port)) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.send(GET)
        await patiently(nobody_is_left(served))


async def nobody_is_left(served: Door) -> None:
    here = served.server.server_state.connections
    while not here:  # noqa: ASYNC110  uvicorn keeps them in a set and says nothing
        await asyncio.sleep(0)
    while here:  # noqa: ASYNC110
        await asyncio.sleep(0.02)


async def finds_no_descriptor(served: Door) -> None:
    with ExitStack() as held, no_more_files(held, served.port):
        await asyncio.sleep(SOON)


@contextmanager
def no_more_files(held: ExitStack, port: int) -> Iterator[None]:
    """A process that may open no more files, with somebody at its door."""
    client = held.enter_context(socket.socket())
    client.settimeout(0)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    none_at_all = 0  # not one, as another may be given back meanwhile
    resource.setrlimit(resource.RLIMIT_NOFILE, (none_at_all, hard))
    try:
        with suppress(BlockingIOError):
            client.connect(("127.0.0.1", port))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def endless(_: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    with suppress(OSError):
        for _each in range(2000):
            await send({"type": "http.response.body", "body": b"a" * 65536, "more_body": True})


async def slow(_: Any, __: Any, send: Any) -> None:
    await asyncio.sleep(0.1)
    await say(send, b"late")


CHUNKED: Final = POST + b"Transfer-Encoding: chunked\r\n\r\n"
WAYS: Final[Mapping[str, tuple[Act, Mapping[str, Any]]]] = {
    refusals.MALFORMED: (sends(b"GET / HTTP/1.1\r\n\r\n"), {}),
    refusals.NOT_PROXIED: (sends(GET), {"proxies": SPOKEN_FOR}),
    refusals.NO_DESCRIPTORS: (finds_no_descriptor, {}),
    refusals.NO_HANDSHAKE: (sends(GET), {"shown": True}),
    refusals.TOO_SLOW_TO_READ: (reads_nothing, {"app": endless, "send_s": SOON}),
    refusals.TOO_SLOW_TO_SHAKE_HANDS: (waits, {"shown": True, "handshake_s": SOON}),
    "too_slow": (sends(GET[:20]), {"head_s": SOON}),
    "body_too_large": (sends(CHUNKED + b"1;" + b"a" * 40_000), {}),
    "address_too_long": (sends(b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n"), {}),
    "expectation_unknown": (sends(POST + b"Expect: the-unexpected\r\n\r\n"), {}),
    "too_many_at_once": (sends(GET * 40_000), {"app": slow}),
    "headers_too_large": (sends(b"GET / HTTP/1.1\r\nX: " + b"a" * 33_000), {}),
    "coding_unknown": (sends(POST + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n"), {}),
    "too_many": (crowds, {"in_all": 1, "per_peer": 1}),
    "version_unknown": (sends(b"GET /\r\n\r\n"), {}),
}


def test_there_is_a_way_to_every_cause() -> None:
    named = [getattr(refusals, name) for name in dir(refusals) if name.isupper()]
    own = {each for each in named if isinstance(each, str)}
    assert {*WAYS} == own | {*refusals.CAUSE.values()}


@pytest.mark.parametrize("cause", WAYS)
async def test_an_event_tells_the_cause(cause: str, tmp_path: Path) -> None:
    act, bounds = WAYS[cause]
    given = dict(bounds)
    if given.pop("shown", False):
        file = tmp_path / "own.pem"
        file.touch(mode=0o600)
        pem = CertificateAuthority.called("door").signs()
        file.write_text(pem.certificate + pem.key)
        given["shown"] = file
    with capture_logs() as events:
        async with door(given.pop("app", echo), **given) as served:
            with suppress(ConnectionError, ssl.SSLError):
                await act(served)
    told = {each["cause"] for each in events if each["event"] == "connections_refused"}
    assert told == {cause}
