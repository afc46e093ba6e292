"""Whatever a client sends to production, nobody is asked, nothing is kept, and it is told why.

The checks that graphql-cop and clairvoyance make are written here from what they say of themselves.
"""

import asyncio
import gc
import json
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psutil
import pytest

from tests.support.edge import QUESTION, Edge, edge
from tests.support.gateway.trusted_gateway import AGENCIES, trusted_gateway

INTROSPECT: Final = "{ __schema { types { fields { type { fields { type { name } } } } } } }"
# What graphql-cop tries, by the finding that it would report.
COP: Final[dict[str, Any]] = {
    "alias overloading": {"query": "{ " + " ".join(f"a{n}: __typename" for n in range(101)) + " }"},
    "array batching": [{"query": "{ __typename }"}] * 10,
    "directive overloading": {"query": "{ __typename" + " @aa" * 10 + " }"},
    "field duplication": {"query": "{" + " __typename" * 500 + " }"},
    "field suggestions": {"query": "{ agencie { id } }"},
    "introspection": {"query": INTROSPECT},
    "circular introspection": {
        "query": "{ __schema { types { " + "fields { type { " * 5 + "name" + " } }" * 5 + " } } }"
    },
    "trace mode": {"query": "{ __typename }", "extensions": {"tracing": True}},
    "unhandled errors": {"query": "qwerty"},
}


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Edge]:
    async with trusted_gateway(tmp_path) as opened:
        yield opened


def resident() -> int:
    """The bytes that this process, with the gateway in it, holds now."""
    gc.collect()
    return int(psutil.Process().memory_info().rss)


async def test_graphql_cop_would_find_nothing(gateway: Edge) -> None:
    for finding, body in COP.items():
        said = await gateway.send(body)
        assert said.status == 400, finding
        assert "data" not in json.loads(said.text), finding
        assert said.code in {"DOCUMENT_NOT_TRUSTED", "BODY_INVALID"}, finding
        assert not any(w in said.text for w in ("Did you mean", "Traceback", "tracing", "qwerty"))
    for query in (AGENCIES, "mutation { __typename }"):
        url = f"{gateway.town.url}/graphql"
        async with gateway.town.session.get(url, params={"query": query}) as got:
            assert got.status == 405
        form = {"query": query}
        async with gateway.town.session.post(url, data=form) as posted:
            assert posted.status == 415
    for path in ("/", "/graphiql", "/playground", "/console", "/graphql"):
        async with gateway.town.session.get(f"{gateway.town.url}{path}") as page:
            assert page.status in {404, 405}


async def test_clairvoyance_learns_the_same_of_every_word(gateway: Edge) -> None:
    words = ("child", "chld", "agencies", "agencie", "nothing", "id", "__type", "query")
    forms = ("{ %s }", "{ %s { x } }", "query($v: %s) { x }", "{ x(%s: 1) }", "mutation { %s }")
    said = {(await gateway.send({"query": form % word})).text for word in words for form in forms}
    assert len(said) == 1
    assert not any(word in text for word in ("child", "agencies") for text in said)


async def test_under_free_documents_the_limits_and_no_more_stop_the_same(tmp_path: Path) -> None:
    async with edge(tmp_path) as gateway:
        codes = {
            name: (await gateway.send(body)).code
            for name, body in COP.items()
            if name not in {"introspection", "trace mode"}
        }
    assert codes == {
        "alias overloading": "TOO_MANY_ALIASES",
        "array batching": "BODY_INVALID",
        "directive overloading": "DOCUMENT_TOO_COMPLEX",
        "field duplication": "DOCUMENT_TOO_COMPLEX",
        "field suggestions": "DOCUMENT_INVALID",
        "circular introspection": "DOCUMENT_INVALID",
        "unhandled errors": "DOCUMENT_INVALID",
    }


