"""Which carrier a source has is decided when it is opened; a packed answer is read by both."""

import gzip
import zlib

import brotli
import pytest
from aiohttp import web

from adapters.contract.contract import Malformed, NoRecord, Reply
from adapters.http.exchange import Connections, PooledConnections
from adapters.http.source import HttpSource
from adapters.network.http_request import Transport
from tests.support.adapters.asking import BY_AIOHTTP, WANTS_PACKED, manifest_text, opened, question
from tests.support.loopback import serving

ABSENT = b'{"pupils": [], "total": 0}'
# Brotli's way with what it cannot pack: the content as it is, and then the end.
UNPACKABLE = brotli.compress(ABSENT, quality=0)
BARE = zlib.compressobj(wbits=-15)
PACKED: dict[str, bytes] = {
    "gzip": gzip.compress(ABSENT[:9]) + gzip.compress(ABSENT[9:]),
    "deflate": zlib.compress(ABSENT),
    "br": brotli.compress(ABSENT),
    "GZIP": gzip.compress(ABSENT),
}


async def carrier_of(text: str) -> Transport:
    async with opened(text) as adapter:
        assert isinstance(adapter.source, HttpSource)
        return adapter.source.transport


@pytest.mark.parametrize(
    ("source", "carrier"),
    [("", PooledConnections), (WANTS_PACKED, PooledConnections), (BY_AIOHTTP, Connections)],
)
async def test_questions_go_over_kept_connections_unless_the_manifest_wants_what_we_do_not_read(
    source: str, carrier: type[Transport]
) -> None:
    transport = await carrier_of(manifest_text("rest", "https://agency.example", source=source))
    assert isinstance(transport, carrier)


async def test_what_aiohttp_carries_has_a_connection_for_each_request() -> None:
    from_where = set[object]()

    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        from_where.add(request.transport.get_extra_info("peername"))
        return web.json_response({"pupils": [], "total": 0})

    async with (
        serving(handler) as base,
        opened(manifest_text("rest", base, source=BY_AIOHTTP)) as adapter,
    ):
        assert [await adapter.source.ask(question()) for _ in range(3)] == [NoRecord()] * 3
    assert len(from_where) == 3


@pytest.mark.usefixtures("carrier")
@pytest.mark.parametrize("encoding", [*PACKED, "identity"])
async def test_an_answer_that_comes_packed_is_read(encoding: str) -> None:
    assert await asked(encoding, PACKED.get(encoding, ABSENT)) == NoRecord()


@pytest.mark.usefixtures("carrier")
@pytest.mark.parametrize(
    ("encoding", "body", "rule"),
    [
        ("gzip", b"this is not packed", "truncated"),
        ("br", b"this is not packed", "truncated"),
        ("gzip, gzip", gzip.compress(gzip.compress(ABSENT)), "http"),
        ("compress", ABSENT, "http"),
        ("gzip", gzip.compress(b" " * 70_000), "too_large"),
        ("gzip", gzip.compress(ABSENT)[:-8], "truncated"),
        ("deflate", zlib.compress(ABSENT)[:-4], "truncated"),
        ("br", UNPACKABLE[: UNPACKABLE.index(ABSENT) + len(ABSENT)], "truncated"),
    ],
)
async def test_what_cannot_be_unpacked_is_no_answer(encoding: str, body: bytes, rule: str) -> None:
    reply = await asked(encoding, body)
    assert isinstance(reply, Malformed)
    assert reply.rule == rule


async def asked(encoding: str, body: bytes) -> Reply:
    async def handler(_request: web.Request) -> web.Response:
        headers = {"Content-Encoding": encoding, "Content-Type": "application/json"}
        return web.Response(body=body, headers=headers)

    async with serving(handler) as base, opened(manifest_text("rest", base)) as adapter:
        return await adapter.source.ask(question())
