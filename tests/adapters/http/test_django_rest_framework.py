"""Django REST Framework, in each of its three ways of paging, is joined by the recipe alone."""

from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from adapters.contract.contract import Fault, NoRecord, Records, Refused, Unavailable
from tests.support.adapters.counterparts import failed
from tests.support.adapters.registers.joined import (
    test_every_value_of_a_child_and_of_who_works_with_her_is_read,
)
from tests.support.adapters.registers.people import (
    ANN,
    GUS,
    IDA,
    MAX,
    NOBODY,
    TWINS,
    kept_of,
)
from tests.support.adapters.registers.recipes import Recipe
from tests.support.adapters.registers.running import django
from tests.support.loopback import serving

__all__ = [
    "django",
    "test_every_value_of_a_child_and_of_who_works_with_her_is_read",
]

HEADING = "A Django REST Framework API"
LISTED = ("involvements",)
DETAIL = 'page = { style = "link-next", next = "body.next" }\n  ['


@pytest.fixture(params=["pages", "cursors", "offsets"])
def recipe(request: pytest.FixtureRequest, django: str, tmp_path: Path) -> Recipe:
    way = str(request.param)
    recipe = Recipe.of(HEADING, django, tmp_path, path=f"/{way}")
    # The page says so of CursorPagination.
    return recipe.changed('total = "body.count"\n', "") if way == "cursors" else recipe


async def test_a_register_by_django_is_dependable(recipe: Recipe) -> None:
    found = await recipe.checked()
    assert failed(found) == []
    assert found["level"] in {"dependable", "exemplary"}


async def test_of_sixty_on_twelve_pages_the_open_ones_stay_and_the_cut_is_told(
    recipe: Recipe,
) -> None:
    twelve = DETAIL.replace(" }", ", max_pages = 12 }")
    kept = kept_of(await recipe.changed(DETAIL, twelve).found(GUS))
    assert {worker.name for worker in GUS.workers if worker.ended is None} <= kept


@pytest.mark.parametrize(
    ("said", "workers", "cut"),
    [
        ('page = { style = "page", param = "page", size = 5 }\n  [', 23, ()),
        ('query = { page_size = "50" }\n  [', 23, ()),
        ('query = { page_size = "10" }\n  [', 10, LISTED),
        ("[", 5, LISTED),
        ('page = { style = "link-next", next = "body.next", max_pages = 2 }\n  [', 10, LISTED),
        ('page = { style = "link-next", next = "body.previous" }\n  [', 5, LISTED),
        ('page = { style = "page", param = "no_such", size = 5 }\n  [', 5, LISTED),
    ],
    ids=["counted", "at once", "ten", "no page", "two pages", "wrong link", "unheeded"],
)
async def test_a_list_of_a_child_is_read_to_its_end_or_told_as_cut(
    recipe: Recipe, said: str, workers: int, cut: tuple[str, ...]
) -> None:
    reply = await recipe.changed(DETAIL, said).by_number(MAX.nhs)
    assert isinstance(reply, Records)
    (record,) = reply.records
    assert len(record.involvements) == workers
    assert (record.cut, record.defects) == (cut, ())


async def test_the_check_reads_every_page_of_a_childs_own_list(recipe: Recipe) -> None:
    found = await recipe.checked(child=MAX)
    assert failed(found) == []


async def test_the_check_refuses_a_manifest_that_leaves_pages_of_a_childs_list_unread(
    recipe: Recipe,
) -> None:
    found = await recipe.changed(DETAIL, "[").checked(child=MAX)
    said = dict(failed(found))["every example is read as it expects"]
    assert found["level"] == "connects"
    assert "there is more than came of involvements" in said


async def test_twins_on_two_pages_are_both_found(recipe: Recipe) -> None:
    reply = await recipe.by_name(IDA)
    assert isinstance(reply, Records)
    assert [one.record_id for one in reply.records] == [str(one.id) for one in TWINS]


async def test_a_child_whom_it_does_not_hold_is_no_record(recipe: Recipe) -> None:
    assert await recipe.by_number(NOBODY) == NoRecord()


BY_LINK = 'page = { style = "link-next", next = "body.next" }'
BY_PAGE = 'page = { style = "page", param = "page", size = 1 }'
BY_OFFSET = 'page = { style = "offset", param = "offset", size = 1 }'
COUNT = 'total = "body.count"\n'
TOO_FAR = "absent = \"status == `404` && body.detail == 'Invalid page.'\"\n"


@pytest.mark.parametrize("counted", [COUNT, "", TOO_FAR], ids=["count", "no count", "404"])
@pytest.mark.parametrize(("way", "style"), [("pages", BY_PAGE), ("offsets", BY_OFFSET)])
async def test_by_the_numbers_of_pages_nobody_is_lost_behind_the_last_page(
    django: str, tmp_path: Path, way: str, style: str, counted: str
) -> None:
    recipe = Recipe.of(HEADING, django, tmp_path, path=f"/{way}")
    counting = recipe.changed(BY_LINK, style).changed(COUNT, counted)
    twins = await counting.by_name(IDA)
    assert isinstance(twins, Records)
    assert ([one.record_id for one in twins.records], twins.whole) == (["6", "7"], True)
    assert await counting.by_number(NOBODY) == NoRecord()


@pytest.mark.parametrize("counted", [COUNT, ""], ids=["count", "no count"])
async def test_a_page_that_nobody_turns_is_told(django: str, tmp_path: Path, counted: str) -> None:
    recipe = Recipe.of(HEADING, django, tmp_path, path="/pages")
    first = recipe.changed(BY_LINK, 'page = { style = "none" }').changed(COUNT, counted)
    reply = await first.by_name(IDA)
    assert isinstance(reply, Records)
    assert ([one.record_id for one in reply.records], reply.whole) == (["6"], False)


async def test_behind_a_proxy_the_links_lead_astray_and_the_numbers_do_not(
    django: str, tmp_path: Path
) -> None:
    async with ClientSession() as session:

        async def proxy(request: web.Request) -> web.Response:
            headers = {**request.headers, "Host": "127.0.0.1"}
            async with session.get(f"{django}{request.path_qs}", headers=headers) as answer:
                body, kind = await answer.read(), answer.content_type
                return web.Response(body=body, status=answer.status, content_type=kind)

        async with serving(proxy) as outside:
            recipe = Recipe.of(HEADING, outside, tmp_path, path="/pages")
            astray = await recipe.by_name(IDA)
            counted = await recipe.changed(BY_LINK, BY_PAGE).by_name(IDA)
    assert isinstance(astray, Records)
    assert ([one.record_id for one in astray.records], astray.whole) == (["6"], False)
    assert isinstance(counted, Records)
    assert ([one.record_id for one in counted.records], counted.whole) == (["6", "7"], True)


async def test_a_wrong_token_is_refused(recipe: Recipe) -> None:
    wrong = recipe.changed('key = { file = "key" }', 'key = { file = "token" }')
    assert await wrong.by_number(ANN.nhs) == Refused()


async def test_who_asks_too_often_is_told_how_long_to_wait(django: str, tmp_path: Path) -> None:
    recipe = Recipe.of(HEADING, django, tmp_path, path="/busy")
    first, second = await recipe.by_number(NOBODY), await recipe.by_number(NOBODY)
    assert first == NoRecord()
    assert isinstance(second, Unavailable)
    assert (second.fault, second.status) == (Fault.BUSY, 429)
    assert 0 < (second.retry_after_s or 0) <= 60
