"""A number that one agency alone can teach: until it is asked by, no home decides."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.agencies import (
    BY_NAME,
    BY_NUMBER,
    MIRA,
)
from tests.support.gateway.told_homes import (
    COUNCIL,
    GUESSES,
    HERS,
    MEMBER,
    NUMBERED,
    RESTRICTED,
    UNTOLD,
    momentless,
    town_with,
    with_a_council,
)

TAUGHT_BY: Final = pytest.mark.parametrize("by", [BY_NUMBER, BY_NAME], ids=["by number", "by name"])


@TAUGHT_BY
@pytest.mark.parametrize("council", [(), ({**RESTRICTED, "nhs": None},)], ids=["none", "hers"])
async def test_a_number_that_only_a_school_can_teach_keeps_the_home_from_deciding(
    tmp_path: Path, council: tuple[Mapping[str, Any], ...], by: tuple[str, str, bool]
) -> None:
    told = []
    for at, guess in enumerate(GUESSES):
        folder = tmp_path / str(at)
        folder.mkdir()
        async with with_a_council(folder, council, by, MEMBER) as asked:
            answer = await asked.town.ask({**guess, "sex": "FEMALE"})
            told.append((momentless(answer), asked.queries))
    assert all(each == told[0] for each in told)


async def test_a_council_that_proves_it_does_not_know_her_number_lets_the_home_decide(
    tmp_path: Path,
) -> None:
    async with with_a_council(tmp_path, (), BY_NUMBER) as asked:
        answer = await asked.town.ask({**HERS, "sex": "FEMALE"})
    assert answer.child_answer["child"]["restriction"] == "NONE_KNOWN"
    assert asked.health.asked[0] == {"nhs": MIRA["nhs"]}


@TAUGHT_BY
async def test_if_its_proof_was_wrong_and_it_restricts_her_every_guess_is_answered_alike(
    tmp_path: Path, by: tuple[str, str, bool]
) -> None:
    told = []
    for at, guess in enumerate(GUESSES):
        folder = tmp_path / str(at)
        folder.mkdir()
        async with with_a_council(folder, ({**RESTRICTED, "nhs": None},), by) as asked:
            told.append(momentless(await asked.town.ask({**guess, "sex": "FEMALE"})))
    assert all(each == told[0] for each in told)


@pytest.mark.parametrize("known", [HERS, UNTOLD, NUMBERED])
async def test_a_second_file_of_her_number_is_looked_for_though_the_first_was_found_by_name(
    tmp_path: Path, known: Mapping[str, Any]
) -> None:
    second = {**RESTRICTED, "id": "second", "family": "Underhill"}
    council = {"by": (BY_NUMBER, BY_NAME), "claims": COUNCIL}
    held: Mapping[str, Any] = {"health": (MIRA, second), "as_health": council}
    async with town_with(tmp_path, **held) as asked:
        answer = await asked.town.ask({**known, "sex": "FEMALE"})
    assert answer.outcomes["police"] == "NOTHING_TO_SHARE"
    assert answer.child_answer["child"] is None or (
        answer.child_answer["child"]["restriction"] != "NONE_KNOWN"
    )
