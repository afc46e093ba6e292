"""Answers come as small as their clients read them, and each part whole when it leaves."""

import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import brotli
import pytest
import zstandard

from gateway.http.framing import Framing
from gateway.http.routes.compression import CODINGS, coding
from gateway.model.errors import AskDifferently
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.edge import QUESTION
from tests.support.gateway.streamed import BODY, Slow
from tests.support.loopback import serving, serving_raw
from tests.support.town import Town, small_town, variables_for

READING: Final[dict[str, Callable[[], Callable[[bytes], bytes]]]] = {
    "zstd": lambda: zstandard.ZstdDecompressor().decompressobj().decompress,
    "br": lambda: brotli.Decompressor().process,
    "gzip": lambda: zlib.decompressobj(31).decompress,
    "identity": lambda: bytes,
}


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("", "identity"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP;Q=0.5", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1, br;q=0.9", "gzip"),
        ("br;q=0.5, gzip;q=0.5", "br"),
        ("*", "zstd"),
        ("zstd;q=0, *", "br"),
        ("*;q=0, gzip", "gzip"),
        ("identity;q=0, gzip", "gzip"),
        ("identity, gzip;q=0.5", "identity"),
        ("gzip;q=0, br;q=0, zstd;q=0", "identity"),
        ("deflate, compress, snappy", "identity"),
        ("gzip;q=x", "identity"),
        ("gzip;q=2", "identity"),
    ],
)
def test_the_coding_is_the_one_that_the_client_likes_best(header: str, chosen: str) -> None:
    assert coding(header) == chosen


@pytest.mark.parametrize("header", ["identity;q=0", "*;q=0", "deflate, identity;q=0, *;q=0"])
def test_who_reads_nothing_that_the_gateway_writes_is_told_so(header: str) -> None:
    with pytest.raises(AskDifferently, match="Accept-Encoding") as refused:
        coding(header)
    assert refused.value.code == "NOT_ACCEPTABLE"


async def came(town: Town, body: Any, accept: str, encoding: str) -> tuple[Any, list[bytes]]:
    """A response, and each piece of its body as it comes off the line."""
    headers = town.headers() | {"Accept": accept, "Accept-Encoding": encoding}
    url = f"{town.url}/graphql"
    async with town.session.post(url, json=body, headers=headers, auto_decompress=False) as said:
        return said, [piece async for piece, _ in said.content.iter_chunks() if piece]


@pytest.mark.parametrize("name", READING)
@pytest.mark.parametrize("framing", Framing)
async def test_each_part_can_be_read_when_it_comes_though_the_next_is_far(
    tmp_path: Path, name: str, framing: Framing
) -> None:
    slow, read, seen = Slow(), READING[name](), b""
    async with serving(AgencyServer().answer) as fast, serving_raw(slow.answer) as waiting:
        sources = [
            rest_source("spine", fast, claims=AUTHORITY),
            rest_source("slow", waiting, timeout="30s", says_restricted=False),
        ]
        async with small_town(tmp_path, sources, questions__deadline=30) as town:
            headers = town.headers() | {"Accept": framing.value, "Accept-Encoding": name}
            url = f"{town.url}/graphql"
            async with town.session.post(
                url, json=BODY, headers=headers, auto_decompress=False
            ) as said:
                assert said.headers.get("Content-Encoding", "identity") == name
                assert "Accept-Encoding" in said.headers["Vary"]
                async for piece, _ in said.content.iter_chunks():
                    seen += read(piece)
                    if b'"spine"' in seen:
                        slow.let.set()
    assert b'"slow"' in seen
    assert b'"hasNext":false' in seen


async def test_a_whole_answer_and_a_refusal_come_as_the_client_reads_them(tmp_path: Path) -> None:
    async with serving(AgencyServer().answer) as base:
        sources = [rest_source("spine", base, claims=AUTHORITY)]
        async with small_town(tmp_path, sources) as town:
            said, pieces = await came(town, QUESTION, "application/json", "gzip")
            body = json.loads(gzip.decompress(b"".join(pieces)))
            assert body["data"]["child"]["answers"][0]["outcome"] == "HAS_RECORD"
            assert said.headers["Cache-Control"] == "no-store"
            refused, pieces = await came(town, QUESTION, "application/json", "identity;q=0")
            assert refused.status == 406
            assert refused.headers["Cache-Control"] == "no-store"
            code = json.loads(b"".join(pieces))["errors"][0]["extensions"]["code"]
            assert code == "NOT_ACCEPTABLE"


FIRST_SCREEN: Final = """
query Screen($known: KnownDetails!, $reason: AccessReason!) {
  child(known: $known, reason: $reason) {
    receipt { index queryId }
    restriction
    answers @stream { agency { id name } outcome detail ring { telephone hours } }
    ... @defer { child { names { given family } birthDate { value } } completeness { complete } }
  }
}
"""


@pytest.mark.parametrize("name", CODINGS)
async def test_a_first_screen_of_seven_agencies_is_a_kilobyte_and_a_half_at_most(
    tmp_path: Path, name: str
) -> None:
    async with serving(AgencyServer().answer) as base:
        others = [rest_source(f"agency-{letter}", base) for letter in "abcdef"]
        sources = [rest_source("spine", base, claims=AUTHORITY), *others]
        async with small_town(tmp_path, sources) as town:
            asked = {"query": FIRST_SCREEN, "variables": variables_for() | {"scope": None}}
            _, pieces = await came(town, asked, "multipart/mixed", name)
    said = READING[name]()(b"".join(pieces))
    assert said.count(b'"outcome"') == len(sources)
    assert len(b"".join(pieces)) < 1536


async def test_an_operator_may_switch_compression_off(tmp_path: Path) -> None:
    async with serving(AgencyServer().answer) as base:
        sources = [rest_source("spine", base, claims=AUTHORITY)]
        async with small_town(tmp_path, sources, server__compression=False) as town:
            said, _ = await came(town, QUESTION, "application/json", "gzip")
    assert "Content-Encoding" not in said.headers
