"""A source is asked no more, no longer and no oftener than its manifest allows; in virtual time."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest

from adapters.contract.codes import Claim
from adapters.contract.contract import (
    Fault,
    Malformed,
    Question,
    Records,
    Refused,
    Reply,
    Unavailable,
)
from gateway.fanout.breaker import BreakerState
from gateway.fanout.limits import CallCount, SourceLimits, SourceRequest
from gateway.model.clock import Clock
from tests.support.agencies import LOCAL
from tests.support.gateway.limited import QUESTION
from tests.support.plain_sources import file_of, record, registered
from tests.support.virtual_time import now, run, sleep

FOUND = Records((record(),))
DOWN = Unavailable(Fault.CONNECTION)
FLAPPING = 'retry = { max = 2, on = [503, "connection"] }'
SHORT_FUSE = 'breaker = { failures = 2, open_for = "10s" }'


@dataclass
class System:
    """An agency's system that gives its replies in turn, each after `takes` seconds."""

    replies: list[Reply]
    takes: float = 0.0
    asked_at: list[float] = field(default_factory=list)
    given_s: list[float] = field(default_factory=list)

    async def answer(self, question: Question) -> Reply:
        turn = len(self.asked_at)
        self.asked_at.append(now())
        self.given_s.append(question.timeout_s)
        await sleep(self.takes)
        return self.replies[min(turn, len(self.replies) - 1)]


def restrained(system: System, limits: str = "", **more: Any) -> SourceLimits:
    source = registered(file_of("council", limits=limits, **more), system.answer)
    return SourceLimits(source, Clock(monotonic=now), lambda: 1.0)


async def asked(source_limits: SourceLimits, until: float = 60.0) -> tuple[Reply, int]:
    """What came of one question, and how often it was sent."""
    sent = CallCount()
    reply = await source_limits.ask(SourceRequest(QUESTION, until, sent))
    return reply, sent.times


def asked_once(system: System, limits: str = "", until: float = 60.0, **more: Any) -> Any:
    async def main() -> tuple[Reply, int]:
        return await asked(restrained(system, limits, **more), until)

    return run(main())


def test_a_system_that_stumbles_is_asked_again_later_each_time() -> None:
    system = System([DOWN, Unavailable(Fault.SERVER_ERROR, status=503), FOUND])
    assert asked_once(system, FLAPPING) == (FOUND, 3)
    assert system.asked_at == pytest.approx([0.0, 0.1, 0.3])


def test_a_system_that_stays_down_is_asked_as_often_as_its_manifest_says() -> None:
    system = System([DOWN])
    assert asked_once(system, FLAPPING) == (DOWN, 3)


def test_a_source_whose_reads_have_effects_is_asked_once_whatever_its_manifest_says() -> None:
    for reply in (DOWN, Unavailable(Fault.DROPPED)):
        system = System([reply, FOUND])
        effects = LOCAL - {Claim.EFFECTS_NONE}
        assert asked_once(system, FLAPPING, claims=effects) == (reply, 1)


def test_an_agency_is_asked_again_when_it_said_and_not_before() -> None:
    busy = Unavailable(Fault.BUSY, retry_after_s=7.0, status=429)
    system = System([busy, FOUND])
    assert asked_once(system, "retry = { max = 1 }") == (FOUND, 2)
    assert system.asked_at == [0.0, 7.0]


def test_nobody_waits_for_an_agency_past_the_deadline() -> None:
    busy = Unavailable(Fault.BUSY, retry_after_s=7.0, status=429)

    async def main() -> tuple[Reply, int, float]:
        reply, times = await asked(restrained(System([busy]), "retry = { max = 1 }"), until=5.0)
        return reply, times, now()

    assert run(main()) == (busy, 1, 0.0)


def test_a_storm_of_questions_becomes_no_storm_of_repetitions() -> None:
    system = System([DOWN])

    async def main() -> None:
        breaker = 'breaker = { failures = 100, open_for = "1s" }'
        source_limits = restrained(system, f"{FLAPPING}\n{breaker}", rate="1000/s")
        await asyncio.gather(*(asked(source_limits) for _ in range(90)))

    run(main())
    assert 90 < len(system.asked_at) <= 90 + 5 + 9


def test_a_call_is_given_what_is_left_of_the_question_and_never_more_than_its_own_time() -> None:
    slow, quick = System([FOUND]), System([FOUND])
    asked_once(slow, timeout="30s", until=2.0)
    asked_once(quick, timeout="1s", until=60.0)
    assert slow.given_s == pytest.approx([1.96])
    assert quick.given_s == [1.0]


def later(source_limits: SourceLimits, *, failing: int, rest: float) -> Coroutine[Any, Any, Reply]:
    """What is said to a question that comes `rest` seconds after so many others."""

    async def main() -> Reply:
        for _ in range(failing):
            await asked(source_limits)
        await sleep(rest)
        return (await asked(source_limits, now() + 60.0))[0]

    return main()


