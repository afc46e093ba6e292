"""Relay connections by a server that none of us wrote are joined by the recipe alone."""

from pathlib import Path

import pytest

from adapters.contract.contract import NoRecord, Records, Refused
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
from tests.support.adapters.registers.running import relay

__all__ = ["relay"]


@pytest.fixture
def recipe(relay: str, tmp_path: Path) -> Recipe:
    return Recipe.of("A GraphQL server with Relay connections", relay, tmp_path, kind="graphql")


async def test_a_register_in_relay_connections_is_dependable(recipe: Recipe) -> None:
    found = await recipe.checked()
    assert failed(found) == []
    assert found["level"] in {"dependable", "exemplary"}


@pytest.mark.parametrize("child", [one for one in CHILDREN if one not in TWINS])
async def test_every_value_of_a_child_and_of_who_works_with_her_is_read(
    recipe: Recipe, child: Child
) -> None:
    assert await recipe.found(child) == record_of(child)


async def test_twins_on_two_pages_are_both_found_by_the_cursor(recipe: Recipe) -> None:
    reply = await recipe.by_name(IDA)
    assert isinstance(reply, Records)
    assert reply.records == tuple(map(record_of, TWINS))


async def test_a_child_whom_it_does_not_hold_is_no_record(recipe: Recipe) -> None:
    assert await recipe.by_number(NOBODY) == NoRecord()


async def test_a_wrong_token_is_refused(recipe: Recipe) -> None:
    wrong = recipe.changed('token = { file = "token" }', 'token = { file = "user" }')
    assert await wrong.by_number(ANN.nhs) == Refused()
