"""A list in pages is read to its end or is AMBIGUOUS; it is never cut in silence."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import web

from adapters.contract.contract import (
    Adapter,
    Fault,
    Malformed,
    NoRecord,
    Records,
    Reply,
    TooMany,
    Unavailable,
    Unread,
)
from adapters.http.paging.page_style import next_address
from tests.support.adapters.asking import manifest_text, opened, question
from tests.support.loopback import serving

FEW = """
[[operation]]
name = "by-upn"
path = "/pupils"
query = {{ upn = "{{upn}}" }}
records = "body.pupils"
{total}
page = {page}
[operation.map]
record_id = "id"
family_name = "surname"
birth_date = "dob"
"""
LINK = '{ style = "link-next" }'
BODY_LINK = '{ style = "link-next", next = "body.next" }'
CURSOR = '{ style = "cursor", next = "body.cursor", param = "after" }'
OFFSET = '{ style = "offset", param = "skip", size = 1 }'
PAGE = '{ style = "page", param = "page", size = 1 }'


@dataclass(slots=True)
class Roll:
    """A school with some pupils, one on each page, in any style of paging.

    It may lead on to an empty page, or fail at its second with a status.
    """

    pupils: int
    asked: list[str] = field(default_factory=list)
    leads_too_far: bool = False
    second_page: int = 200

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.query_string)
        query = request.query
        at = int(query.get("after") or query.get("skip") or int(query.get("page", "1")) - 1)
        pupils = [{"id": at, "surname": "Hill", "dob": "2015-03-09"}] if at < self.pupils else []
        if at == 1 and self.second_page != 200:
            return web.json_response({"pupils": []}, status=self.second_page)
        more = at + 1 < self.pupils or (self.leads_too_far and at == 0)
        here = f"{request.scheme}://{request.host}/pupils?upn=A1&after={at + 1}"
        body: dict[str, Any] = {
            "pupils": pupils,
            "total": self.pupils,
            "cursor": str(at + 1) if more else None,
            "next": here if more else None,
        }
        headers = {"Link": f'<{here}>; rel="next"'} if more else {}
        return web.json_response(body, headers=headers)


@asynccontextmanager
async def school(roll: Roll, page: str, total: str = "") -> AsyncIterator[Adapter]:
    async with serving(roll.answer) as base:
        text = manifest_text("rest", base, rest=FEW.format(page=page, total=total))
        async with opened(text) as adapter:
            yield adapter


def ids(reply: Reply) -> list[str | None]:
    assert isinstance(reply, Records), reply
    return [record.record_id for record in reply.records]


def lacks(reply: Reply) -> Unread | None:
    """Why not all was read; None where all was."""
    assert isinstance(reply, Records | NoRecord), reply
    assert reply.whole == (reply.unread is None)
    return reply.unread


@pytest.mark.parametrize("page", [LINK, BODY_LINK, CURSOR, OFFSET, PAGE])
async def test_children_on_later_pages_are_found(page: str) -> None:
    async with school(Roll(3), page) as adapter:
        assert ids(await adapter.source.ask(question())) == ["0", "1", "2"]


async def test_a_stated_total_saves_the_request_for_an_empty_page() -> None:
    roll = Roll(2)
    async with school(roll, OFFSET, 'total = "body.total"') as adapter:
        assert ids(await adapter.source.ask(question())) == ["0", "1"]
    assert roll.asked == ["upn=A1&skip=0", "upn=A1&skip=1"]


@pytest.mark.parametrize("page", [LINK, CURSOR, OFFSET, PAGE])
async def test_beyond_the_pages_allowed_there_may_be_more(page: str) -> None:
    capped = page.replace("}", ", max_pages = 2 }")
    roll = Roll(3)
    async with school(roll, capped) as adapter:
        reply = await adapter.source.ask(question())
    assert ids(reply) == ["0", "1"]
    assert lacks(reply) is Unread.PAGES
    assert len(roll.asked) == 2


async def test_more_children_than_the_manifest_allows_end_the_paging() -> None:
    roll = Roll(40)
    async with school(roll, LINK) as adapter:
        assert await adapter.source.ask(question()) == TooMany()
    assert len(roll.asked) == 4


async def test_without_a_turn_within_the_agencys_rate_no_further_page_is_read() -> None:
    async def no_turn() -> bool:
        return False

    roll = Roll(3)
    async with school(roll, LINK) as adapter:
        reply = await adapter.source.ask(replace(question(), pace=no_turn))
    assert ids(reply) == ["0"]
    assert lacks(reply) is Unread.FAILED
    assert len(roll.asked) == 1


@pytest.mark.parametrize(
    "link",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/pupils",
        "file:///etc/passwd",
        "//evil.example/",
        "x" * 3000,
        {"href": "/"},
        True,
    ],
)
async def test_a_next_link_to_anywhere_else_is_not_followed(link: Any) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.json_response({"pupils": [], "next": link})

    text = FEW.format(page=BODY_LINK, total="")
    async with serving(handler) as base, opened(manifest_text("rest", base, rest=text)) as adapter:
        assert await adapter.source.ask(question()) == Malformed("page")


@pytest.mark.parametrize(
    "link",
    [
        "?after=1",
        "/trust/pupils?after=1",
        "pupils?after=1",
        "/trust?after=1",
        "/trust/",
        "BASE/pupils/of%20the%20year?after=1#rest",
        "BASE/pupils?from=http%3A%2F%2Felsewhere.example%2F..%2F",
    ],
)
def test_a_next_link_below_the_sources_own_address_is_followed(link: str) -> None:
    home = "https://host.example/trust"
    said = next_address(link.replace("BASE", home), f"{home}/pupils?upn=A1", home)
    assert said is not None
    assert said.startswith(home)
    assert "#" not in said


@pytest.mark.parametrize(
    "link",
    [
        "/other/pupils",
        "/trustees/pupils",
        "..",
        "../other",
        "BASE/../other",
        "BASE/..",
        "BASE/pupils/../../other",
        "BASE/..%2fother",
        "BASE/%2e%2e/other",
        "BASE/%2E%2E%2Fother",
        "BASE/%252e%252e%252fother",
        "BASE/%25252e%25252e/other",
        "BASE/..\\other",
        "BASE/..%5cother",
        "BASE//other.example/",
        "BASE/pupils//..%2f..%2fother",
        "/%74rust/../other",
        "/trust%2f..%2fother",
        "//other.example/trust/pupils",
        "///other.example/trust",
        "/\\other.example/trust",
        "https://host.example@other.example/trust/pupils",
        "https://user@host.example/trust/pupils",
        "https://user:secret@host.example/trust/pupils",
        "https://host.example:8443/trust/pupils",
        "https://host.example.other.example/trust/pupils",
        "https://host.example:x/trust/pupils",
        "https://[host.example/trust/pupils",
        "http://host.example/trust/pupils",
        "file:///trust/pupils",
        "javascript:alert(1)",
        f"BASE/%{'25' * 20_000}41",
        "BASE/pupils\n",
        "BASE/pu pils",
        "BASE/pupils\u202e",
    ],
)
def test_a_next_link_that_leaves_the_sources_own_address_is_not(link: str) -> None:
    home = "https://host.example/trust"
    for base in (home, f"{home}/"):
        assert next_address(link.replace("BASE", home), f"{home}/pupils?upn=A1", base) is None


async def test_an_agency_asks_nothing_of_its_neighbour_on_the_same_host() -> None:
    asked: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({"pupils": [], "next": "/trust/..%2fneighbour/pupils"})

    text = FEW.format(page=BODY_LINK, total="")
    async with serving(handler) as host:
        home = f"{host}/trust"
        async with opened(manifest_text("rest", home, rest=text)) as adapter:
            assert await adapter.source.ask(question()) == Malformed("page")
    assert asked == ["/trust/pupils"]


async def test_an_agency_that_leads_in_a_circle_is_malformed() -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.json_response({"pupils": [], "next": "/pupils?upn=A1"})

    text = FEW.format(page=BODY_LINK, total="")
    async with serving(handler) as base, opened(manifest_text("rest", base, rest=text)) as adapter:
        assert await adapter.source.ask(question()) == Malformed("page")


async def test_a_later_page_that_fails_fails_the_answer() -> None:
    async def handler(request: web.Request) -> web.Response:
        if "after" in request.query:
            return web.Response(status=502)
        return web.json_response({"pupils": [], "next": "/pupils?after=1"})

    text = FEW.format(page=BODY_LINK, total="")
    async with serving(handler) as base, opened(manifest_text("rest", base, rest=text)) as adapter:
        reply = await adapter.source.ask(question())
    assert reply == Unavailable(Fault.SERVER_ERROR, status=502)


async def test_a_bundles_next_link_is_followed_where_the_manifest_says_so() -> None:
    def bundle(number: int, base: str) -> dict[str, Any]:
        patient = {"resourceType": "Patient", "id": str(number), "birthDate": "2015-03-09"}
        patient["name"] = [{"family": "Hill"}]  # type: ignore[assignment]
        link = [{"relation": "next", "url": f"{base}/Patient?page=2"}] if number == 1 else []
        entry = [{"resource": patient}]
        return {"resourceType": "Bundle", "type": "searchset", "entry": entry, "link": link}

    async def handler(request: web.Request) -> web.Response:
        base = f"{request.scheme}://{request.host}"
        body = json.dumps(bundle(2 if "page" in request.query else 1, base))
        return web.Response(text=body, content_type="application/fhir+json")

    rest = """
