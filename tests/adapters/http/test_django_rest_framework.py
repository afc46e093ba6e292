"""Django REST Framework, in each of its three ways of paging, is joined by the recipe alone."""

from pathlib import Path

import pytest

from adapters.contract.contract import Fault, NoRecord, Records, Refused, Unavailable
from tests.support.adapters.counterparts import failed
from tests.support.adapters.registers.people import (
    ANN,
    CHILDREN,
    IDA,
    NOBODY,
    TWINS,
    Child,
    record_of,
)
from tests.support.adapters.registers.recipes import Recipe
from tests.support.adapters.registers.running import django

__all__ = ["django"]


@pytest.fixture(params=["pages", "cursors", "offsets"])
def recipe(request: pytest.FixtureRequest, django: str, tmp_path: Path) -> Recipe:
    way = str(request.param)
    recipe = Recipe.of("A Django REST Framework API", django, tmp_path, path=f"/{way}")
    # The page says so of CursorPagination.
    return recipe.changed('total = "body.count"\n', "") if way == "cursors" else recipe


async def test_a_register_by_django_is_dependable(recipe: Recipe) -> None:
    found = await recipe.checked()
    assert failed(found) == []
    assert found["level"] in {"dependable", "exemplary"}


@pytest.mark.parametrize("child", [one for one in CHILDREN if one not in TWINS])
async def test_every_value_of_a_child_and_of_who_works_with_her_is_read(
    recipe: Recipe, child: Child
) -> None:
    assert await recipe.found(child) == record_of(child)


async def test_twins_on_two_pages_are_both_found(recipe: Recipe) -> None:
    reply = await recipe.by_name(IDA)
    assert isinstance(reply, Records)
    assert [one.record_id for one in reply.records] == [str(one.id) for one in TWINS]


async def test_a_child_whom_it_does_not_hold_is_no_record(recipe: Recipe) -> None:
    assert await recipe.by_number(NOBODY) == NoRecord()


async def test_a_wrong_token_is_refused(recipe: Recipe) -> None:
    wrong = recipe.changed('key = { file = "key" }', 'key = { file = "token" }')
    assert await wrong.by_number(ANN.nhs) == Refused()


async def test_who_asks_too_often_is_told_how_long_to_wait(django: str, tmp_path: Path) -> None:
    recipe = Recipe.of("A Django REST Framework API", django, tmp_path, path="/busy")
    first, second = await recipe.by_number(NOBODY), await recipe.by_number(NOBODY)
    assert first == NoRecord()
    assert isinstance(second, Unavailable)
    assert (second.fault, second.status) == (Fault.BUSY, 429)
    assert 0 < (second.retry_after_s or 0) <= 60