BODIES: Final[dict[str, tuple[bytes, int]]] = {
    "brackets within the limit": (b"[" * 60_000, 400),
    "objects within the limit": (b'{"a":' * 12_000, 400),
    "NaN": (b'{"query": "{ x }", "variables": {"n": NaN}}', 400),
    "Infinity": (b'{"query": "{ x }", "variables": {"n": -Infinity}}', 400),
    "a lone surrogate": (b'{"query": "{ x }", "variables": {"n": "\\ud800"}}', 400),
    "half a character": (b'{"query": "\xe2\x82"}', 400),
    "a NUL": (b'{"query": "{ x }\x00"}', 400),
    "an escaped NUL": (b'{"query": "{ x }\\u0000"}', 400),
    "UTF-16": ('{"query": "{ x }"}'.encode("utf-16"), 400),
    "two requests": (b'{"query": "{ x }"}{"query": "{ x }"}', 400),
    "cut": (b'{"query": "{ x', 400),
    "a number without end": (
        b'{"query": "{ x }", "variables": {"n": ' + b"9" * 40_000 + b"}}",
        400,
    ),
    "an exponent without end": (b'{"query": "{ x }", "variables": {"n": 1e999999}}', 400),
    "deep variables": (
        b'{"documentId": "'
        + b"b" * 40
        + b'", "variables": {"known": '
        + b"[" * 900
        + b"]" * 900
        + b"}}",
        400,
    ),
    "huge variables": (
        b'{"documentId": "' + b"b" * 40 + b'", "variables": {"known": "' + b"x" * 60_000 + b'"}}',
        400,
    ),
}
TYPES: Final = (
    "",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/graphql",
    "application/json; charset=utf-16",
    "application/json; charset=utf-7",
    "application/json, text/plain",
    "application/jsonx",
)


async def test_every_malformed_body_is_refused_and_asks_nobody(gateway: Edge) -> None:
    for what, (body, status) in BODIES.items():
        said = await gateway.send(raw=body)
        assert said.status == status, (what, said.text)
    for kind in TYPES:
        assert (await gateway.send(QUESTION, content_type=kind)).status == 415, kind
    assert gateway.agency_server.asked == []
    assert gateway.entries == []


async def test_of_ten_megabytes_of_brackets_nothing_stays(tmp_path: Path) -> None:
    async with trusted_gateway(tmp_path) as gateway:
        sent = (head(gateway, "Content-Length: 10000000"), b"[" * 10_000_000)
        before = 0
        for round_ in range(6):
            said = await exchanged(gateway, *sent)
            assert said.startswith(b"HTTP/1.1 413 ")
            assert b"BODY_TOO_LARGE" in said
            await gateway.send(raw=BODIES["brackets within the limit"][0])
            before = resident() if round_ == 1 else before
        assert resident() - before < 20_000_000
        assert gateway.agency_server.asked == []


HURRIED: Final[dict[str, Any]] = {"connections__head": 0.1, "connections__body": 0.1}


