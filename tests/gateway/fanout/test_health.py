"""Whoever looks after a source sees how it is doing, without doing more to it than it bears."""

import asyncio
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.contract import Fault, NoRecord, Refused, Reply, Unavailable
from gateway.fanout.breaker import BreakerState
from gateway.fanout.health import RECENT, RECENT_S, Checkup, Latencies, SourceHealth
from gateway.fanout.limits import SourceLimits, SourceRequest
from gateway.model.caller import Caller
from gateway.model.clock import Clock
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.gateway.limited import QUESTION
from tests.support.gateway.registering import OPERATOR
from tests.support.loopback import serving
from tests.support.plain_sources import file_of, registered
from tests.support.town import PRACTITIONER, Town, small_town
from tests.support.virtual_time import now, run, sleep

# A loaded machine is no failure of the law.
unhurried = settings(deadline=None)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CLOCK = Clock(now=lambda: NOON, monotonic=now)
HEALTH = "{ sources { id health { reachable breaker p50Ms p99Ms checkedAt } } }"


@dataclass
class Pulse:
    """A probe that says what it is told to, after `takes` seconds."""

    says: Callable[[], bool | None] = lambda: True
    takes: float = 0.0
    asked: int = 0

    async def up(self) -> bool:
        return bool(await self.probe())

    async def probe(self) -> bool | None:
        self.asked += 1
        await sleep(self.takes)
        return self.says()


def restrained(pulse: Pulse, **more: Any) -> SourceLimits:
    async def unasked(_: object) -> Any:
        raise AssertionError("no child is asked for")

    source = registered(file_of("council", **more), unasked)
    adapter = replace(source.adapter, probe=pulse)
    return SourceLimits(replace(source, adapter=adapter), CLOCK, lambda: 1.0)


@unhurried
@given(st.lists(st.floats(0, 9), min_size=1, max_size=400))
def test_half_and_nearly_all_of_the_last_answers_came_within_what_is_said(
    took: list[float],
) -> None:
    latencies = Latencies(lambda: 0.0)
    for seconds in took:
        latencies.took(seconds)
    last = took[-RECENT:]
    p50_ms, p99_ms = latencies.within_ms(0.5, 0.99)
    assert p50_ms is not None
    assert p99_ms is not None
    assert 2 * sum(1000 * one <= p50_ms for one in last) >= len(last)
    assert 100 * sum(1000 * one <= p99_ms for one in last) >= 99 * len(last)
    assert {p50_ms, p99_ms} <= {1000 * one for one in last}


def test_what_is_kept_of_a_sources_answers_is_small() -> None:
    tracemalloc.start()
    try:
        latencies = Latencies(lambda: 0.0)
        for number in range(3 * RECENT):
            latencies.took(number / 7)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert latencies.kept == RECENT
    assert held < 64 * RECENT


def test_what_was_long_ago_says_nothing_of_now() -> None:
    shows = [0.0]
    latencies = Latencies(lambda: shows[0])
    latencies.took(4.0)
    shows[0] = RECENT_S + 1
    assert latencies.within_ms(0.5) == [None]


def test_a_probe_is_asked_once_however_many_look_and_again_when_half_a_minute_is_over() -> None:
    pulse = Pulse(takes=1.0)

    async def main() -> tuple[int, int, int]:
        checkup = Checkup(pulse.probe, CLOCK)
        await asyncio.gather(*(checkup.check() for _ in range(20)))
        at_once = pulse.asked
        await sleep(29.0)
        await checkup.check()
        soon = pulse.asked
        await sleep(2.0)
        await checkup.check()
        return at_once, soon, pulse.asked

    assert run(main()) == (1, 1, 2)


def test_what_was_known_stands_where_a_probe_could_not_be_asked() -> None:
    says = iter([False, None])

    async def main() -> list[bool | None]:
        checkup = Checkup(Pulse(lambda: next(says)).probe, CLOCK)
        await checkup.check()
        known = checkup.reachable
        await sleep(60.0)
        await checkup.check()
        return [known, checkup.reachable]

    assert run(main()) == [False, False]


@pytest.mark.parametrize(("takes", "reachable"), [(0.5, True), (1000.0, False)])
def test_nobody_waits_for_a_probe_that_hangs(takes: float, *, reachable: bool) -> None:
    async def main() -> tuple[SourceHealth, float]:
        source_limits = restrained(Pulse(takes=takes), timeout="30s")
        await source_limits.check()
        return source_limits.health, now()

    health, seconds = run(main())
    assert health == SourceHealth(BreakerState.CLOSED, reachable=reachable, checked_at=NOON)
    assert seconds <= 2.0


def test_a_probe_that_breaks_is_a_source_that_is_not_up_and_hides_no_other() -> None:
    def broken() -> bool:
        raise RuntimeError("a plugin's bug")

    async def main() -> bool | None:
        source_limits = restrained(Pulse(broken))
        await source_limits.check()
        return source_limits.health.reachable

    assert run(main()) is False


@pytest.mark.parametrize(
    ("reply", "answered_at"),
    [(NoRecord(), NOON), (Refused(), None), (Unavailable(Fault.CONNECTION), None)],
    ids=["answers", "refuses our login", "is away"],
)
def test_it_last_answered_when_it_did_and_not_when_it_refused(
    reply: Reply, answered_at: datetime | None
) -> None:
    async def says(_: object) -> Reply:
        return reply

    async def main() -> datetime | None:
        source_limits = SourceLimits(registered(file_of("council"), says), CLOCK, lambda: 1.0)
        await source_limits.ask(SourceRequest(QUESTION, now() + 9.0))
        return source_limits.health.answered_at

    assert run(main()) == answered_at


async def health_of(town: Town, caller: Caller = OPERATOR) -> dict[str, Any]:
    answer = await town.post({"query": HEALTH}, town.headers(caller))
    return {each["id"]: each["health"] for each in answer.body["data"]["sources"]}


async def test_the_gateway_shows_who_answers_who_lies_down_and_who_is_not_known(
    tmp_path: Path,
) -> None:
    paths: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        paths.append(request.path)
        if request.path == "/up":
            return web.Response(text="well")
        return await AgencyServer().answer(request)

    async def down(_: web.Request) -> web.StreamResponse:
        return web.Response(status=500)

    async with serving(answer) as well, serving(down) as ill:
        probed = 'breaker = { failures = 1, open_for = "1h" }\n[health]\nget = "/up"'
        sources = [
            rest_source("spine", well, claims=AUTHORITY, limits=probed),
            rest_source("council", ill, limits=probed),
            rest_source("school", well),
        ]
        async with small_town(tmp_path, sources) as town:
            before = await health_of(town)
            await town.ask()
            after = await health_of(town)
            shown = await health_of(town, PRACTITIONER)
    # Two looks around a question would tell which agency took longer: the one that knows the child.
    assert {(one["p50Ms"], one["p99Ms"]) for one in shown.values()} == {(None, None)}
    assert paths.count("/up") == 1
    assert {name: each["reachable"] for name, each in before.items()} == {
        "spine": True,
        "council": False,
        "school": None,
    }
    assert before["school"]["p50Ms"] is None
    assert {name: each["breaker"] for name, each in after.items()} == {
        "spine": "closed",
        "council": "open",
        "school": "closed",
    }
    assert 0 < after["school"]["p50Ms"] <= after["school"]["p99Ms"]
    assert after["council"]["p50Ms"] is None
