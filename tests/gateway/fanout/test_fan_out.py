"""Everybody is asked at once, each has one answer, and nobody waits for the slowest."""

import asyncio
from pathlib import Path

from adapters.contract.contract import Fault, Question, Records, Reply, Unavailable
from gateway.model.clock import Clock
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.loopback import serving
from tests.support.plain_questions import PlainQuestion
from tests.support.plain_sources import file_of, record, registered
from tests.support.town import small_town
from tests.support.virtual_time import now, run


async def test_a_child_known_to_two_agencies_is_found_at_both(tmp_path: Path) -> None:
    async with serving(AgencyServer().answer) as spine, serving(AgencyServer().answer) as council:
        sources = [rest_source("spine", spine, claims=AUTHORITY), rest_source("council", council)]
        async with small_town(tmp_path, sources) as town:
            answer = await town.ask()
    assert answer.outcomes == {"spine": "HAS_RECORD", "council": "HAS_RECORD"}
    assert answer.completeness["complete"] is True


def test_a_file_that_an_agency_gives_twice_is_one_file() -> None:
    async def doubled(_: Question) -> Reply:
        return Records((record(), record()))

    async def asked() -> list[Reply]:
        question = PlainQuestion(
            (registered(file_of("council"), doubled),), until=0.5, clock=Clock(monotonic=now)
        )
        return [each.reply async for each in question.answers()]

    assert run(asked()) == [Records((record(),))]


async def asked_beside_one_that_will_not_stop() -> dict[str, Reply]:
    """What each source says in the end, of a question that takes half a second at most."""
    released = asyncio.Event()

    async def stubborn(_: Question) -> Reply:
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                continue
        return Unavailable(Fault.CONNECTION)

    async def prompt(_: Question) -> Reply:
        return Records((record(),))

    slow, quick = registered(file_of("slow"), stubborn), registered(file_of("quick"), prompt)
    question = PlainQuestion((slow, quick), until=0.5, clock=Clock(monotonic=now))
    replies = {each.source: each.reply async for each in question.answers()}
    released.set()
    return replies


def test_an_adapter_that_will_not_stop_delays_nobody() -> None:
    replies = run(asked_beside_one_that_will_not_stop())  # to wait for it would never end
    assert replies == {"slow": Unavailable(Fault.TIMED_OUT), "quick": Records((record(),))}
