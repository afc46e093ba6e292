"""An answer over HTTP may take only so much besides its content; the honest stay far below it."""

import ast
import asyncio
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import aiohttp
import pytest

import adapters
import gateway
from adapters.contract.contract import Malformed, NoRecord, Records, Reply
from adapters.network.bounds import bounded_answer
from adapters.network.http_client import content_of, open_client
from adapters.network.wire import reading
from tests.support.adapters.asking import manifest_text, opened, question
from tests.support.hostile.awful_replies import AWFUL, speaking
from tests.support.loopback import RawHandler, serving_raw
from tests.support.patience import patiently

EITHER_WAY: Final = pytest.mark.usefixtures("carrier")
MEMBERS: Final = "endless members of nothing"
PATIENT_S: Final = 60.0
HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED: Final = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
ABSENT: Final = b'{"pupils": [], "total": 0}'
RULES: Final = {
    "framing": {
        "endless 103",
        "endless 100",
        "endless 102, slowly",
        "endless chunks of a byte",
        "endless chunk extensions",
        "a chunk extension without end",
        "a chunk size without end",
    },
    "too_large": {
        "a huge chunk",
        "an endless body",
        "a bomb",
        "an endless gzip of nothing",
        "a length of too much",
    },
    "truncated": {
        "a length of more than comes",
        "a TLS alert in the body",
    },
    "empty": {"another protocol"},
}


async def asked(handler: RawHandler) -> Reply:
    async with serving_raw(handler) as base, opened(manifest_text("rest", base)) as adapter:
        return await adapter.source.ask(question(timeout_s=PATIENT_S))


@EITHER_WAY
@pytest.mark.parametrize("name", AWFUL)
async def test_an_awful_answer_ends_by_its_bound_and_not_by_the_deadline(name: str) -> None:
    reply = await asked(speaking(AWFUL[name]))
    assert isinstance(reply, Malformed)
    # Members of nothing are too many at once, or too many in all, as the network has it.
    rule = next((rule for rule, names in RULES.items() if name in names), "http")
    assert reply.rule in ({"truncated", "too_large"} if name == MEMBERS else {rule})


def saying(*pieces: bytes) -> RawHandler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in pieces:
            writer.write(piece)
            await writer.drain()

    return handle


def chunks(pieces: Iterable[bytes]) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in pieces)


HONEST_ANSWER: Final = HEAD + b"Content-Length: 26\r\n\r\n" + ABSENT
HONEST: Final = {
    "says that it is still at work": b"HTTP/1.1 102 Processing\r\n\r\n" * 15
    + HEAD
    + b"Content-Length: 26\r\n\r\n"
    + ABSENT,
    "has extensions and trailers": CHUNKED
    + b"1a;sig=abc\r\n"
    + ABSENT
    + b"\r\n0\r\nServer-Timing: total;dur=12\r\n\r\n",
    "sends a byte at a time": CHUNKED + chunks(bytes([one]) for one in ABSENT) + b"0\r\n\r\n",
}


@EITHER_WAY
@pytest.mark.parametrize("name", HONEST)
async def test_an_honest_system_is_read_though_it(name: str) -> None:
    assert await asked(saying(HONEST[name])) == NoRecord()


@EITHER_WAY
async def test_an_honest_system_is_read_though_it_sends_each_token_as_it_is_made() -> None:
    child = {"id": 7, "surname": "Hill", "forename": "Ann", "dob": "2015-03-09"}
    body = {"pupils": [{**child, "notes": [{"said": n} for n in range(3000)]}], "total": 1}
    tokens = (one.encode() for one in json.JSONEncoder().iterencode(body))
    assert isinstance(await asked(saying(CHUNKED + chunks(tokens) + b"0\r\n\r\n")), Records)


async def test_what_nobody_asked_for_is_never_the_answer_to_the_next_question() -> None:
    first, second, stray = (HEAD + b"Content-Length: 1\r\n\r\n" + one for one in (b"1", b"2", b"9"))
    answers = [first, second]
    idle, closed = asyncio.Event(), asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answers.pop(0))
        if answers:
            await idle.wait()
            writer.write(stray)
            await reader.read()
            closed.set()

    connector = aiohttp.TCPConnector()
    async with serving_raw(handle) as base, open_client(99, connector=connector) as client:
        async with client.get(base) as answer:
            assert await content_of(answer, 99) == b"1"
        idle.set()
        await patiently(closed.wait())
        async with client.get(base) as answer:
            assert await content_of(answer, 99) == b"2"


WAYS: Final = {"aiohttp.ClientSession", "ConnectionPool"}


def test_nobody_asks_over_http_in_another_way() -> None:
    found = {
        file.name
        for package in (adapters, gateway)
        for file in Path(str(package.__file__)).parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in WAYS
    }
    assert found == {"http_client.py", "exchange.py"}


_HEADERS: Final = b"".join(b"X-%d: %b\r\n" % (n, b"a" * 1000) for n in range(6))
# Each passes one bound alone, and goes on as an honest answer.
OVER: Final = {
    "MOST_INTERIM": b"HTTP/1.1 102 Processing\r\n\r\n" * 30 + HONEST_ANSWER,
    "MOST_HEAD": (b"HTTP/1.1 103 Early Hints\r\n" + _HEADERS + b"\r\n") * 15 + HONEST_ANSWER,
    "MOST_FRAMING": CHUNKED
    + b"".join(b"1;%b\r\n%c\r\n" % (b"a" * 5000, byte) for byte in ABSENT)
    + b"0\r\n\r\n",
}


@EITHER_WAY
@pytest.mark.parametrize("bound", OVER)
async def test_each_bound_is_what_refuses_and_without_it_the_answer_would_be_taken(
    bound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await asked(saying(OVER[bound])) == Malformed("framing", "operation.by-upn")
    for reads in (bounded_answer, reading):
        monkeypatch.setattr(reads, bound, 1 << 30)  # a planted fault
    assert await asked(saying(OVER[bound])) == NoRecord()


@EITHER_WAY
async def test_the_bound_of_the_content_is_the_manifests_own() -> None:
    spaces = b" " * 100_000
    long = HEAD + b"Content-Length: %d\r\n\r\n%b" % (len(spaces + ABSENT), spaces + ABSENT)
    wide = manifest_text("rest", "BASE").replace("64KiB", "1MiB")
    async with serving_raw(saying(long)) as base:
        for manifest, taken in ((manifest_text("rest", base), False), (wide, True)):
            async with opened(manifest.replace("BASE", base), base) as adapter:
                reply = await adapter.source.ask(question(timeout_s=PATIENT_S))
            assert isinstance(reply, NoRecord) is taken
            assert taken or (isinstance(reply, Malformed) and reply.rule == "too_large")
