"""Connections are kept for the next question, never more than allowed, and never a doubtful one."""

import asyncio
import gc
import ssl
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from adapters.network.bounds.bounded_answer import AnswerTooLarge
from adapters.network.egress import Egress
from adapters.network.http_client import DroppedError
from adapters.network.http_request import HttpRequest
from adapters.network.resolver import GuardedResolver
from adapters.network.wire.destination import Destination
from adapters.network.wire.pool import ConnectionPool
from tests.support.loopback import RawHandler, serving_raw
from tests.support.patience import patiently

MOST = 4096
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"


def leading_to(base: str) -> Destination | None:
    return Destination.of(base, ssl.create_default_context(), GuardedResolver(Egress.of([])))


@dataclass(frozen=True)
class Asking:
    base: str
    pool: ConnectionPool

    async def ask(self, path: str = "/", body: bytes | None = None) -> bytes:
        method = "GET" if body is None else "POST"
        request = HttpRequest(self.base + path, method, body=body)
        return (await self.pool.exchange(request)).content


@asynccontextmanager
async def asking(
    handler: RawHandler, most: int = 4, *, keeps: bool = True
) -> AsyncIterator[Asking]:
    async with serving_raw(handler) as base:
        to = leading_to(base)
        assert to is not None
        pool = ConnectionPool(to, most, MOST, frozenset({503}), keeps=keeps)
        try:
            yield Asking(base, pool)
        finally:
            await pool.aclose()


@dataclass
class Server:
    """Answers each request, and counts connections and what they said."""

    answer: bytes = ANSWER
    connections: int = 0
    at_once: int = 0
    most_at_once: int = 0
    heads: list[bytes] = field(default_factory=list)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                return
            self.heads.append(head)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            await asyncio.sleep(0)
            self.at_once -= 1
            writer.write(self.answer)


async def test_the_next_question_goes_over_the_connection_of_the_last() -> None:
    server = Server()
    async with asking(server.handle) as agency:
        assert [await agency.ask() for _ in range(5)] == [b"ab"] * 5
    assert server.connections == 1
    assert b"Accept-Encoding: identity\r\n" in server.heads[0]


async def test_a_source_with_effects_has_a_connection_for_each_request() -> None:
    server = Server()
    async with asking(server.handle, keeps=False) as agency:
        assert [await agency.ask() for _ in range(3)] == [b"ab"] * 3
    assert server.connections == 3
    assert b"Connection: close\r\n" in server.heads[0]


async def test_no_more_connections_are_open_than_the_agency_allows() -> None:
    server = Server()
    async with asking(server.handle, most=3) as agency:
        await asyncio.gather(*(agency.ask() for _ in range(20)))
    assert server.connections == 3
    assert server.most_at_once <= 3


@pytest.mark.parametrize("behind", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nXX"])
async def test_a_connection_that_ended_or_spoke_unasked_is_not_used_however_soon(
    behind: bytes,
) -> None:
    spoke = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER)
        await writer.drain()
        await asyncio.sleep(0)
        writer.write(behind)
        if not behind:
            writer.close()
        spoke.set()
        await reader.read()

    async with asking(handle) as agency:
        for _ in range(3):
            assert await agency.ask() == b"ab"
            await spoke.wait()  # what was said may be in the socket, and not with us
            spoke.clear()


async def test_a_kept_connection_keeps_nothing_of_the_child_it_was_asked_about() -> None:
    marked = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nxyzzy-%d\r\n" % 17
    server = Server(marked)
    async with asking(server.handle) as agency:
        assert b"xyzzy-17" in await agency.ask()
        kept = [held for held in gc.get_objects() if isinstance(held, list)]
        assert not [held for held in kept if b"xyzzy-17\r" in held]


