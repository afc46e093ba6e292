"""Everything that goes wrong at an agency behind HTTP, each as raw bytes on a socket."""

import asyncio
import gzip
import re
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from tests.support.faults.soap_speech import LOGIN_FAULT, SERVER_FAULT, SOAP
from tests.support.faults.speech import ANOTHER, MARKER, Speech, written
from tests.support.faults.speeches import SPEECHES
from tests.support.loopback import RawHandler

HTML: Final = f"<html><body><h1>{MARKER}</h1>http://intranet.{MARKER}/login</body></html>".encode()
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_CLIENT = """scheme = "client_credentials"
token_url = "{url}/token"
client_id = {{ file = "id" }}
client_secret = {{ file = "secret" }}"""


@dataclass(frozen=True, slots=True)
class HttpFault:
    """One fault, what it must come to, and how to make it; None: nobody listens at all.

    `logs_in`: the source asks for a token at /token of the same server first. `speeches` are the
    kinds that can have it, all where it is left out.
    """

    name: str
    outcomes: frozenset[str]
    handler: Callable[[Speech], RawHandler] | None
    conclusive: bool = True
    logs_in: bool = False
    speeches: frozenset[str] | None = None

    @property
    def waits(self) -> bool:
        """Whether it lasts as long as the question."""
        return self.outcomes == {"TIMEOUT"}

    def fits(self, speech: Speech) -> bool:
        """Whether an agency that speaks so can have this fault."""
        return self.speeches is None or speech.kind in self.speeches

    def auth(self, url: str) -> str:
        """The [auth] table of the source's manifest."""
        return _CLIENT.format(url=url) if self.logs_in else 'scheme = "none"'


def response(status: int, media_type: str, body: bytes, *more: str) -> bytes:
    """A whole HTTP response, the marker in its headers; `more` are further header lines."""
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        f"Content-Type: {media_type}",
        f"Content-Length: {len(body)}",
        f"X-Served-By: {MARKER}",
        f"Set-Cookie: {MARKER}={MARKER}",
        "Connection: close",
        *more,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def request_line(reader: asyncio.StreamReader) -> str:
    """The first line of a request that is read to its end."""
    head = await reader.readuntil(b"\r\n\r\n")
    if length := _LENGTH.search(head):
        await reader.readexactly(int(length.group(1)))
    return head.partition(b"\r\n")[0].decode()


def says(raw: bytes) -> RawHandler:
    """A server that answers everything with these bytes and closes."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_line(reader)
        writer.write(raw)
        await writer.drain()

    return handler


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accepts, reads, and says nothing until the caller gives up."""
    while await reader.read(1024):
        pass
    writer.close()


async def closing_at_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accepts and closes at once."""
    writer.close()


def reset(writer: asyncio.StreamWriter) -> None:
    """Close so that the other end sees a reset."""
    linger_not = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_not)
    writer.close()


def resetting(raw: bytes) -> RawHandler:
    """Sends these bytes, then resets the connection."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_line(reader)
        writer.write(raw)
        await writer.drain()
        reset(writer)

    return handler


