"""An answer becomes a page: part by part where our script is, whole where it is not."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, Final

import orjson
from starlette.responses import HTMLResponse, Response, StreamingResponse

from console.asking.refusals import BrokenOff, GatewayAway, GatewayRefused
from console.pages.visit import Visit
from console.practitioner.coming import ComingAnswer, News
from console.practitioner.typed import CHILD, REASON, Typed

_PAGE: Final = "practitioner/answer.html"
_AT_THE_END: Final = ("needs", "child", "unresolved")
_BROKE: Final = (BrokenOff, GatewayAway, GatewayRefused)


class AnswerPage:
    """One answer on one page; `again` says that it is only of agencies that are asked again."""

    def __init__(self, visit: Visit, typed: Typed, *, again: bool = False) -> None:
        self._visit = visit
        self._answer = ComingAnswer()
        self._values: dict[str, Any] = {
            "answer": self._answer,
            "typed": typed,
            "again": again,
            "carried": typed.without("chosenKey", "chosenWhy").carried((*REASON, *CHILD)),
            "case": typed.for_the_case.carried(REASON),
        }

    def take(self, payload: Mapping[str, Any]) -> News:
        """Add a payload of the gateway."""
        return self._answer.take(payload)

    def break_off(self, why: Exception) -> None:
        """No more comes. What came stays."""
        refused = isinstance(why, GatewayRefused)
        self._answer.why_not = str(why) if refused else str(BrokenOff())

    @property
    def broken(self) -> bool:
        """Whether it ended before it was whole."""
        return not self._answer.whole

    def whole(self) -> str:
        """The page with all that is there."""
        return self._visit.part(_PAGE, **self._values)

    def line(self, news: News) -> dict[str, Any]:
        """What a payload changes on the page."""
        places = [*(["restriction"] if news.restriction else []), "state"]
        places += _AT_THE_END if news.whole else ()
        into: dict[str, str] = {}
        for row in news.rows:
            text = self._part("row", row=row)
            into[row.group.place] = into.get(row.group.place, "") + text
        said = [row.spoken for row in news.rows]
        return {
            "slots": {place: self._part(place) for place in places},
            "into": into,
            "gone": [f"waiting-{row.agency['id']}" for row in news.rows],
            "say": " ".join([*said, *self._spoken(news)]),
        }

    def last(self) -> dict[str, Any]:
        """What is true once no more comes."""
        return {"slots": {"state": self._part("state")}, "say": "The answer broke off."}

    def _spoken(self, news: News) -> list[str]:
        told = self._answer.restriction
        shown = "No restriction is known." if told == "NONE_KNOWN" else "Treat as shielded."
        return [*([shown] if news.restriction else []), *(["That is all."] if news.whole else [])]

    def _part(self, name: str, **values: Any) -> str:
        return self._visit.part(f"practitioner/{name}.html", **self._values, **values)


async def answered(
    visit: Visit, name: str, variables: Mapping[str, Any], typed: Typed, *, again: bool = False
) -> Response:
    """Ask, and show what comes; GatewayRefused, GatewayAway or BrokenOff without a first part."""
    page = AnswerPage(visit, typed, again=again)
    payloads = visit.ask_in_parts(name, variables)
    try:
        first = page.take(await anext(payloads))
    except BaseException:
        await payloads.aclose()
        raise
    if visit.live:
        return StreamingResponse(_lines(page, payloads, first), media_type="application/x-ndjson")
    async with aclosing(payloads):
        async for _ in _read(page, payloads):
            """Without the script, everything is awaited."""
    return HTMLResponse(page.whole())


async def _lines(
    page: AnswerPage, payloads: AsyncGenerator[dict[str, Any]], _: News
) -> AsyncGenerator[bytes]:
    yield _line({"page": page.whole()})
    async with aclosing(payloads):
        async for news in _read(page, payloads):
            yield _line(page.line(news))
    if page.broken:
        yield _line(page.last())
    yield _line({"end": True})


async def _read(page: AnswerPage, payloads: AsyncGenerator[dict[str, Any]]) -> AsyncGenerator[News]:
    try:
        async for payload in payloads:
            yield page.take(payload)
    except _BROKE as why:
        page.break_off(why)
    else:
        if page.broken:
            page.break_off(BrokenOff())


def _line(said: Mapping[str, Any]) -> bytes:
    return orjson.dumps(said) + b"\n"