def test_a_system_that_failed_twice_is_not_asked_and_the_next_is_told_so_at_once() -> None:
    system = System([DOWN])
    reply = run(later(restrained(system, SHORT_FUSE), failing=2, rest=4.0))
    assert reply == Unavailable(Fault.BREAKER_OPEN, 6.0)
    assert len(system.asked_at) == 2


def test_a_system_that_has_rested_is_tried_and_used_again() -> None:
    system = System([DOWN, DOWN, FOUND])

    async def main() -> tuple[Reply, BreakerState]:
        source_limits = restrained(system, SHORT_FUSE)
        return await later(source_limits, failing=2, rest=10.0), source_limits.health.breaker

    assert run(main()) == (FOUND, BreakerState.CLOSED)


def test_of_many_who_wait_for_a_rested_system_one_tries_it() -> None:
    system = System([DOWN, DOWN, DOWN], takes=1.0)

    async def main() -> list[Reply]:
        source_limits = restrained(system, SHORT_FUSE)
        for _ in range(2):
            await asked(source_limits)
        await sleep(10.0)
        return [
            reply for reply, _ in await asyncio.gather(*(asked(source_limits) for _ in range(9)))
        ]

    replies = run(main())
    assert len(system.asked_at) == 3
    assert replies.count(DOWN) == 1
    assert all(
        r == DOWN or (r.fault is Fault.BREAKER_OPEN) for r in replies if isinstance(r, Unavailable)
    )


def test_whoever_waits_for_a_turn_while_the_breaker_opens_asks_nothing() -> None:
    system = System([DOWN], takes=1.0)

    async def main() -> None:
        source_limits = restrained(system, SHORT_FUSE, concurrency=1)
        await asyncio.gather(*(asked(source_limits) for _ in range(20)))

    run(main())
    assert len(system.asked_at) == 2


@pytest.mark.parametrize("reply", [Refused(), Unavailable(Fault.BUSY, status=429)])
def test_a_refusal_is_no_failure(reply: Reply) -> None:
    system = System([reply])
    assert run(later(restrained(system, SHORT_FUSE), failing=5, rest=0.0)) == reply


@pytest.mark.parametrize(
    "reply", [Malformed("json"), Unavailable(Fault.SERVER_ERROR), Unavailable(Fault.TIMED_OUT)]
)
def test_no_usable_answer_is_a_failure(reply: Reply) -> None:
    system = System([reply])
    said = run(later(restrained(system, SHORT_FUSE), failing=2, rest=0.0))
    assert isinstance(said, Unavailable)
    assert said.fault is Fault.BREAKER_OPEN


def hung(until_of: Callable[[], float]) -> BreakerState:
    """How a hung system stands after two questions, each with so much time."""
    system = System([FOUND], takes=1000.0)

    async def main() -> BreakerState:
        source_limits = restrained(system, SHORT_FUSE, timeout="2s")
        for _ in range(2):
            await asked(source_limits, now() + until_of())
        return source_limits.health.breaker

    return run(main())


def test_a_system_that_had_too_little_time_has_not_failed() -> None:
    assert hung(lambda: 0.3) is BreakerState.CLOSED
    assert hung(lambda: 60.0) is BreakerState.OPEN


def test_questions_that_are_given_up_are_no_failures() -> None:
    system = System([FOUND], takes=1000.0)

    async def main() -> BreakerState:
        source_limits = restrained(system, SHORT_FUSE)
        for _ in range(5):
            asking = asyncio.create_task(asked(source_limits))
            await sleep(0.5)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        return source_limits.health.breaker

    assert run(main()) is BreakerState.CLOSED


def test_a_question_that_is_given_up_during_the_trial_leaves_it_to_the_next() -> None:
    system = System([DOWN, DOWN, FOUND], takes=1.0)

    async def main() -> Reply:
        source_limits = restrained(system, SHORT_FUSE)
        for _ in range(2):
            await asked(source_limits)
        await sleep(10.0)
        trial = asyncio.create_task(asked(source_limits))
        await sleep(0.5)
        trial.cancel()
        await asyncio.gather(trial, return_exceptions=True)
        return (await asked(source_limits))[0]

    assert run(main()) == FOUND


def test_the_turns_of_a_hung_system_are_never_more_than_it_declared() -> None:
    inside: list[int] = [0]

    async def hang(_: Question) -> Reply:
        inside.append(inside[-1] + 1)
        try:
            await sleep(1000.0)
        finally:
            inside.append(inside[-1] - 1)
        return FOUND

    async def main() -> None:
        source = registered(file_of("council", concurrency=3, timeout="2s"), hang)
        source_limits = SourceLimits(source, Clock(monotonic=now), lambda: 1.0)
        await asyncio.gather(*(asked(source_limits) for _ in range(30)))

    run(main())
    assert max(inside) == 3
    assert inside[-1] == 0
