"""An agency that gives less than it holds: what came stands, what is missing is told."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web

from tests.support.agencies import (
    AUTHORITY,
    BY_NUMBER,
    MIRA,
    NATIONAL,
    AgencyServer,
    SourceFile,
    rest_source,
)
from tests.support.loopback import serving
from tests.support.town import Answer, small_town

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
TOTAL: Final = 'total = "body.total"\n'
PAGED: Final = 'page = { style = "link-next", next = "body.next" }\n'
MORE: Final[dict[str, Any]] = {
    "next": "/children?page=2",
    "hasMore": True,
    "pageInfo": {"hasNextPage": True},
    "@odata.nextLink": "/children?$skip=20",
    "count": 41,
}
# A manifest that counts says itself which number counts, so that no other does.
every_word = pytest.mark.parametrize(
    ("word", "total"),
    [(word, total) for word in MORE for total in (TOTAL, "") if not (total and word == "count")],
)


def now() -> str:
    return datetime.now(UTC).isoformat()


def saying(body: dict[str, Any], headers: dict[str, str] | None = None) -> Handler:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response({"asAt": now(), **body}, headers=headers)

    return answer


def source(url: str, reads: str) -> SourceFile:
    """An agency whose manifest says this of how its lists go on."""
    plain = rest_source("agency", url, by=(BY_NUMBER,), claims=NATIONAL)
    assert TOTAL in plain.operations
    return plain.with_(operations=plain.operations.replace(TOTAL, reads))


async def asked(folder: Path, handler: Handler, reads: str = "", **more: str) -> Answer:
    """What is answered of Mira by a spine that clears her and an agency that answers so."""
    async with serving(AgencyServer().answer) as spine, serving(handler) as url:
        known = rest_source("spine", spine, claims=AUTHORITY)
        async with small_town(folder, [known, source(url, reads).with_(**more)]) as town:
            return await town.ask(agencies=["spine", "agency"])


HELD_AND_NOT_ALL: Final = ("HAS_RECORD", False, True, False)


def told(answer: Answer) -> tuple[str, bool, bool, bool]:
    """The outcome, whether row and answer are complete, and whether it says that there is more."""
    row = answer.rows["agency"]
    more = "more than is shown" in row["detail"]
    return row["outcome"], row["complete"], more, answer.completeness["complete"]


@every_word
async def test_a_child_in_a_list_that_goes_on_is_held_and_the_rest_is_told(
    tmp_path: Path, word: str, total: str
) -> None:
    body = {"children": [MIRA], "total": 1, word: MORE[word]}
    assert told(await asked(tmp_path, saying(body), total)) == HELD_AND_NOT_ALL


@every_word
async def test_nobody_in_a_list_that_goes_on_is_no_absence(
    tmp_path: Path, word: str, total: str
) -> None:
    answer = await asked(tmp_path, saying({"children": [], "total": 0, word: MORE[word]}), total)
    assert answer.outcomes["agency"] == "NONE_FOUND"
    assert answer.completeness["complete"] is False


async def test_a_link_header_that_leads_on_is_heard(tmp_path: Path) -> None:
    onward = {"Link": '</children?page=2>; title="a, b"; rel="last next"'}
    answer = await asked(tmp_path, saying({"children": []}, onward))
    assert answer.outcomes["agency"] == "NONE_FOUND"


@pytest.mark.parametrize("status", [200, 400, 403, 404, 429, 500, 503])
async def test_a_second_page_never_takes_back_the_first(tmp_path: Path, status: int) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if "page" in request.query:
            body = {"children": [], "code": "NO_SUCH_CHILD"}
            return web.json_response(body, status=status)
        return web.json_response({"children": [MIRA], "next": "/children?page=2", "asAt": now()})

    answered = await asked(tmp_path, answer, PAGED)
    row = answered.rows["agency"]
    assert row["outcome"] == "HAS_RECORD"
    assert row["complete"] is (status == 200)


async def test_a_page_that_is_slow_costs_the_rest_and_not_the_child(tmp_path: Path) -> None:
    gone = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        if "page" in request.query:
            await gone.wait()
        return web.json_response({"children": [MIRA], "next": "/children?page=2", "asAt": now()})

    try:
        assert told(await asked(tmp_path, answer, PAGED, timeout="2s")) == HELD_AND_NOT_ALL
    finally:
        gone.set()


async def test_a_namesake_beyond_the_page_keeps_a_record_without_a_number_apart(
    tmp_path: Path,
) -> None:
    unnumbered = {name: value for name, value in MIRA.items() if name not in {"nhs", "upn"}}
    cut = await asked(tmp_path, saying({"children": [unnumbered], "hasMore": True}))
    assert cut.outcomes["agency"] == "AMBIGUOUS"


async def test_an_authority_whose_list_was_cut_clears_nobody(tmp_path: Path) -> None:
    async def cut(_: web.Request) -> web.StreamResponse:
        body = {"children": [MIRA], "total": 1, "hasMore": True, "asAt": now()}
        return web.json_response(body)

    async with serving(cut) as spine, serving(AgencyServer().answer) as url:
        known = rest_source("spine", spine, claims=AUTHORITY)
        school = rest_source("school", url)
        async with small_town(tmp_path, [known, school]) as town:
            answer = await town.ask(agencies=["spine", "school"])
    assert answer.child_answer["child"]["restriction"] == "UNKNOWN"
    assert answer.outcomes["school"] == "NOTHING_TO_SHARE"
    assert "Tanners" not in answer.text


async def test_of_more_services_than_are_shown_the_open_and_newest_are(tmp_path: Path) -> None:
    workers = [{"name": f"Worker {n}", "role": "helper"} for n in range(60)]
    body = {"children": [{**MIRA, "workers": workers}], "total": 1}
    answer = await asked(tmp_path, saying(body), TOTAL)
    assert told(answer) == HELD_AND_NOT_ALL
    assert len(answer.rows["agency"]["involvements"]) == 50
