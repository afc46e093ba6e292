"""A collector that fails costs its own figures and traces, and never a question or a stop."""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from prometheus_client.core import CounterMetricFamily

from gateway.config.certificates.renewal import Certificates
from gateway.config.tables.collector import CollectorSettings
from gateway.http.collector.access import collector_access
from gateway.http.collector.feed import DROPPED, MOST_QUEUED, CollectorFeed, FeedPace
from gateway.http.traces.shape import CALL, ShownSpan, ShownTrace
from gateway.model.errors import ConfigurationInvalid
from gateway.model.figures import ANSWER, SIGN_IN
from tests.support.collector import Collector, attributes, collecting, taken
from tests.support.gateway.reloading import until
from tests.support.loopback import RawHandler, serving_raw
from tests.support.patience import patiently
from tests.support.processor_time import cheap
from tests.support.verify.authority import certificate

PACE: Final = FeedPace(every_s=0.01, longest_wait_s=0.02, patience_s=60.0, stop_s=0.2)
TRACE: Final = ShownTrace(
    "answered",
    (
        ShownSpan(SIGN_IN, 0.0, 0.1),
        ShownSpan(ANSWER, 0.1, 0.3),
        ShownSpan(CALL, 0.1, 0.3, "school", "failed"),
    ),
    linked=(7, 9),
)
HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\n"


def made() -> ShownTrace:
    return TRACE


def access_to(url: str, **settings: Any) -> Any:
    certificates = Certificates(lambda: datetime.now(UTC))
    return collector_access(CollectorSettings(url=url, **settings), certificates)


@asynccontextmanager
async def feeding(url: str, pace: FeedPace = PACE, **settings: Any) -> AsyncIterator[CollectorFeed]:
    feed = CollectorFeed(access_to(url, **settings), pace)
    feed.start()
    try:
        yield feed
    finally:
        await feed.stop()


async def told(feed: CollectorFeed, result: str, times: int = 1) -> None:
    """Wait until this became of traces that were sent, so many times."""

    async def it_did() -> bool:
        return feed.told["traces", result] >= times

    await until(it_did)


def results(feed: CollectorFeed) -> dict[str, int]:
    return {what: count for (of, what), count in feed.told.items() if of == "traces" and count}


async def test_a_trace_comes_as_spans_within_each_other() -> None:
    async with collecting() as collector, feeding(collector.url) as feed:
        feed.offer([made])
        await patiently(collector.until(lambda it: "/v1/traces" in it.paths))
        spans = {each.name: each for each in collector.spans()}
    assert spans.keys() == {"question", SIGN_IN, ANSWER, CALL}
    root, call = spans["question"], spans[CALL]
    assert {each.trace_id for each in spans.values()} == {root.trace_id}
    assert [spans[name].parent_span_id for name in (SIGN_IN, ANSWER)] == [root.span_id] * 2
    assert call.parent_span_id == spans[ANSWER].span_id
    assert attributes(root) == {"teamaround.result": "answered"}
    assert attributes(call) == {"teamaround.source": "school", "teamaround.went": "failed"}
    assert call.end_time_unix_nano - call.start_time_unix_nano == 300_000_000
    (link,) = root.links
    assert (int.from_bytes(link.trace_id), int.from_bytes(link.span_id)) == (7, 9)
    assert (link.trace_state, link.flags & 1, len(link.attributes)) == ("", 0, 0)


async def test_figures_come_under_the_names_that_prometheus_has() -> None:
    family = CounterMetricFamily("teamaround_scrapes", "Requests.", labels=["result"])
    family.add_metric(["read"], 3)
    async with collecting() as collector, feeding(collector.url) as feed:
        feed.show([family])
        await patiently(collector.until(lambda it: "/v1/metrics" in it.paths))
        (metric,) = collector.metrics()
    (point,) = metric.sum.data_points
    assert (metric.name, metric.sum.is_monotonic) == ("teamaround_scrapes", True)
    assert point.as_double == 3
    assert attributes(point) == {"result": "read"}


async def redirecting(_: web.Request) -> web.Response:
    raise web.HTTPTemporaryRedirect("/v1/elsewhere")


async def partly(_: web.Request) -> web.Response:
    answer = ExportTraceServiceResponse()
    answer.partial_success.rejected_spans = 2
    answer.partial_success.error_message = "too old"
    return web.Response(body=answer.SerializeToString())


def saying(status: int) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def say(_: web.Request) -> web.Response:
        return web.Response(status=status, text="Jonah Smith", headers={"Retry-After": "99999"})

    return say


