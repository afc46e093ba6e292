"""Where a child lives is told to an agency only once she is cleared, and by no shielded child."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.contract.contract import NoRecord, Question, Reply
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid
from tests.support.agencies import AUTHORITY, BY_NUMBER, MIRA, NATIONAL, AgencyServer, rest_source
from tests.support.edge import logged
from tests.support.loopback import serving
from tests.support.plain_questions import Lessons, PlainQuestion
from tests.support.plain_sources import Answering, file_of, registered
from tests.support.town import KNOWN, Answer, Town, small_town
from tests.support.virtual_time import now, run, sleep

BY_HOME = ("by-home", 'family = "{family_name}", postcode = "{postcode}"', False)
AT_HOME = {"id": "h-1", "postcode": MIRA["home"]["postcode"], "nhs": None, "upn": None}
TENANT: Mapping[str, Any] = {**MIRA, **AT_HOME}
NAMED = {**KNOWN, "givenNames": [MIRA["given"]], "familyName": MIRA["family"]}
GUESSES: tuple[dict[str, Any], ...] = (
    {**NAMED, "postcode": "ZE1 0AA"},
    {**NAMED, "postcode": "AB1 2CD"},
    NAMED,
)


@dataclass(frozen=True)
class Asked:
    """The town, and what its housing office was asked by."""

    town: Town
    housing: AgencyServer


@asynccontextmanager
async def town_with(folder: Path, spine: Mapping[str, Any], **housing: Any) -> AsyncIterator[Asked]:
    """Demographics that clear a child, and a housing office that searches by home alone."""
    agency_server = AgencyServer((TENANT,))
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(serving(AgencyServer((spine,)).answer))
        second = await stack.enter_async_context(serving(agency_server.answer))
        sources = [
            rest_source("spine", first, by=(BY_NUMBER,), claims=AUTHORITY),
            rest_source("housing", second, by=(BY_HOME,), **{"claims": NATIONAL, **housing}),
        ]
        town = await stack.enter_async_context(small_town(folder, sources))
        yield Asked(town, agency_server)


def momentless(answer: Answer) -> Any:
    rows = [
        {key: value for key, value in row.items() if key not in ("latencyMs", "asOf")}
        for row in answer.rows.values()
    ]
    return rows, {k: v for k, v in answer.child_answer.items() if k not in ("answers", "receipt")}


async def test_a_cleared_child_is_found_where_the_caller_says_she_lives(tmp_path: Path) -> None:
    async with town_with(tmp_path, MIRA) as asked:
        answer = await asked.town.ask(GUESSES[0])
    assert asked.housing.asked == [{"family": MIRA["family"], "postcode": "ZE1 0AA"}]
    assert answer.outcomes["housing"] == "HAS_RECORD"
    assert "postcode" in answer.rows["housing"]["searchedBy"]


async def test_the_callers_own_postcode_is_logged_as_nobodys_teaching(tmp_path: Path) -> None:
    async with town_with(tmp_path, MIRA) as asked:
        await asked.town.ask(GUESSES[0])
    assert [e for e in logged(tmp_path / "state") if e.get("detail") == "PASSED_ON"] == []


async def test_of_a_child_who_is_not_cleared_nobody_is_asked_by_her_home(tmp_path: Path) -> None:
    restricted, unsaid = {**MIRA, "restricted": "Y"}, {**MIRA, "nhs": "9000000017"}
    for name, spine in (("restricted", restricted), ("unknown", unsaid)):
        folder = tmp_path / name
        folder.mkdir()
        async with town_with(folder, spine) as asked:
            answers = [momentless(await asked.town.ask(guess)) for guess in GUESSES]
        assert asked.housing.asked == []
        assert answers[0] == answers[1] == answers[2]


async def test_who_can_say_that_a_child_is_restricted_is_connected_by_no_home(
    tmp_path: Path,
) -> None:
    with pytest.raises(ConfigurationInvalid, match="never gets a postcode"):
        async with town_with(tmp_path, MIRA, says_restricted=True):
            pass


def test_a_home_is_what_anybody_is_asked_by_last() -> None:
    """What a late agency says may yet shield the child."""
    asked: dict[str, float] = {}

    def answering(name: str, after_s: float) -> Answering:
        async def answer(_: Question) -> Reply:
            asked[name] = now()
            await sleep(after_s)
            return NoRecord()

        return answer

    late = registered(file_of("late", by=(BY_NUMBER,)), answering("late", 1.5))
    housing = registered(file_of("housing", by=(BY_HOME,)), answering("housing", 1.0))
    home = {"family_name": MIRA["family"], "postcode": "ZE1 0AA"}

    async def ask() -> list[str]:
        question = PlainQuestion(
            *((late, housing), 60.0),
            teacher=Lessons(give_back=lambda _: {"housing": home}),
            clock=Clock(monotonic=now),
        )
        return [answered.source async for answered in question.answers()]

    assert run(ask()) == ["late", "housing"]
    assert asked == {"late": 0.0, "housing": 1.5}
