"""One slow agency delays nobody, and no agency is asked more than it declared."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from aiohttp import web

from gateway.model.caller import Caller
from gateway.model.clock import Clock
from tests.support.agencies import AUTHORITY, NATIONAL, AgencyServer, rest_source
from tests.support.faults.http_faults import silent
from tests.support.loopback import serving, serving_raw
from tests.support.town import PRACTITIONER, small_town


def crowd(size: int) -> list[Caller]:
    """So many practitioners, of whom none shares another's answer."""
    return [replace(PRACTITIONER, user=f"worker-{number}") for number in range(size)]


async def test_three_hung_agencies_of_eight_leave_five_whole(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        quick = await stack.enter_async_context(serving(AgencyServer().answer))
        hung = await stack.enter_async_context(serving_raw(silent))
        sources = [rest_source("spine", quick, claims=AUTHORITY)]
        sources += [rest_source(f"quick-{i}", quick) for i in range(4)]
        sources += [rest_source(f"hung-{i}", hung, timeout="30s") for i in range(3)]
        town = await stack.enter_async_context(small_town(tmp_path, sources, questions__deadline=2))
        async with asyncio.timeout(20):  # an agency's own time is 30 s, the question's two
            answer = await town.ask()
    outcomes = list(answer.outcomes.values())
    assert outcomes == ["TIMEOUT"] * 3 + ["HAS_RECORD"] * 5
    assert answer.completeness["unanswered"] == 3
    assert all(answer.rows[f"hung-{i}"]["ring"] for i in range(3))


async def test_an_agencys_own_time_is_up_long_before_the_deadline(tmp_path: Path) -> None:
    async with serving_raw(silent) as hung:
        source = rest_source("hung", hung, claims=NATIONAL, timeout="100ms")
        async with small_town(tmp_path, [source], questions__deadline=30) as town:
            async with asyncio.timeout(20):
                answer = await town.ask()
    assert answer.outcomes == {"hung": "TIMEOUT"}


async def test_no_more_questions_reach_an_agency_at_once_than_it_declared(tmp_path: Path) -> None:
    inside, most = 0, 0

    async def count(_: web.Request) -> None:
        nonlocal inside, most
        inside, most = inside + 1, max(most, inside + 1)
        for _moment in range(20):
            await asyncio.sleep(0)
        inside -= 1

    async with serving(AgencyServer(before=count).answer) as url:
        source = rest_source("narrow", url, claims=NATIONAL, concurrency=2)
        async with small_town(tmp_path, [source]) as town:
            answers = await asyncio.gather(*(town.ask(caller=each) for each in crowd(12)))
    assert most == 2
    assert all(answer.outcomes == {"narrow": "HAS_RECORD"} for answer in answers)


async def test_no_more_questions_reach_an_agency_in_a_second_than_it_declared(
    tmp_path: Path,
) -> None:
    agency_server = AgencyServer()
    async with serving(agency_server.answer) as url:
        source = rest_source("modest", url, claims=NATIONAL, rate="3/s")
        still = Clock(monotonic=lambda: 1000.0)  # however long it takes, it is one moment
        async with small_town(tmp_path, [source], still, questions__deadline=0.7) as town:
            answers = await asyncio.gather(*(town.ask(caller=each) for each in crowd(8)))
    outcomes = sorted(answer.outcomes["modest"] for answer in answers)
    assert outcomes == ["BUSY"] * 5 + ["HAS_RECORD"] * 3
    assert len(agency_server.asked) == 3


async def test_a_question_that_found_no_turn_was_not_asked_and_may_be_repeated(
    tmp_path: Path,
) -> None:
    async with serving(AgencyServer().answer) as url:
        source = rest_source("modest", url, claims=NATIONAL, rate="1/m")
        async with small_town(tmp_path, [source], questions__deadline=0.3) as town:
            await town.ask()
            row = (await town.ask()).rows["modest"]
    assert (row["outcome"], row["attempts"], row["retryable"]) == ("BUSY", 0, True)
    assert row["searchedBy"] == []
