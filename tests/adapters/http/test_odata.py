"""An OData v4 service that none of us wrote is joined by the recipe of the documentation alone."""

from pathlib import Path

import pytest

from adapters.contract.contract import Malformed, MoreNeeded, NoRecord, Records, Refused
from tests.support.adapters.counterparts import failed
from tests.support.adapters.registers.joined import (
    test_every_value_of_a_child_and_of_who_works_with_her_is_read,
    test_of_sixty_who_work_with_a_child_the_open_ones_stay_and_the_cut_is_told,
    test_twins_are_both_found,
)
from tests.support.adapters.registers.people import (
    IDA,
    NIAMH,
    NOBODY,
    TWINS,
    ZOE,
    Child,
    record_of,
)
from tests.support.adapters.registers.recipes import Recipe
from tests.support.adapters.registers.running import odata

__all__ = [
    "odata",
    "test_every_value_of_a_child_and_of_who_works_with_her_is_read",
    "test_of_sixty_who_work_with_a_child_the_open_ones_stay_and_the_cut_is_told",
    "test_twins_are_both_found",
]

LINK = """page = { style = "link-next", next = 'body."@odata.nextLink"' }"""
COUNT = """total = 'body."@odata.count"'\n"""


@pytest.fixture
def recipe(odata: str, tmp_path: Path) -> Recipe:
    return Recipe.of("An OData v4 service", odata, tmp_path, path="/odata")


async def test_a_register_in_odata_is_dependable(recipe: Recipe) -> None:
    found = await recipe.checked()
    assert failed(found) == []
    assert found["level"] in {"dependable", "exemplary"}


async def test_a_child_whom_it_does_not_hold_is_no_record(recipe: Recipe) -> None:
    assert await recipe.by_number(NOBODY) == NoRecord()


async def test_without_the_doubled_quote_obrien_is_not_sent_at_all(recipe: Recipe) -> None:
    plain = recipe.changed('quotes = "doubled"\n', "")
    assert await plain.by_name(NIAMH) == MoreNeeded(("family_name",))
    assert isinstance(await plain.by_name(ZOE), Records)


@pytest.mark.parametrize(
    "typed",
    [
        "'",
        "''",
        "O'",
        "'Brien",
        "x' or surname ne 'x",
        "x' or true or surname eq 'x",
        "Hill' or '",
        "Hill''",
        "Hill\u2019",
        "Hill\u02bc or surname ne \u02bcx",
    ],
)
async def test_no_name_is_more_than_a_name_to_it(recipe: Recipe, typed: str) -> None:
    assert await recipe.by_name(Child(0, "", "", typed)) == NoRecord()


@pytest.mark.parametrize("typed", ["x') or contains(surname,'", "Hill%27 or true", "Hill\\"])
async def test_what_no_name_has_is_not_sent(recipe: Recipe, typed: str) -> None:
    assert await recipe.by_name(Child(0, "", "", typed)) == MoreNeeded(("family_name",))


async def test_a_wrong_password_is_refused(recipe: Recipe) -> None:
    wrong = recipe.changed('password = { file = "password" }', 'password = { file = "key" }')
    assert await wrong.by_number(NIAMH.nhs) == Refused()


async def test_by_skip_both_twins_are_found(recipe: Recipe) -> None:
    skipping = recipe.changed(LINK, 'page = { style = "offset", param = "$skip", size = 1 }')
    reply = await skipping.by_name(IDA)
    assert isinstance(reply, Records)
    assert reply.records == tuple(map(record_of, TWINS))


async def test_a_field_that_an_upgrade_renamed_is_no_absence(recipe: Recipe) -> None:
    reply = await recipe.changed("nhs eq", "nhsNumber eq").by_number(NOBODY)
    assert reply == Malformed("status")


async def test_the_check_refuses_a_manifest_that_does_not_heed_the_next_link(
    recipe: Recipe,
) -> None:
    deaf = recipe.changed(LINK, 'page = { style = "none" }').changed(COUNT, "")
    found = await deaf.checked()
    said = dict(failed(found))
    assert found["level"] == "connects"
    assert "there are more records than came" in said["every example is read as it expects"]
