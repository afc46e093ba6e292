"""An agency where asking does something is asked only when it is named, and once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.contract.codes import Claim
from tests.support.agencies import AUTHORITY, LOCAL, AgencyServer, rest_source
from tests.support.loopback import serving
from tests.support.town import Town, small_town

NOTIFIES = LOCAL - {Claim.EFFECTS_NONE}


@asynccontextmanager
async def with_a_flag_service(folder: Path, flags: AgencyServer) -> AsyncIterator[Town]:
    """A spine, and a service that tells the authority of every question."""
    async with serving(AgencyServer().answer) as spine, serving(flags.answer) as url:
        sources = [
            rest_source("spine", spine, claims=AUTHORITY, onward=("identifiers", "names")),
            rest_source("flags", url, claims=NOTIFIES),
        ]
        async with small_town(folder, sources) as town:
            yield town


async def test_it_is_not_asked_just_because_it_is_in_the_area(tmp_path: Path) -> None:
    flags = AgencyServer()
    async with with_a_flag_service(tmp_path, flags) as town:
        answer = await town.ask()
    assert flags.asked == []
    assert answer.outcomes["flags"] == "NOT_ASKED"
    assert answer.completeness["notAsked"] == 1
    assert answer.completeness["complete"] is False


async def test_it_is_asked_when_it_is_named(tmp_path: Path) -> None:
    flags = AgencyServer()
    async with with_a_flag_service(tmp_path, flags) as town:
        answer = await town.ask(agencies=["flags", "spine"])
    assert len(flags.asked) == 1
    assert answer.outcomes["flags"] == "HAS_RECORD"


async def test_it_is_asked_once_though_more_could_be_asked_with_what_is_learned(
    tmp_path: Path,
) -> None:
    flags = AgencyServer()
    async with with_a_flag_service(tmp_path, flags) as town:
        await town.ask(agencies=["flags", "spine"])
        flags.children = ()
        answer = await town.ask(agencies=["flags", "spine"])
    assert len(flags.asked) == 2
    assert answer.outcomes["flags"] == "NO_RECORD"


async def test_nobody_asks_it_for_a_test_child_so_it_proves_nothing_until_it_found_one(
    tmp_path: Path,
) -> None:
    flags = AgencyServer(children=())
    async with with_a_flag_service(tmp_path, flags) as town:
        answer = await town.ask(agencies=["flags", "spine"])
    assert (len(flags.asked), flags.checked) == (1, [])
    assert answer.outcomes["flags"] == "NONE_FOUND"
