"""Whatever an agency's system does wrong, it is never taken for "no record"."""

import asyncio
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from adapters.contract.contract import (
    Fault,
    Malformed,
    MoreNeeded,
    NoRecord,
    Records,
    Refused,
    Reply,
    TooMany,
    Unavailable,
    Unread,
)
from tests.support.adapters.asking import manifest_text, only, opened, question
from tests.support.loopback import RawHandler, serving, serving_raw
from tests.support.patience import patiently

ANN = {"id": 7, "surname": "Hill", "forename": "Ann", "dob": "2015-03-09"}
JSON = "application/json"
pytestmark = pytest.mark.usefixtures("carrier")


async def asked(answer: Callable[[], web.Response]) -> Reply:
    async def handler(_request: web.Request) -> web.Response:
        return answer()

    async with serving(handler) as base, opened(manifest_text("rest", base)) as adapter:
        return await adapter.source.ask(question())


async def asked_raw(handler: RawHandler, timeout_s: float = 2.0) -> Reply:
    async with serving_raw(handler) as base, opened(manifest_text("rest", base)) as adapter:
        return await adapter.source.ask(question(timeout_s=timeout_s))


def said(body: Any, status: int = 200, **headers: str) -> Callable[[], web.Response]:
    return lambda: web.json_response(body, status=status, headers=headers)


def written(text: str, kind: str = JSON, status: int = 200) -> Callable[[], web.Response]:
    return lambda: web.Response(text=text, content_type=kind, status=status)


async def test_a_child_the_school_holds_is_a_record() -> None:
    reply = await asked(said({"pupils": [ANN], "total": 1, "asOf": "2026-11-20T08:00:00Z"}))
    assert only(reply).record_id == "7"
    assert isinstance(reply, Records)
    assert reply.as_of is not None


@pytest.mark.parametrize(
    ("body", "status"), [({"pupils": [], "total": 0}, 200), ({"code": "NO_SUCH_PUPIL"}, 404)]
)
async def test_only_what_the_manifest_calls_absent_is_no_record(body: Any, status: int) -> None:
    assert await asked(said(body, status)) == NoRecord()


FAULTS = {
    "404 of a proxy in HTML": (written("<h1>no</h1>", "text/html", 404), "content_type"),
    "404 of a proxy in JSON": (said({"message": "no route"}, 404), "status"),
    "200 in HTML": (written("<h1>sign in</h1>", "text/html"), "content_type"),
    "400": (said({"message": "?"}, 400), "status"),
    "302": (lambda: web.Response(status=302, headers={"Location": "/"}), "redirect"),
    "206": (said({"pupils": [], "total": 0}, 206), "status"),
    "no body": (written(""), "empty"),
    "204": (lambda: web.Response(status=204), "empty"),
    "half an object": (written('{"pupils": ['), "json"),
    "a list": (written("[]"), "records"),
    "null": (written("null"), "object"),
    "too deep": (written('{"pupils":' + "[" * 60 + "]" * 60 + "}"), "depth"),
    "very deep": (written('{"pupils":' + "[" * 20000 + "]" * 20000 + "}"), "json"),
    "too large": (said({"pupils": [], "total": 0, "pad": "x" * 70_000}), "too_large"),
    "records null": (said({"pupils": None, "total": 0}), "records"),
    "records not there": (said({"total": 0}), "records"),
    "records of texts": (said({"pupils": ["Ann"], "total": 1}), "records"),
    "no total": (said({"pupils": []}), "total"),
    "a total in words": (said({"pupils": [], "total": "0"}), "total"),
    "an empty record": (said({"pupils": [{}], "total": 1}), "record"),
    "a name as an object": (said({"pupils": [{**ANN, "surname": {}}], "total": 1}), "record"),
    "a birth date as a number": (said({"pupils": [{**ANN, "dob": 2015}], "total": 1}), "record"),
    "wrong encoding": (
        lambda: web.Response(body=b'{"pupils": ["\xff"]}', content_type=JSON),
        "encoding",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_is_no_answer_is_malformed_by_a_named_rule(fault: str) -> None:
    answer, rule = FAULTS[fault]
    assert await asked(answer) == Malformed(rule)


@pytest.mark.parametrize(
    ("status", "reply"),
    [
        (401, Refused()),
        (403, Refused()),
        (500, Unavailable(Fault.SERVER_ERROR, status=500)),
        (503, Unavailable(Fault.SERVER_ERROR, status=503)),
        (429, Unavailable(Fault.BUSY, status=429)),
    ],
)
async def test_a_status_that_decides_is_not_overruled_by_its_body(
    status: int, reply: Reply
) -> None:
    assert await asked(said({"pupils": [], "total": 0}, status)) == reply


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("999999", 3600.0),
        ("soon", None),
        ("Sun, 22 Nov 99999999999 12:00:30 GMT", None),
        (" , ", None),
    ],
)
async def test_an_agency_says_how_long_to_wait(header: str, seconds: float | None) -> None:
    reply = await asked(said({}, 429, **{"Retry-After": header}))
    assert reply == Unavailable(Fault.BUSY, seconds, status=429)