@pytest.mark.parametrize(
    ("answer", "became"),
    [
        (saying(500), "refused"),
        (saying(400), "refused"),
        (saying(413), "refused"),
        (saying(503), "failed"),
        (saying(429), "failed"),
        (redirecting, "refused"),
        (partly, "partly"),
    ],
    ids=["500", "400", "413", "503", "429", "redirect", "partly"],
)
async def test_what_a_collector_does_not_take_is_counted_and_let_go(
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]],
    became: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with collecting(answer) as collector, feeding(collector.url) as feed:
        feed.offer([made])
        await told(feed, became)
        if became == "failed":
            await patiently(collector.until(lambda it: len(it.paths) == 3))
    assert results(feed).keys() == {became}
    assert {*collector.paths} == {"/v1/traces"}
    said = capsys.readouterr().out
    assert said.count("collector_unavailable") == 1
    assert not any(word in said for word in ("Jonah", "too old", collector.url))
    assert results(feed)[became] == (3 if became == "failed" else 1)


async def test_what_was_not_taken_for_a_while_is_sent_again() -> None:
    statuses = iter([503, 429])

    async def at_last(request: web.Request) -> web.StreamResponse:
        status = next(statuses, 200)
        return await (taken(request) if status == 200 else saying(status)(request))

    async with collecting(at_last) as collector, feeding(collector.url) as feed:
        feed.offer([made])
        await told(feed, "sent")
    assert results(feed) == {"failed": 2, "sent": 1}
    first, *others = [body[-200:] for body in collector.bodies]
    assert len(others) == 2
    assert all(len(each) == len(first) for each in others)


async def endless_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"1000\r\n" + b"a" * 0x1000 + b"\r\n")
        await writer.drain()


async def endless_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(HEAD)
    while not writer.is_closing():
        writer.write(b"X: " + b"a" * 1000 + b"\r\n")
        await writer.drain()


async def no_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"\x00\xff no HTTP\r\n\r\n")


async def gone(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")


@pytest.mark.parametrize("handler", [endless_body, endless_head, no_http, gone])
async def test_an_answer_that_is_none_is_bounded_and_counted(handler: RawHandler) -> None:
    async def until_it_ends(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except ConnectionError:
            """It was ended, as it should be."""

    async with serving_raw(until_it_ends) as url, feeding(url) as feed:
        feed.offer([made])
        await told(feed, "failed")
    assert results(feed).keys() == {"failed"}


async def test_a_collector_that_is_away_is_told_once_and_once_it_is_back(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with collecting() as collector:
        url = collector.url
    async with feeding(url) as feed:
        feed.offer([made])
        await told(feed, "failed", 3)
    said = capsys.readouterr().out
    assert said.count("collector_unavailable") == 1
    assert "ECONNREFUSED" in said
    assert url not in said


async def test_a_collector_that_hangs_neither_holds_a_stop_nor_takes_memory() -> None:
    begun = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        begun.set()
        await reader.read(-1)

    async with serving_raw(hang) as url:
        feed = CollectorFeed(access_to(url), PACE)
        feed.start()
        feed.offer([made])
        await patiently(begun.wait())
        with cheap(1.0):
            feed.offer([made] * (3 * MOST_QUEUED))
        assert feed.told["traces", DROPPED] == 2 * MOST_QUEUED
        await patiently(feed.stop())
        assert not feed._thread.is_alive()  # noqa: SLF001 - nothing else tells


async def test_the_collector_s_certificate_is_checked_by_the_authority_that_is_named(
    tmp_path: Path,
) -> None:
    ours, strangers = certificate(tmp_path / "ours"), certificate(tmp_path / "strangers")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ours.chain, ours.key)
    collector = Collector(taken)
    application = web.Application()
    application.router.add_post("/{rest:.*}", collector.take)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    url = f"https://127.0.0.1:{runner.addresses[0][1]}"
    became: Counter[str] = Counter()
    try:
        for authority in (ours.chain, strangers.chain, None):
            async with feeding(url, authority=authority) as feed:
                feed.offer([made])
                await told(feed, "sent" if authority == ours.chain else "failed")
            became.update(results(feed).keys())
    finally:
        await runner.cleanup()
    assert became == {"sent": 1, "failed": 2}
    assert len(collector.paths) == 1


async def test_the_credential_is_shown_and_comes_from_a_file_or_a_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "credential"
    file.touch(mode=0o600)
    file.write_text("wistful-heron-81\n")
    monkeypatch.setenv("OF_THE_COLLECTOR", "plover-12")
    for settings, shown in (
        ({"credential": file}, "Bearer wistful-heron-81"),
        ({"credential_variable": "OF_THE_COLLECTOR"}, "Bearer plover-12"),
        ({}, None),
    ):
        async with collecting() as collector, feeding(collector.url, **settings) as feed:
            feed.offer([made])
            await patiently(collector.until(lambda it: bool(it.paths)))
        assert collector.headers[0].get("Authorization") == shown


def test_a_credential_that_cannot_be_shown_ends_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THE_COLLECTOR", "two\nlines")
    for settings in (
        {"credential_variable": "OF_THE_COLLECTOR"},
        {"credential": tmp_path / "none"},
        {"authority": tmp_path / "none"},
    ):
        with pytest.raises(ConfigurationInvalid, match=r"collector\."):
            access_to("https://127.0.0.1", **settings)
