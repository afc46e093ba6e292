"""Which carrier a source has is decided when it is opened; a packed answer is read by both."""

import gzip
import zlib

import brotli
import pytest
from aiohttp import web

from adapters.contract.contract import Malformed, NoRecord, Reply
from adapters.http.exchange import Connections, PooledConnections, Transport
from adapters.http.source import HttpSource
from tests.support.adapters.asking import WANTS_PACKED, manifest_text, opened, question
from tests.support.loopback import serving

ABSENT = b'{"pupils": [], "total": 0}'
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


async def test_questions_go_over_kept_connections_unless_the_manifest_wants_packed_answers() -> (
    None
):
    plain = manifest_text("rest", "https://agency.example")
    wanting = manifest_text("rest", "https://agency.example", source=WANTS_PACKED)
    assert isinstance(await carrier_of(plain), PooledConnections)
    assert isinstance(await carrier_of(wanting), Connections)


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