[[operation]]
name = "by-upn"
path = "/Patient"
query = { identifier = "{upn}" }
page = { style = "link-next" }
[operation.map]
record_id = "id"
family_name = "name[0].family"
birth_date = "birthDate"
"""
    async with serving(handler) as base, opened(manifest_text("fhir", base, rest=rest)) as adapter:
        assert ids(await adapter.source.ask(question())) == ["1", "2"]


ABSENT = 'absent = "length(body.pupils) == `0`"'
ASKED_AGAIN = [OFFSET, PAGE]


@pytest.mark.parametrize("page", [LINK, BODY_LINK, CURSOR, OFFSET, PAGE])
async def test_an_empty_last_page_is_the_end_of_a_list_and_not_absence(page: str) -> None:
    async with school(Roll(1, leads_too_far=True), page, ABSENT) as adapter:
        reply = await adapter.source.ask(question())
    assert ids(reply) == ["0"]
    assert lacks(reply) is None


@pytest.mark.parametrize("page", [LINK, BODY_LINK, CURSOR])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 502])
async def test_a_child_on_the_first_page_stands_whatever_the_second_says(
    page: str, status: int
) -> None:
    async with school(Roll(2, second_page=status), page, ABSENT) as adapter:
        reply = await adapter.source.ask(question())
    assert ids(reply) == ["0"]
    assert lacks(reply) is Unread.FAILED


@pytest.mark.parametrize("page", ASKED_AGAIN)
async def test_a_page_too_far_that_is_called_absent_is_the_end_where_pages_are_counted(
    page: str,
) -> None:
    async with school(Roll(2, second_page=404), page, ABSENT) as adapter:
        reply = await adapter.source.ask(question())
    assert ids(reply) == ["0"]
    assert lacks(reply) is None


@pytest.mark.parametrize("page", [LINK, BODY_LINK, CURSOR])
async def test_an_empty_page_that_leads_on_to_nothing_proves_nothing(page: str) -> None:
    async with school(Roll(0, leads_too_far=True), page) as adapter:
        assert await adapter.source.ask(question()) == NoRecord(whole=False)


@pytest.mark.parametrize("page", ASKED_AGAIN)
async def test_a_server_that_gives_less_than_it_was_asked_for_is_asked_on(page: str) -> None:
    async with school(Roll(3), page.replace("size = 1", "size = 50")) as adapter:
        reply = await adapter.source.ask(question())
    assert ids(reply) == ["0", "1", "2"]
    assert lacks(reply) is None


async def test_a_server_that_gives_the_same_page_again_and_again_may_have_more() -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.json_response({"pupils": [{"id": 0, "surname": "Hill", "dob": "2015-03-09"}]})

    text = FEW.format(page=OFFSET, total="")
    async with serving(handler) as base, opened(manifest_text("rest", base, rest=text)) as adapter:
        reply = await adapter.source.ask(question())
    assert ids(reply) == ["0"]
    assert lacks(reply) is Unread.REPEATED


async def test_an_empty_cursor_is_not_taken_for_the_end() -> None:
    async def handler(_request: web.Request) -> web.Response:
        pupil = {"id": 0, "surname": "Hill", "dob": "2015-03-09"}
        return web.json_response({"pupils": [pupil], "cursor": ""})

    text = FEW.format(page=CURSOR, total="")
    async with serving(handler) as base, opened(manifest_text("rest", base, rest=text)) as adapter:
        reply = await adapter.source.ask(question())
    assert ids(reply) == ["0"]
    assert isinstance(reply, Records)
    assert not reply.whole


async def test_the_next_page_is_found_among_several_link_headers() -> None:
    async def handler(request: web.Request) -> web.Response:
        at = int(request.query.get("page", "1"))
        reply = web.json_response({"pupils": [{"id": at, "surname": "Hill", "dob": "2015-03-09"}]})
        if at == 1:
            reply.headers.add("Link", '</pupils?page=2>; title="a, b"; rel="last next"')
            reply.headers.add("Link", '</pupils?page=1>; rel="first"')
        return reply

    text = FEW.format(page=LINK, total="")
    async with serving(handler) as base, opened(manifest_text("rest", base, rest=text)) as adapter:
        assert ids(await adapter.source.ask(question())) == ["1", "2"]


@pytest.mark.parametrize("beside", [{"next": "/x?after=40"}, {"hasMore": True}, {"count": 41}])
@pytest.mark.parametrize("absent", ["", ABSENT])
async def test_without_pages_in_the_manifest_more_is_heard_and_proves_nothing(
    beside: dict[str, Any], absent: str
) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.json_response({"pupils": [], **beside})

    text = FEW.format(page='{ style = "none" }', total=absent)
    async with serving(handler) as base, opened(manifest_text("rest", base, rest=text)) as adapter:
        assert await adapter.source.ask(question()) == NoRecord(whole=False)


async def test_a_second_page_that_does_not_come_in_time_costs_no_child_of_the_first() -> None:
    async def handler(request: web.Request) -> web.Response:
        if "after" in request.query:
            await asyncio.sleep(30)
        pupil = {"id": 0, "surname": "Hill", "dob": "2015-03-09"}
        return web.json_response({"pupils": [pupil], "next": "/pupils?after=1"})

    text = FEW.format(page=BODY_LINK, total="")
    async with serving(handler) as base, opened(manifest_text("rest", base, rest=text)) as adapter:
        reply = await adapter.source.ask(question(timeout_s=1.5))
    assert ids(reply) == ["0"]
    assert lacks(reply) is Unread.FAILED


DETAIL = """
[[operation]]
name = "by-upn"
path = "/pupils"
query = { upn = "{upn}" }
records = "body.pupils"
[operation.detail.staff]
path = "/staff/{record_id}"
items = "body.data"
[operation.map]
record_id = "id"
family_name = "surname"
birth_date = "dob"
[[operation.involvement]]
each = "staff[]"
role = "role"
"""


@pytest.mark.parametrize("beside", [{"total": 25}, {"next": "/y?page=2"}, {"hasMore": True}])
async def test_a_detail_that_has_more_is_told_as_cut(beside: dict[str, Any]) -> None:
    async def handler(request: web.Request) -> web.Response:
        if request.path.startswith("/staff"):
            return web.json_response({"data": [{"role": "teacher"}] * 10, **beside})
        return web.json_response({"pupils": [{"id": 1, "surname": "Hill", "dob": "2015-03-09"}]})

    text = manifest_text("rest", "BASE", rest=DETAIL)
    async with serving(handler) as base, opened(text.replace("BASE", base)) as adapter:
        reply = await adapter.source.ask(question())
    assert isinstance(reply, Records)
    assert [(one.cut, one.defects) for one in reply.records] == [(("involvements",), ())]
    assert reply.whole
