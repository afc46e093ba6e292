"""What is no request, or may be read in two ways, is refused before anybody answers it."""

import asyncio
from typing import Final

import pytest
from starlette.types import Receive, Scope, Send

from tests.support.door import GET, HOST, door, echo, heard, statuses

POST: Final = b"POST / HTTP/1.1\r\n" + HOST
CHUNKED: Final = POST + b"Transfer-Encoding: chunked\r\n\r\n"
OVER: Final = b"0\r\n\r\n"
CLOSE: Final = b"Connection: close\r\n\r\n"

REFUSED: Final = {
    "a header of more than 32 KiB": (b"GET / HTTP/1.1\r\nX: " + b"a" * 33_000, 431),
    "ten thousand headers": (b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 10_000, 431),
    "a hundred and one headers": (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n" * 100 + b"\r\n", 431),
    "empty lines without an end": (b"\r\n" * 20_000, 431),
    "a long address": (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n", 414),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two hosts": (b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
    "a host with a user": (b"GET / HTTP/1.1\r\nHost: jonah@a\r\n\r\n", 400),
    "a host with a path": (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    "a host of two": (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    "a host with a port that is none": (b"GET / HTTP/1.1\r\nHost: a:123456\r\n\r\n", 400),
    "a host that is an address in part": (b"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400),
    "an address with a fragment": (b"GET /#a HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a whole address with a user": (b"GET http://jonah@a/ HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a whole address of nobody": (b"GET http:///a HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "HTTP/0.9": (b"GET /\r\n\r\n", 505),
    "HTTP/2 without a word": (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", 505),
    "the preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "a version that is none": (b"GET / HTTP/1.9\r\n" + HOST + b"\r\n", 400),
    "a method that is none": (b"JONAH / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "a tunnel": (b"CONNECT agency.example:443 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "NUL in a value": (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n", 400),
    "NUL in a name": (b"GET / HTTP/1.1\r\n" + HOST + b"X\0: a\r\n\r\n", 400),
    "NUL in the address": (b"GET /\0 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a folded header": (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\n\r\n", 400),
    "bare LF": (b"GET / HTTP/1.1\nHost: a\n\n", 400),
    "bare LF after one header": (b"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400),
    "bare CR": (b"GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400),
    "a space before the colon": (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    "a header without a name": (b"GET / HTTP/1.1\r\n" + HOST + b": a\r\n\r\n", 400),
    "a length and chunks": (POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    "chunks and a length": (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400),
    "two lengths": (POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", 400),
    "one length twice": (POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde", 400),
    "two lengths in one": (POST + b"Content-Length: 5, 5\r\n\r\nabcde", 400),
    "a signed length": (POST + b"Content-Length: +5\r\n\r\nabcde", 400),
    "a negative length": (POST + b"Content-Length: -5\r\n\r\nabcde", 400),
    "an endless length": (POST + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n", 400),
    "an empty length": (POST + b"Content-Length: \r\n\r\nabcde", 400),
    "a coding that is like chunked": (POST + b"Transfer-Encoding: xchunked\r\n\r\n" + OVER, 501),
    "another coding": (POST + b"Transfer-Encoding: identity\r\n\r\n" + OVER, 501),
    "two codings": (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + OVER, 501),
    "chunked, and another": (POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n" + OVER, 400),
    "chunked behind a control": (POST + b"Transfer-Encoding:\x0bchunked\r\n\r\n" + OVER, 400),
    "chunks in HTTP/1.0": (CHUNKED.replace(b"/1.1", b"/1.0") + OVER, 400),
    "a negative chunk": (CHUNKED + b"-1\r\n\r\n", 400),
    "a chunk in C": (CHUNKED + b"0x1\r\na\r\n" + OVER, 400),
    "an endless chunk": (CHUNKED + b"f" * 17 + b"\r\na\r\n", 400),
    "a chunk that spills": (CHUNKED + b"1\r\nabc\r\n" + OVER, 400),
    "chunks that end in LF": (CHUNKED + b"1\na\n0\n\n", 400),
    "LF in a chunk's extension": (CHUNKED + b"1;a\nb\r\na\r\n" + OVER, 400),
    "a flood of extensions": (CHUNKED + b"1;" + b"a" * 40_000, 413),
    "a flood of one-byte chunks": (CHUNKED + b"1\r\na\r\n" * 20_000, 413),
    "a flood of trailers": (CHUNKED + b"0\r\n" + b"X: a\r\n" * 10_000, 413),
    "an expectation": (POST + b"Expect: the-unexpected\r\n\r\n", 417),
    "a header of a proxy that is none": (b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + GET, 400),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_cannot_be_served_is_refused_with_its_status(name: str) -> None:
    data, status = REFUSED[name]
    async with door(echo) as served:
        said = await served.sent(data)
        assert statuses(said) == [status]
        assert b"Connection: close" in said
        assert statuses(await served.sent(GET.replace(b"\r\n\r\n", b"\r\n" + CLOSE))) == [200]


@pytest.mark.parametrize("name", REFUSED)
async def test_a_refusal_is_the_same_in_however_many_pieces_the_request_comes(name: str) -> None:
    data, status = REFUSED[name]
    if len(data) > 200:
        return
    async with door(echo) as served, served.client() as (reader, writer):
        for place in range(len(data)):
            writer.write(data[place : place + 1])
            await writer.drain()
        assert statuses(await reader.read()) == [status]


SERVED: Final = {
    "a whole address": (b"GET http://elsewhere.example/a HTTP/1.1\r\n" + HOST + CLOSE, b"GET /a "),
    "HTTP/1.0": (b"GET /a HTTP/1.0\r\n\r\n", b"GET /a "),
    "empty lines before": (b"\r\n\r\nGET /a HTTP/1.1\r\n" + HOST + CLOSE, b"GET /a "),
    "chunks": (
        CHUNKED.replace(b"\r\n\r\n", b"\r\n" + CLOSE) + b"1;x=y\r\na\r\n" + OVER,
        b"POST / a",
    ),
    "HTTP/2 offered": (
        b"GET /a HTTP/1.1\r\n" + HOST + b"Connection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n",
        b"GET /a ",
    ),
    "HTTP/2 offered with a body": (
        POST + b"Upgrade: h2c\r\nContent-Length: 1\r\nConnection: Upgrade, close\r\n\r\nb",
        b"POST / b",
    ),
    "HTTP/2 offered with chunks": (
        CHUNKED.replace(b"\r\n\r\n", b"\r\nUpgrade: h2c\r\nConnection: Upgrade, close\r\n\r\n")
        + b"1\r\na\r\n"
        + OVER,
        b"POST / a",
    ),
    "a web socket wanted": (
        b"GET /a HTTP/1.1\r\n" + HOST + b"Connection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n",
        b"GET /a ",
    ),
    "more after the last": (b"GET /a HTTP/1.1\r\n" + HOST + CLOSE + GET, b"GET /a "),
    "one who has nothing more to send": (
        POST + b"Content-Length: 1\r\n" + CLOSE + b"b",
        b"POST / b",
    ),
}


@pytest.mark.parametrize("name", SERVED)
async def test_what_is_unusual_and_clear_is_answered_once(name: str) -> None:
    data, answer = SERVED[name]
    async with door(echo) as served:
        said = await served.sent(data)
        assert statuses(said) == [200]
        assert said.endswith(answer)


async def test_requests_sent_at_once_are_answered_in_order_and_no_more_than_may_wait() -> None:
    async with door(echo) as served:
        many = b"".join(b"GET /%d HTTP/1.1\r\n" % n + HOST + b"\r\n" for n in range(9))
        said = await served.sent(many.replace(b"GET /8", b"JONAH /8"))
        assert statuses(said) == [200] * 8 + [400]
        assert [said.index(b"GET /%d " % n) for n in range(8)] == sorted(
            said.index(b"GET /%d " % n) for n in range(8)
        )
        assert statuses(await served.sent(GET * 2000)) == [200] * 9 + [429]


@pytest.mark.parametrize("first", [4_000, 70_000])
async def test_a_body_that_comes_while_an_earlier_request_is_answered_is_read(first: int) -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/0":
            asked.set()
            await may_go.wait()
        await echo(scope, receive, send)

    asked, may_go = asyncio.Event(), asyncio.Event()
    body = b"b" * 90_000
    later = b"POST /1 HTTP/1.1\r\n" + HOST + b"Content-Length: 90000\r\n\r\n" + body
    async with door(slow) as served, served.client() as (reader, writer):
        writer.write(b"GET /0 HTTP/1.1\r\n" + HOST + b"\r\n" + later[:first])
        await asked.wait()
        writer.write(later[first:] + b"GET /2 HTTP/1.1\r\n" + HOST + CLOSE)
        await writer.drain()
        may_go.set()
        said = await heard(reader)
        assert statuses(said) == [200] * 3
        assert body in said
        assert said.endswith(b"GET /2 ")


async def test_who_waits_to_be_let_on_is_let_on() -> None:
    async with door(echo) as served, served.client() as (reader, writer):
        writer.write(POST + b"Content-Length: 1\r\nExpect: 100-continue\r\n" + CLOSE)
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"b")
        assert (await reader.read()).endswith(b"POST / b")


async def test_a_trailer_is_no_header() -> None:
    async with door(echo) as served:
        said = await served.sent(
            CHUNKED.replace(b"\r\n\r\n", b"\r\n" + CLOSE) + b"1\r\na\r\n0\r\nX-Late: b\r\n\r\n"
        )
        assert said.endswith(b"POST / a")
