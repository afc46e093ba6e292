"""A list that changes between two of its pages may have passed a child over, and nobody is told so.

A child whose record moved up, while another was put in, is on no page.
"""

from collections.abc import Sequence
from typing import Any

import pytest
from aiohttp import web

from adapters.contract.contract import Records, Reply, Unread
from adapters.expressions.xml_document import parse_xml
from adapters.http.paging.page_style import Paging
from adapters.manifest.operation import PageTable
from tests.support.adapters.asking import manifest_text, opened, question
from tests.support.loopback import serving
from tests.support.processor_time import cheap

ROLL = """
[[operation]]
name = "by-upn"
path = "/pupils"
query = { upn = "{upn}" }
records = "body.pupils"
PAGED
[operation.map]
record_id = "id"
family_name = "surname"
birth_date = "dob"
"""
STAFF = """
[operation.detail.staff]
path = "/staff/{record_id}"
items = "body.data"
PAGED
[[operation.involvement]]
each = "staff[]"
role = "role"
"""
OFFSET = '{ style = "offset", param = "skip", size = 2 }'
TWO = [OFFSET, '{ style = "page", param = "page", size = 2 }']
CURSOR = '{ style = "cursor", next = "body.cursor", param = "after" }'
TOTALS = ["", 'total = "body.total"']


def pupils(which: Sequence[int]) -> list[dict[str, Any]]:
    return [{"id": one, "surname": "Hill", "dob": "2015-03-09"} for one in which]


async def asked(page: str, pages: Sequence[Sequence[int]], total: str = "") -> Reply:
    calls = iter([*pages, []])

    async def handler(_request: web.Request) -> web.Response:
        return web.json_response({"pupils": pupils(next(calls)), "total": 3})

    text = ROLL.replace("PAGED", f"page = {page}\n{total}")
    async with serving(handler) as base, opened(manifest_text("rest", base, rest=text)) as adapter:
        return await adapter.source.ask(question())


def lacks(reply: Reply) -> Unread | None:
    assert isinstance(reply, Records), reply
    assert reply.whole == (reply.unread is None)
    return reply.unread


@pytest.mark.parametrize("page", TWO)
@pytest.mark.parametrize("total", TOTALS)
@pytest.mark.parametrize("pages", [[[0, 1], [1]], [[0], [1, 0]], [[0], [1], [0]]])
async def test_a_child_who_is_on_no_page_may_be_in_the_list(
    page: str, total: str, pages: list[list[int]]
) -> None:
    assert lacks(await asked(page, pages, total)) is Unread.REPEATED


@pytest.mark.parametrize("page", TWO)
async def test_a_list_that_moved_early_is_doubted_at_its_end(page: str) -> None:
    assert lacks(await asked(page, [[0], [0, 1], []])) is Unread.REPEATED


@pytest.mark.parametrize("page", TWO)
@pytest.mark.parametrize("total", TOTALS)
async def test_a_list_that_kept_still_is_whole(page: str, total: str) -> None:
    reply = await asked(page, [[0, 1], [2]], total)
    assert lacks(reply) is None
    assert isinstance(reply, Records)
    assert [record.record_id for record in reply.records] == ["0", "1", "2"]


async def test_pages_that_are_not_counted_may_overlap() -> None:
    async def handler(request: web.Request) -> web.Response:
        second = "after" in request.query
        which = [1] if second else [0, 1]
        return web.json_response({"pupils": pupils(which), "cursor": None if second else "1"})

    text = ROLL.replace("PAGED", f"page = {CURSOR}")
    async with serving(handler) as base, opened(manifest_text("rest", base, rest=text)) as adapter:
        assert lacks(await adapter.source.ask(question())) is None


@pytest.mark.parametrize(("second", "cut"), [(["nurse"], ()), (["teacher"], ("involvements",))])
async def test_a_worker_may_be_missing_from_a_detail_whose_list_moved(
    second: list[str], cut: tuple[str, ...]
) -> None:
    staff = {"0": ["teacher", "head"], "2": second}

    async def handler(request: web.Request) -> web.Response:
        if request.path.startswith("/staff"):
            roles = staff.get(request.query["skip"], [])
            return web.json_response({"data": [{"role": role} for role in roles]})
        return web.json_response({"pupils": pupils([1])})

    rest = f"{ROLL.replace('PAGED', '')}{STAFF.replace('PAGED', f'page = {OFFSET}')}"
    text = manifest_text("rest", "BASE", rest=rest)
    async with serving(handler) as base, opened(text.replace("BASE", base)) as adapter:
        reply = await adapter.source.ask(question())
    assert isinstance(reply, Records)
    assert [one.cut for one in reply.records] == [cut]


def counted() -> Paging:
    page = PageTable.model_validate({"style": "offset", "param": "skip", "size": 2})
    return Paging.of(page, "rest")


def test_two_pages_of_ten_thousands_are_compared_in_no_time() -> None:
    before, page = list(range(60_000)), [[each] for each in range(60_000)]
    with cheap(1.0):
        assert not counted().has_moved(before, page)
        assert counted().has_moved(before, [*page, before[-1]])


@pytest.mark.parametrize(("again", "moved"), [('<p id="1" n="2" />', True), ("<p id='3'/>", False)])
def test_a_pupil_who_is_on_two_pages_of_xml_is_seen(again: str, moved: bool) -> None:  # noqa: FBT001
    first, second = (
        parse_xml(f"<roll>{pupil}</roll>".encode())
        for pupil in ("<p n='2' id='1'></p>\n<p id='2'/>", f" {again}")
    )
    assert counted().has_moved([*first], [*second]) is moved
