"""Relay connections by a server that none of us wrote are joined by the recipe alone."""

from pathlib import Path

import pytest

from adapters.contract.contract import Malformed, NoRecord, Records, Refused
from tests.support.adapters.counterparts import failed
from tests.support.adapters.registers.joined import (
    test_every_value_of_a_child_and_of_who_works_with_her_is_read,
    test_twins_are_both_found,
)
from tests.support.adapters.registers.people import (
    ANN,
    GUS,
    NOBODY,
    kept_of,
)
from tests.support.adapters.registers.recipes import Recipe
from tests.support.adapters.registers.running import relay

__all__ = [
    "relay",
    "test_every_value_of_a_child_and_of_who_works_with_her_is_read",
    "test_twins_are_both_found",
]


@pytest.fixture
def recipe(relay: str, tmp_path: Path) -> Recipe:
    return Recipe.of("A GraphQL server with Relay connections", relay, tmp_path, kind="graphql")


async def test_a_register_in_relay_connections_is_dependable(recipe: Recipe) -> None:
    found = await recipe.checked()
    assert failed(found) == []
    assert found["level"] in {"dependable", "exemplary"}


async def test_of_sixty_who_work_with_a_child_it_gives_fifty_and_the_cut_is_told(
    recipe: Recipe,
) -> None:
    assert kept_of(await recipe.found(GUS)) == {worker.name for worker in GUS.workers[:50]}


async def test_a_child_whom_it_does_not_hold_is_no_record(recipe: Recipe) -> None:
    assert await recipe.by_number(NOBODY) == NoRecord()


async def test_a_wrong_token_is_refused(recipe: Recipe) -> None:
    wrong = recipe.changed('token = { file = "token" }', 'token = { file = "user" }')
    assert await wrong.by_number(ANN.nhs) == Refused()


async def test_a_connection_asked_for_in_part_is_told(recipe: Recipe) -> None:
    reply = await recipe.changed("workers(first: 50)", "workers(first: 5)").by_number(GUS.nhs)
    assert isinstance(reply, Records)
    (record,) = reply.records
    assert (len(record.involvements), record.cut) == (5, ("involvements",))


async def test_a_query_that_it_refuses_is_no_absence(recipe: Recipe) -> None:
    reply = await recipe.changed("workers(first: 50)", "workers(first: 51)").by_number(ANN.nhs)
    assert reply == Malformed("errors")
