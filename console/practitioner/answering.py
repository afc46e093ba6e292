"""An answer becomes a page: part by part where our script is, whole where it is not."""

import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, Final

import orjson
from starlette.responses import HTMLResponse, Response, StreamingResponse

from console.pages.visit import Visit
from console.practitioner.answer_page import AnswerPage
from console.practitioner.coming import BROKE, News
from console.practitioner.typed import Typed

AnswerPayloads = AsyncGenerator[dict[str, Any]]
_LINES: Final = "application/x-ndjson"
_AT_ONCE: Final = {"X-Accel-Buffering": "no"}  # or a proxy would keep rows until it has many
_LOG: Final = logging.getLogger("console")


async def answered(
    visit: Visit, name: str, variables: Mapping[str, Any], typed: Typed, *, again: bool = False
) -> Response:
    """Ask, and show what comes; GatewayRefused, GatewayAway or BrokenOff without a first part.

    `again` asks some agencies of an answer that our script still shows: only their rows change.
    """
    page = AnswerPage(visit, typed, again=again)
    payloads = visit.ask_in_parts(name, variables)
    try:
        first = page.take(await anext(payloads))
    except BaseException:
        await payloads.aclose()
        raise
    if visit.live:
        lines = _merged(page, payloads, first) if again else _lines(page, payloads)
        return StreamingResponse(_sent(lines), headers=_AT_ONCE, media_type=_LINES)
    async with aclosing(payloads):
        async for _ in _read(page, payloads):
            """Without the script, everything is awaited."""
    return HTMLResponse(page.whole())


async def _sent(lines: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """The lines; what nobody foresaw ends them, and our script says so: its text stays inside."""
    try:
        async with aclosing(lines):
            async for line in lines:
                yield line
    except Exception as error:  # noqa: BLE001  it may hold what an agency said
        _LOG.error("failed: %s", type(error).__name__)


async def _lines(page: AnswerPage, payloads: AnswerPayloads) -> AsyncGenerator[bytes]:
    yield _line({"page": page.whole()})
    async with aclosing(payloads):
        async for news in _read(page, payloads):
            yield _line(page.changes(news))
    if page.broken:
        yield _line(page.last())
    yield _line({"end": True})


async def _merged(page: AnswerPage, payloads: AnswerPayloads, first: News) -> AsyncGenerator[bytes]:
    """The same into the answer that stands there; in its place where the child is shielded now."""
    news = first
    async with aclosing(payloads):
        async for each in _read(page, payloads):
            news = news.and_then(each)
            if page.shielded:
                break
        if page.shielded:
            async for line in _lines(page, payloads):
                yield line
            return
    yield _line(page.merges(news))
    yield _line({"end": True})


async def _read(page: AnswerPage, payloads: AnswerPayloads) -> AsyncGenerator[News]:
    try:
        async for payload in payloads:
            yield page.take(payload)
    except BROKE as why:
        page.break_off(why)
    else:
        page.end()


def _line(said: Mapping[str, Any]) -> bytes:
    return orjson.dumps(said) + b"\n"
