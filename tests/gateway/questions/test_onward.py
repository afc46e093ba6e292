"""What one agency taught reaches another only as the first one allows, and never in secret."""

import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from adapters.contract.codes import Claim
from tests.support.agencies import (
    AUTHORITY,
    BY_NUMBER,
    BY_UPN,
    LOCAL,
    MIRA,
    AgencyServer,
    rest_source,
)
from tests.support.edge import logged
from tests.support.loopback import serving
from tests.support.town import Town, small_town

SPINE_ONLY = AUTHORITY - {Claim.SHIELD_AUTHORITY}
RESTRICTED: Mapping[str, Any] = {**MIRA, "restricted": "Y"}


@asynccontextmanager
async def school_after(
    folder: Path,
    spine: AgencyServer,
    school: AgencyServer,
    onward: tuple[str, ...] = ("identifiers",),
    **more: Any,
) -> AsyncIterator[Town]:
    """A spine that knows the NHS number, and a school that can only be asked by UPN."""
    claims = more.pop("claims", AUTHORITY)
    school_claims = more.pop("school_claims", LOCAL)
    async with AsyncExitStack() as stack:
        spine_url = await stack.enter_async_context(serving(spine.answer))
        school_url = await stack.enter_async_context(serving(school.answer))
        sources = [
            rest_source("spine", spine_url, by=(BY_NUMBER,), claims=claims, onward=onward),
            rest_source("school", school_url, by=(BY_UPN,), claims=school_claims),
        ]
        yield await stack.enter_async_context(small_town(folder, sources, **more))


async def test_a_school_that_knows_no_nhs_number_is_asked_by_the_upn_that_another_taught(
    tmp_path: Path,
) -> None:
    school = AgencyServer()
    async with school_after(tmp_path, AgencyServer(), school) as town:
        answer = await town.ask()
    assert school.asked == [{"upn": MIRA["upn"]}]
    assert answer.outcomes == {"spine": "HAS_RECORD", "school": "HAS_RECORD"}


async def test_a_number_stays_where_its_agency_does_not_let_it_go(tmp_path: Path) -> None:
    school = AgencyServer()
    async with school_after(
        tmp_path, AgencyServer(), school, onward=("names", "birth_date")
    ) as town:
        answer = await town.ask()
    assert school.asked == []
    assert answer.outcomes["school"] == "MORE_NEEDED"
    assert answer.rows["school"]["needs"] == ["upn"]
    assert answer.completeness["complete"] is False


async def test_nothing_is_passed_on_of_a_restricted_child(tmp_path: Path) -> None:
    school = AgencyServer()
    async with school_after(tmp_path, AgencyServer((RESTRICTED,)), school) as town:
        answer = await town.ask()
    assert school.asked == []
    assert answer.outcomes["school"] == "NOTHING_TO_SHARE"


async def test_nothing_is_passed_on_while_nobody_can_say_that_the_child_is_not_shielded(
    tmp_path: Path,
) -> None:
    school = AgencyServer()
    async with school_after(tmp_path, AgencyServer(), school, claims=SPINE_ONLY) as town:
        answer = await town.ask()
    assert school.asked == []
    assert answer.child_answer["child"]["restriction"] == "UNKNOWN"


async def test_a_shield_authority_may_be_asked_by_what_was_learned_to_settle_the_shield(
    tmp_path: Path,
) -> None:
    council = AgencyServer()
    claims = LOCAL | {Claim.SHIELD_AUTHORITY}
    async with school_after(
        tmp_path, AgencyServer(), council, claims=SPINE_ONLY, school_claims=claims
    ) as town:
        answer = await town.ask()
    assert council.asked == [{"upn": MIRA["upn"]}]
    assert answer.child_answer["child"]["restriction"] == "NONE_KNOWN"


async def test_what_is_passed_on_is_in_the_log_before_it_leaves(tmp_path: Path) -> None:
    seen: list[list[Any]] = []

    async def read_the_log(_: web.Request) -> None:
        seen.append([e for e in logged(tmp_path / "state") if e.get("detail") == "PASSED_ON"])

    async with school_after(tmp_path, AgencyServer(), AgencyServer(before=read_the_log)) as town:
        answer = await town.ask()
    assert answer.outcomes["school"] == "HAS_RECORD"
    ((entry,),) = seen
    assert "school" in str(entry)
    assert "upn" in str(entry)
    assert MIRA["upn"] not in str(entry)


async def test_nothing_is_passed_on_once_the_log_cannot_be_written(tmp_path: Path) -> None:
    school = AgencyServer()

    async def spoil_the_log(_: web.Request) -> None:
        with sqlite3.connect(tmp_path / "state" / "audit.sqlite") as log:
            log.execute("DROP TABLE entry")

    async with school_after(tmp_path, AgencyServer(before=spoil_the_log), school) as town:
        answer = await town.ask()
    assert answer.status == 503
    assert school.asked == []
