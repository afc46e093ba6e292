"""An agency that answers awfully costs its own row, and nobody else anything."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.hostile.awful_replies import AWFUL, speaking
from tests.support.hostile.loop_holds import watched
from tests.support.loopback import serving, serving_raw
from tests.support.town import PRACTITIONER, small_town

# What held the event loop for seconds, or took all of a processor until the deadline.
WORST: Final = (
    "endless 103",
    "endless 100",
    "endless chunks of a byte",
    "a chunk extension without end",
    "an endless gzip of nothing",
    "a trailer without end",
)
LONGEST_HOLD_S: Final = 0.2  # of processor time; a busy machine or a collection takes some of it


@pytest.mark.parametrize("name", WORST)
async def test_a_hostile_agency_costs_its_own_row_alone(name: str, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        well = await stack.enter_async_context(serving(AgencyServer().answer))
        ill = await stack.enter_async_context(serving_raw(speaking(AWFUL[name])))
        sources = [
            rest_source("spine", well, claims=AUTHORITY),
            rest_source("school", well),
            rest_source("hostile", ill),
        ]
        town = await stack.enter_async_context(small_town(tmp_path, sources))
        await town.ask(agencies=["spine"])
        async with watched() as holds:
            whole, beside = await asyncio.gather(
                town.ask(),
                town.ask(agencies=["school"], caller=replace(PRACTITIONER, user="another")),
            )
    assert whole.outcomes == {
        "spine": "HAS_RECORD",
        "school": "HAS_RECORD",
        "hostile": "INVALID_RESPONSE",
    }
    assert beside.outcomes["school"] == "HAS_RECORD"
    assert holds.longest < LONGEST_HOLD_S
