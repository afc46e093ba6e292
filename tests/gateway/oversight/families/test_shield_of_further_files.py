"""A parent sees nothing of a child who is restricted under a number that nobody told."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web

from adapters.contract.codes import Claim
from tests.support.agencies import BY_NAME, BY_NUMBER, BY_UPN, MIRA
from tests.support.edge import logged
from tests.support.families import PARENT, Families, families, nodes

IN_SET: Final[Mapping[str, Any]] = {"claims": frozenset({Claim.SHIELD_SET, Claim.EFFECTS_NONE})}
MARKS_ITS_OWN: Final[Mapping[str, Any]] = {"says_restricted": True, "joins": False}
TEACHES: Final[Mapping[str, Any]] = {"onward": ("identifiers", "names")}
HERS: Final[Mapping[str, Any]] = {**MIRA, "id": "c-1"}
SECOND: Final[Mapping[str, Any]] = {**MIRA, "id": "c-2", "nhs": "", "restricted": "Y"}


async def told(at: Families) -> tuple[int, str]:
    """How many accesses a parent sees the day after, and what the log says of the look."""
    await at.practitioner_asks()
    at.sleep(days=1)
    at.council.asked.clear()
    seen = nodes(await at.who_looked(PARENT))
    return len(seen), str(logged(at.town.settings.files.state)[-1]["detail"])


async def test_a_mark_under_a_number_on_the_sources_own_file_is_found(tmp_path: Path) -> None:
    source = {**IN_SET, "by": (BY_NUMBER, BY_UPN)}
    async with families(tmp_path, sources={"council": source}) as at:
        at.council.children = (HERS, SECOND)
        assert await told(at) == (0, "ACCESSES_SHIELD_RESTRICTED")


async def test_a_further_number_on_a_file_without_a_mark_keeps_nothing_from_a_parent(
    tmp_path: Path,
) -> None:
    source = {**IN_SET, "by": (BY_NUMBER, BY_UPN)}
    async with families(tmp_path, sources={"council": source}) as at:
        at.council.children = (HERS,)
        assert await told(at) == (1, "ACCESSES")
        assert {"upn": MIRA["upn"]} in at.council.asked


@pytest.mark.parametrize("by", [(BY_UPN,), (BY_UPN, BY_NUMBER)])
async def test_a_mark_that_hides_its_own_row_counts_under_a_number_that_was_learned(
    tmp_path: Path, by: Any
) -> None:
    source = {**MARKS_ITS_OWN, "by": by}
    async with families(tmp_path, sources={"spine": TEACHES, "council": source}) as at:
        at.council.children = (SECOND,)
        assert await told(at) == (0, "ACCESSES_SHIELD_RESTRICTED")
        passed_on, _ = logged(at.town.settings.files.state)[-2:]
    assert (passed_on["kind"], passed_on["detail"]) == ("RELEASE", "PASSED_ON")


async def test_nothing_is_passed_on_against_an_agencys_rule(tmp_path: Path) -> None:
    async with families(tmp_path, sources={"council": {**MARKS_ITS_OWN, "by": (BY_UPN,)}}) as at:
        at.council.children = (SECOND,)
        assert await told(at) == (1, "ACCESSES")
        assert at.council.asked == []


async def test_a_source_of_the_set_is_searched_by_the_name_that_others_have(tmp_path: Path) -> None:
    renamed = {**MIRA, "family": "Larchwood", "nhs": "", "upn": "", "restricted": "Y"}
    spine = {**MIRA, "family": "Larchwood"}
    source = {**IN_SET, "by": (BY_NUMBER, BY_NAME)}
    teaching = {"spine": TEACHES, "council": source}
    async with families(tmp_path, child=spine, sources=teaching) as at:
        at.council.children = (renamed,)
        assert await told(at) == (0, "ACCESSES_SHIELD_RESTRICTED")


async def test_who_may_have_a_mark_and_gives_no_answer_clears_nobody(tmp_path: Path) -> None:
    async def fails(_: web.Request) -> None:
        raise web.HTTPInternalServerError

    async with families(tmp_path, sources={"council": MARKS_ITS_OWN}) as at:
        at.council.before = fails
        assert await told(at) == (0, "ACCESSES_SHIELD_UNKNOWN")