@pytest.mark.parametrize(
    "body",
    [
        {"pupils": [], "total": 4},
        {"pupils": [ANN] * 4, "total": 4},
        {"code": "TOO_MANY"},
    ],
)
async def test_a_cut_list_is_too_many_and_never_a_silent_cut(body: Any) -> None:
    assert await asked(said(body)) == TooMany()


async def test_a_child_found_in_a_list_that_was_cut_stands_and_the_cut_is_told() -> None:
    reply = await asked(said({"pupils": [ANN], "total": 2}))
    assert only(reply).record_id == "7"
    assert isinstance(reply, Records)
    assert reply.unread is Unread.MORE


async def test_a_small_answer_that_unpacks_huge_is_too_large() -> None:
    packed = gzip.compress(json.dumps({"pupils": [], "total": 0, "pad": "x" * 9_000_000}).encode())
    headers = {"Content-Encoding": "gzip", "Content-Type": JSON}
    assert await asked(lambda: web.Response(body=packed, headers=headers)) == Malformed("too_large")


async def test_a_body_shorter_than_it_said_is_truncated() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"
        writer.write(head + b'{"pupils": [], "total": 0}')
        await writer.drain()

    assert await asked_raw(handler) == Malformed("truncated")


async def test_a_connection_that_is_reset_is_unavailable() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    assert await asked_raw(handler) == Unavailable(Fault.DROPPED)


async def test_something_that_does_not_speak_http_is_malformed() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
        await writer.drain()

    assert await asked_raw(handler) == Malformed("http")


async def test_an_agency_that_hangs_is_timed_out() -> None:
    async def handler(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)

    assert await asked_raw(handler, timeout_s=0.1) == Unavailable(Fault.TIMED_OUT)


async def test_an_agency_that_hangs_in_the_middle_is_timed_out() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"pup')
        await reader.read(-1)

    assert await asked_raw(handler, timeout_s=0.1) == Unavailable(Fault.TIMED_OUT)


async def test_a_port_where_nobody_listens_is_unavailable() -> None:
    async with opened(manifest_text("rest", "http://127.0.0.1:1")) as adapter:
        assert await adapter.source.ask(question()) == Unavailable(Fault.CONNECTION)


async def test_a_question_given_up_closes_its_connection() -> None:
    arrived, gone = asyncio.Event(), asyncio.Event()

    async def handler(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        arrived.set()
        assert await reader.read(-1) == b""
        gone.set()

    async with serving_raw(handler) as base, opened(manifest_text("rest", base)) as adapter:
        asking = asyncio.create_task(adapter.source.ask(question()))
        await arrived.wait()
        asking.cancel()
        await patiently(gone.wait())


async def test_without_its_key_nothing_is_sent() -> None:
    async with opened(manifest_text("rest", "http://127.0.0.1:1")) as adapter:
        reply = await adapter.source.ask(question(nhs_number="9990000018"))
    assert reply == MoreNeeded(("upn",))


@pytest.mark.parametrize("key", ["ä b", "a:b", "a+b@c", "~a=", "..a"])
async def test_a_key_stays_one_segment_of_the_path(key: str) -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.match_info["rest"])
        return web.json_response({"pupils": [], "total": 0})

    async with serving(handler) as base, opened(manifest_text("rest", base)) as adapter:
        assert await adapter.source.ask(question(upn=key)) == NoRecord()
    assert seen == [f"pupils/{key}"]


async def test_the_agency_learns_who_asks_and_nothing_of_the_child_in_headers() -> None:
    seen: dict[str, str] = {}

    async def handler(request: web.Request) -> web.Response:
        seen.update(request.headers)
        return web.json_response({"pupils": [], "total": 0})

    async with serving(handler) as base, opened(manifest_text("rest", base)) as adapter:
        await adapter.source.ask(question(upn="A801200001001"))
    ours = {name: value for name, value in seen.items() if name.startswith("X-Teamaround")}
    assert ours == {
        "X-Teamaround-Query": "q-42",
        "X-Teamaround-Log-Index": "1234",
        "X-Teamaround-User": "u-17",
        "X-Teamaround-Issuer": "https://teamaround.example",
        "X-Teamaround-Organisation": "northbrook",
        "X-Teamaround-Purpose": "SAFEGUARDING",
    }
    assert not any("A801200001001" in value for value in seen.values())
