"""What holds of every register that is joined by a recipe; a module of tests takes what it needs.

The module has a fixture `recipe`, of its own register.
"""

import pytest

from adapters.contract.contract import Records
from tests.support.adapters.registers.people import (
    CHILDREN,
    GUS,
    IDA,
    TWINS,
    Child,
    kept_of,
    record_of,
)
from tests.support.adapters.registers.recipes import Recipe


@pytest.mark.parametrize("child", [one for one in CHILDREN if one not in TWINS])
async def test_every_value_of_a_child_and_of_who_works_with_her_is_read(
    recipe: Recipe, child: Child
) -> None:
    assert await recipe.found(child) == record_of(child)


async def test_of_sixty_who_work_with_a_child_the_open_ones_stay_and_the_cut_is_told(
    recipe: Recipe,
) -> None:
    kept = kept_of(await recipe.found(GUS))
    assert {worker.name for worker in GUS.workers if worker.ended is None} <= kept


async def test_twins_are_both_found(recipe: Recipe) -> None:
    reply = await recipe.by_name(IDA)
    assert isinstance(reply, Records)
    assert reply.records == tuple(map(record_of, TWINS))