def dripping(raw: bytes) -> RawHandler:
    """Sends a byte now and then, never all of them."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_line(reader)
        for index in range(len(raw)):
            writer.write(raw[index : index + 1])
            await writer.drain()
            if reader.at_eof():
                break
            await asyncio.sleep(0.05)

    return handler


def _plain(status: int, media_type: str, body: bytes, *more: str) -> Callable[[Speech], RawHandler]:
    return lambda _: says(response(status, media_type, body, *more))


def _body(make: Callable[[Speech], bytes], *more: str) -> Callable[[Speech], RawHandler]:
    return lambda speech: says(response(200, speech.media_type, make(speech), *more))


def _token_then(raw: Callable[[Speech], bytes]) -> Callable[[Speech], RawHandler]:
    token = response(200, "application/json", b'{"access_token": "zqmarker", "expires_in": 60}')

    def make(speech: Speech) -> RawHandler:
        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            line = await request_line(reader)
            writer.write(token if "/token" in line else raw(speech))
            await writer.drain()

        return handler

    return make


def _redirecting(speech: Speech) -> RawHandler:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await request_line(reader)
        there = f"Location: /elsewhere?{MARKER}"
        found = response(200, speech.media_type, speech.found())
        writer.write(found if "elsewhere" in line else response(302, "text/html", HTML, there))
        await writer.drain()

    return handler


def _nobody(*more: str) -> Callable[[Speech], RawHandler]:
    def make(speech: Speech) -> RawHandler:
        status, body = speech.nobody
        return says(response(status, speech.media_type, body, *more))

    return make


def _wrong_types() -> Iterator[HttpFault]:
    for speech in SPEECHES:
        for index, body in enumerate(speech.wrong_types):
            yield _only(speech, f"has wrong types ({index})", body)
        for index, body in enumerate(speech.bombs):
            yield _only(speech, f"sends a payload bomb ({index})", body)


def _only(speech: Speech, name: str, body: bytes) -> HttpFault:
    kinds = frozenset({speech.kind})
    return HttpFault(name, frozenset({"INVALID_RESPONSE"}), _body(lambda _: body), speeches=kinds)


def _cut(raw: bytes, share: float) -> bytes:
    return raw[: int(len(raw) * share)]


def _endless(speech: Speech) -> RawHandler:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {speech.media_type}\r\nX: {MARKER}\r\n\r\n"

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_line(reader)
        writer.write(head.encode())
        with suppress(ConnectionError):
            while not reader.at_eof():
                writer.write(b" " * 65536)
                await writer.drain()

    return handler


def _bomb(_: Speech) -> bytes:
    return gzip.compress(b" " * 20_000_000)


_TOKEN_JSON = "application/json"
_A_PROXY: Final = written({"code": "NO_ROUTE", "message": MARKER})

HTTP_FAULTS: Final = (
    HttpFault("refuses the connection", frozenset({"UNAVAILABLE"}), None),
    HttpFault("hangs", frozenset({"TIMEOUT"}), lambda _: silent),
    HttpFault("closes without a word", frozenset({"UNAVAILABLE"}), lambda _: closing_at_once),
    HttpFault("resets before its answer", frozenset({"UNAVAILABLE"}), lambda _: resetting(b"")),
    HttpFault(
        "resets midway",
        frozenset({"UNAVAILABLE", "INVALID_RESPONSE"}),
        lambda s: resetting(_cut(response(200, s.media_type, s.found()), 0.8)),
    ),
    HttpFault(
        "closes midway",
        frozenset({"INVALID_RESPONSE"}),
        lambda s: says(_cut(response(200, s.media_type, s.found()), 0.8)),
    ),
    HttpFault(
        "drips",
        frozenset({"TIMEOUT"}),
        lambda s: dripping(response(200, s.media_type, s.found())),
    ),
    HttpFault(
        "stands behind a proxy's 404 page",
        frozenset({"INVALID_RESPONSE"}),
        _plain(404, "text/html", HTML),
    ),
    HttpFault(
        "stands behind a gateway's 404 in JSON",
        frozenset({"INVALID_RESPONSE"}),
        _plain(404, "application/json", _A_PROXY),
    ),
    HttpFault("answers 401", frozenset({"REFUSED"}), _plain(401, "text/html", HTML)),
    HttpFault("answers 403", frozenset({"REFUSED"}), _plain(403, "application/json", _A_PROXY)),
    HttpFault(
        "answers 429", frozenset({"BUSY"}), _plain(429, "text/html", HTML, "Retry-After: 120")
    ),
    HttpFault("answers 500", frozenset({"UNAVAILABLE"}), _plain(500, "text/html", HTML)),
    HttpFault("answers 502", frozenset({"UNAVAILABLE"}), _plain(502, "text/html", HTML)),
    HttpFault("answers 503", frozenset({"UNAVAILABLE"}), _plain(503, "application/json", _A_PROXY)),
    HttpFault("answers 204", frozenset({"INVALID_RESPONSE"}), _plain(204, "text/plain", b"")),
    HttpFault(
        "answers part of the content (206)",
        frozenset({"INVALID_RESPONSE"}),
        lambda s: says(response(206, s.media_type, s.found())),
    ),
    HttpFault("has an empty body", frozenset({"INVALID_RESPONSE"}), _body(lambda _: b"")),
    HttpFault(
        "truncates its JSON",
        frozenset({"INVALID_RESPONSE"}),
        _body(lambda s: _cut(s.found(), 0.8)),
    ),
    HttpFault(
        "sends an HTML page with 200",
        frozenset({"INVALID_RESPONSE"}),
        _plain(200, "text/html", HTML),
    ),
    HttpFault("sends an HTML page as JSON", frozenset({"INVALID_RESPONSE"}), _body(lambda _: HTML)),
    HttpFault("sends null", frozenset({"INVALID_RESPONSE"}), _body(lambda _: b"null")),
    HttpFault("sends a bare list", frozenset({"INVALID_RESPONSE"}), _body(lambda _: b"[]")),
    HttpFault(
        "sends no UTF-8", frozenset({"INVALID_RESPONSE"}), _body(lambda _: b'{"a": "\xff\xfe"}')
    ),
    HttpFault("sends no HTTP", frozenset({"INVALID_RESPONSE"}), lambda _: says(HTML + b"\r\n\r\n")),
    *_wrong_types(),
    HttpFault(
        "has a huge body", frozenset({"INVALID_RESPONSE"}), _body(lambda speech: speech.padded)
    ),
    HttpFault("never ends its body", frozenset({"INVALID_RESPONSE"}), _endless),
    HttpFault(
        "has a fault of its database",
        frozenset({"UNAVAILABLE"}),
        lambda _: says(response(500, "text/xml", SERVER_FAULT)),
        speeches=frozenset({SOAP.kind}),
    ),
    HttpFault(
        "has a fault of our login",
        frozenset({"REFUSED"}),
        lambda _: says(response(500, "text/xml", LOGIN_FAULT)),
        speeches=frozenset({SOAP.kind}),
    ),
    HttpFault(
        "sends a bomb",
        frozenset({"INVALID_RESPONSE"}),
        _body(_bomb, "Content-Encoding: gzip"),
    ),
    HttpFault(
        "sends broken compression",
        frozenset({"INVALID_RESPONSE"}),
        _body(lambda _: HTML, "Content-Encoding: gzip"),
    ),
    HttpFault(
        "sends another child's record",
        frozenset({"INVALID_RESPONSE"}),
        _body(lambda s: s.found(ANOTHER)),
    ),
    HttpFault(
        "sends more children than it may",
        frozenset({"AMBIGUOUS"}),
        _body(lambda s: s.children(4)),
    ),
    HttpFault("redirects", frozenset({"INVALID_RESPONSE"}), _redirecting),
    HttpFault(
        "has nothing by a key that proves nothing",
        frozenset({"NONE_FOUND"}),
        _nobody(),
        conclusive=False,
    ),
    HttpFault(
        "takes a login token for expired",
        frozenset({"REFUSED"}),
        _token_then(lambda _: response(401, "text/html", HTML)),
        logs_in=True,
    ),
    HttpFault(
        "has a login that is wrong",
        frozenset({"REFUSED"}),
        _plain(400, _TOKEN_JSON, b'{"error": "invalid_client", "error_description": "zqmarker"}'),
        logs_in=True,
    ),
    HttpFault(
        "has a login page for a token",
        frozenset({"INVALID_RESPONSE"}),
        _plain(200, "text/html", HTML),
        logs_in=True,
    ),
    HttpFault(
        "has a login of broken JSON",
        frozenset({"INVALID_RESPONSE"}),
        _plain(200, _TOKEN_JSON, b'{"access_token": "zq\\nmarker"}'),
        logs_in=True,
    ),
    HttpFault("hangs at the login", frozenset({"TIMEOUT"}), lambda _: silent, logs_in=True),
    HttpFault(
        "fails at the login",
        frozenset({"UNAVAILABLE"}),
        _plain(500, "text/html", HTML),
        logs_in=True,
    ),
)


def unheard() -> tuple[socket.socket, int]:
    """A port that nobody listens at, kept so that nobody else gets it."""
    kept: Any = socket.socket()
    kept.bind(("127.0.0.1", 0))
    return kept, kept.getsockname()[1]
