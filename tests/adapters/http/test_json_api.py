"""A JSON:API server that none of us wrote is joined by the recipe of the documentation alone."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.contract import Malformed, NoRecord, Records
from adapters.http.kinds.json_api import put_included
from tests.support.adapters.counterparts import failed
from tests.support.adapters.problems import problems
from tests.support.adapters.registers.joined import (
    test_every_value_of_a_child_and_of_who_works_with_her_is_read,
    test_of_sixty_who_work_with_a_child_the_open_ones_stay_and_the_cut_is_told,
    test_twins_are_both_found,
)
from tests.support.adapters.registers.people import (
    IDA,
    MAX,
    NOBODY,
    TWINS,
    record_of,
)
from tests.support.adapters.registers.recipes import Recipe
from tests.support.adapters.registers.running import django

__all__ = [
    "django",
    "test_every_value_of_a_child_and_of_who_works_with_her_is_read",
    "test_of_sixty_who_work_with_a_child_the_open_ones_stay_and_the_cut_is_told",
    "test_twins_are_both_found",
]


@pytest.fixture
def recipe(django: str, tmp_path: Path) -> Recipe:
    return Recipe.of("A JSON:API server", django, tmp_path, path="/jsonapi")


async def test_a_register_in_json_api_is_dependable(recipe: Recipe) -> None:
    found = await recipe.checked()
    assert failed(found) == []
    assert found["level"] in {"dependable", "exemplary"}


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('total = "body.meta.pagination.count"\n', ""),
        (
            'page = { style = "link-next", next = "body.links.next" }',
            'page = { style = "page", param = "page[number]", size = 1 }',
        ),
    ],
    ids=["no count", "by number"],
)
async def test_twins_are_found_however_pages_are_turned(
    recipe: Recipe, good: str, bad: str
) -> None:
    reply = await recipe.changed(good, bad).by_name(IDA)
    assert isinstance(reply, Records)
    assert (reply.records, reply.whole) == (tuple(map(record_of, TWINS)), True)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('headers = { Accept = "application/vnd.api+json" }', ""),
        ('"filter[nhs]"', '"filter[number]"'),
    ],
    ids=["no media type", "a filter that it has not"],
)
async def test_what_it_refuses_is_no_absence(recipe: Recipe, good: str, bad: str) -> None:
    assert await recipe.changed(good, bad).by_number(NOBODY) == Malformed("status")


async def test_a_child_whom_it_does_not_hold_is_no_record(recipe: Recipe) -> None:
    assert await recipe.by_number(NOBODY) == NoRecord()


async def test_workers_who_were_not_sent_along_are_told_as_missing(recipe: Recipe) -> None:
    alone = recipe.changed(', include = "workers" }', " }")
    reply = await alone.by_number(MAX.nhs)
    assert isinstance(reply, Records)
    assert reply.records == (record_of(MAX, involvements=(), defects=("involvements",)),)


@pytest.mark.parametrize(
    ("good", "bad", "what"),
    [
        ('include = ["workers"]', 'include = ["attributes"]', "another attributes already"),
        ('include = ["workers"]', 'include = ["workers/team"]', "include"),
        ('kind = "rest"', 'kind = "oneroster"', "kind oneroster has no include"),
    ],
)
def test_a_mistake_in_include_is_named(django: str, good: str, bad: str, what: str) -> None:
    recipe = Recipe.of("A JSON:API server", django, Path())
    found = problems(recipe.changed(good, bad).manifest)
    assert any(what in said for _, said in found), found


NUMBERS = st.sampled_from("abc")
LINKS = st.lists(NUMBERS, max_size=3)


@given(LINKS, LINKS, LINKS)
def test_nobody_who_is_linked_to_is_left_out_without_a_word(
    linked: list[str], teams: list[str], came: list[str]
) -> None:
    def links(kind: str, numbers: list[str]) -> dict[str, Any]:
        return {"data": [{"type": kind, "id": one} for one in numbers]}

    included = [
        {"type": kind, "id": one, "relationships": {"team": links("team", teams)}}
        for kind in ("worker", "team")
        for one in came
    ]
    own = {"workers": links("worker", linked)}
    child: dict[str, Any] = {"type": "child", "id": "1", "relationships": own}
    put_included({"included": included}, [child], ["workers.team"])
    if {*linked} <= {*came} and (not linked or {*teams} <= {*came}):
        assert [one["id"] for one in child["workers"]] == linked
        assert all([t["id"] for t in one["team"]] == teams for one in child["workers"])
    else:
        assert "workers" not in child


@pytest.mark.parametrize(
    "relationships",
    [
        None,
        {},
        {"workers": {"links": {"related": "/children/1/workers"}}},
        {"workers": {"data": [], "links": {"next": "/children/1/workers?page=2"}}},
        {"workers": {"data": ["7"]}},
        {"workers": "7"},
    ],
)
def test_links_that_cannot_be_followed_to_the_end_are_no_empty_list(relationships: Any) -> None:
    child = {"type": "child", "id": "1", "relationships": relationships}
    put_included({}, [child], ["workers"])
    assert "workers" not in child