@pytest.mark.parametrize("when", ["with the answer", "later"])
async def test_who_once_says_more_than_it_was_asked_has_no_connection_kept_again(when: str) -> None:
    # https://github.com/projectdiscovery/nuclei/pull/7671: each answer may be the last one's.
    heads, said = list[bytes](), asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        if len(heads) > 1:
            writer.write(ANSWER)
            return
        writer.write(ANSWER + ANSWER if when == "with the answer" else ANSWER)
        await writer.drain()
        await asyncio.sleep(0)
        if when == "later":
            writer.write(ANSWER)
            await writer.drain()
        said.set()

    async with asking(handle) as agency:
        await agency.ask()
        await said.wait()
        for _ in range(3):
            assert await patiently(agency.ask()) == b"ab"
    assert len(heads) == 4
    assert b"Connection: close" in heads[2]
    assert b"Connection: close" in heads[3]


@pytest.mark.parametrize(
    ("status", "again"),
    [(b"200 OK\r\nConnection: close", 2), (b"503 No", 1), (b"200 OK", 1)],
)
async def test_an_answer_says_whether_its_connection_goes_on(status: bytes, again: int) -> None:
    server = Server(b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\n\r\nab")
    async with asking(server.handle) as agency:
        await agency.ask()
        await agency.ask()
    assert server.connections == again


async def test_an_answer_that_comes_before_the_request_was_sent_is_read() -> None:
    gone = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 No\r\nContent-Length: 3\r\n\r\ntoo")
        await writer.drain()
        await gone.wait()  # the body is never read

    async with asking(handle) as agency:
        assert await patiently(agency.ask(body=b" " * 30_000_000)) == b"too"
        gone.set()


async def test_a_request_that_has_left_is_not_held_until_its_answer_comes() -> None:
    size, read, may_answer = 1_000_000, asyncio.Event(), asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for _ in range(size // 1000):
            await reader.readexactly(1000)
        read.set()
        await may_answer.wait()
        writer.write(ANSWER)

    async with asking(handle) as agency:
        body = b" " * size
        tracemalloc.start()
        try:
            asked = asyncio.create_task(agency.ask(body=body))
            await patiently(read.wait())
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        may_answer.set()
        assert await asked == b"ab"
    assert held < size // 2


async def test_a_server_that_closes_its_half_is_not_waited_for() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write_eof()
        await reader.read()

    async with asking(handle) as agency:
        with pytest.raises(DroppedError):
            await patiently(agency.ask())


async def test_whoever_gives_up_waiting_for_a_place_takes_none() -> None:
    server, hold = Server(), asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hold.wait()
        await server.handle(reader, writer)

    async with asking(handle, most=1) as agency:
        first, second = (asyncio.create_task(agency.ask()) for _ in range(2))
        await asyncio.sleep(0)
        second.cancel()
        hold.set()
        assert await patiently(first) == b"ab"
        assert await patiently(agency.ask()) == b"ab"


async def test_an_answer_that_is_too_long_ends_its_connection() -> None:
    server = Server(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"a" * 5000)
    async with asking(server.handle) as agency:
        for _ in range(2):
            with pytest.raises(AnswerTooLarge):
                await agency.ask()
    assert server.connections == 2


@pytest.mark.parametrize("value", ["a\r\nX-More: b", "a\nb", "a\0b"])
async def test_no_value_begins_a_header_of_its_own(value: str) -> None:
    server = Server()
    async with asking(server.handle) as agency:
        for request in (
            HttpRequest(agency.base, headers={"X-A": value}),
            HttpRequest(f"{agency.base}/{value}"),
            HttpRequest(agency.base, headers={value: "a"}),
        ):
            with pytest.raises(ValueError, match="header"):
                await agency.pool.exchange(request)
    assert server.connections == 0


@pytest.mark.parametrize(
    ("base", "authority"),
    [
        ("http://agency.example:80/fhir", "agency.example"),
        ("https://Agency.example:8443", "agency.example:8443"),
        ("http://[::1]:81/", "[::1]:81"),
        ("http://user@agency.example", None),
        ("http://127.1", None),
        ("http://2130706433", None),
        ("http://schüle.example", None),
    ],
)
def test_an_address_in_a_form_of_its_own_is_left_to_the_other_carrier(
    base: str, authority: str | None
) -> None:
    to = leading_to(base)
    assert (to and to.authority) == authority