def head(gateway: Edge, *more: str) -> bytes:
    """The head of a request with a practitioner's token."""
    lines = (
        "POST /graphql HTTP/1.1",
        "Host: gateway.example",
        f"Authorization: {gateway.town.headers()['Authorization']}",
        "Content-Type: application/json",
        *more,
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def exchanged(gateway: Edge, *pieces: bytes, cut: bool = False) -> bytes:
    """What comes back over one connection until the gateway closes it, for these bytes.

    What it said before it closed is read, however much of the bytes it left unread.
    """
    place, loop, came = urlsplit(gateway.town.url), asyncio.get_running_loop(), bytearray()
    with socket.create_connection((place.hostname, place.port)) as line:
        line.settimeout(0)
        sending = asyncio.ensure_future(_send(line, pieces, cut=cut))
        with suppress(ConnectionError):
            async with asyncio.timeout(20):
                while more := await loop.sock_recv(line, 65_536):
                    came += more
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    return bytes(came)


async def _send(line: socket.socket, pieces: Iterable[bytes], *, cut: bool) -> None:
    for piece in pieces:
        await asyncio.get_running_loop().sock_sendall(line, piece)
    if cut:
        line.shutdown(socket.SHUT_WR)


BODY: Final = json.dumps({"documentId": "b" * 40, "variables": QUESTION["variables"]}).encode()


async def test_a_request_that_does_not_come_whole_is_told_so_and_asks_nobody(
    tmp_path: Path,
) -> None:
    async with trusted_gateway(tmp_path, **HURRIED) as gateway:
        length = f"Content-Length: {len(BODY)}"
        chunked = "Transfer-Encoding: chunked"
        slow = {
            "half a head": (b"POST /graphql HTTP/1.1\r\nHost: x\r\n",),
            "half a body": (head(gateway, length), BODY[: len(BODY) // 2]),
            "more announced than sent": (head(gateway, "Content-Length: 9999"), BODY),
            "chunks without an end": (head(gateway, chunked), b"%x\r\n%b\r\n" % (len(BODY), BODY)),
        }
        assert await exchanged(gateway) == b""
        for what, pieces in slow.items():
            said = await exchanged(gateway, *pieces)
            assert said.startswith(b"HTTP/1.1 408 "), (what, said)
        assert gateway.agency_server.asked == []
        assert gateway.entries == []


_CHUNK: Final = b"ffff\r\n" + b"[" * 65_535 + b"\r\n"


async def test_what_is_no_http_is_refused_and_the_connection_closed(tmp_path: Path) -> None:
    async with trusted_gateway(tmp_path) as gateway:
        for what, (pieces, status) in no_http(gateway).items():
            said = await exchanged(gateway, *pieces)
            assert said.startswith(b"HTTP/1.1 " + status), (what, said[:200])
        assert gateway.agency_server.asked == []


def no_http(gateway: Edge) -> dict[str, tuple[tuple[bytes, ...], bytes]]:
    """What a client may send that is no HTTP, and the status that it is told."""
    length = f"Content-Length: {len(BODY)}"
    return {
        "no HTTP": ((b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",), b"400"),
        "two lengths": ((head(gateway, length, "Content-Length: 1"), BODY), b"400"),
        "a length and chunks": (
            (head(gateway, length, "Transfer-Encoding: chunked"), BODY),
            b"400",
        ),
        "a negative length": ((head(gateway, "Content-Length: -1"), BODY), b"400"),
        "a length beyond all": ((head(gateway, "Content-Length: " + "9" * 30), BODY), b"400"),
        "a chunk that is none": ((head(gateway, "Transfer-Encoding: chunked"), b"xyz\r\n"), b"400"),
        "a header without an end": ((b"POST /graphql HTTP/1.1\r\nX: " + b"x" * 100_000,), b"431"),
        "headers without an end": ((b"POST /graphql HTTP/1.1\r\n" + b"X: y\r\n" * 20_000,), b"431"),
        "a body without an end": (
            (
                head(gateway, "Transfer-Encoding: chunked"),
                (b"ffff\r\n" + b"[" * 65_535 + b"\r\n") * 80,
            ),
            b"413",
        ),
    }


async def test_a_client_that_breaks_off_leaves_nothing_behind(gateway: Edge) -> None:
    length = f"Content-Length: {len(BODY)}"
    for pieces in ((head(gateway, length), BODY[:10]), (head(gateway, length)[:40],), (b"",)):
        await exchanged(gateway, *pieces, cut=True)
    assert gateway.agency_server.asked == []
    assert (await gateway.send({"documentId": "a" * 40})).status == 200


async def test_two_requests_over_one_connection_are_answered_in_turn(gateway: Edge) -> None:
    one = head(gateway, f"Content-Length: {len(BODY)}") + BODY
    last = head(gateway, f"Content-Length: {len(BODY)}", "Connection: close") + BODY
    said = await exchanged(gateway, one + last)
    assert said.count(b"HTTP/1.1 200 ") == 2
