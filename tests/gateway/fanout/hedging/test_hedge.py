"""A slow agency may be asked a second time beside the first, seldom and within its limits."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web

from adapters.contract.codes import Claim
from adapters.contract.contract import (
    Fault,
    NoRecord,
    Question,
    Records,
    Refused,
    Reply,
    Unavailable,
)
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.search import Search
from gateway.fanout.limits import CallCount, SourceLimits, SourceRequest
from gateway.model.clock import Clock
from tests.support.agencies import LOCAL, NATIONAL, AgencyServer, rest_source
from tests.support.gateway.limited import QUESTION
from tests.support.loopback import serving
from tests.support.plain_sources import file_of, record, registered
from tests.support.town import small_town
from tests.support.virtual_time import now, run, sleep

FOUND: Final = Records((record(),))
DOWN: Final = Unavailable(Fault.SERVER_ERROR, status=503)
HEDGED: Final = 'hedge = { share = 0.2, after = "100ms" }'
NONCE: Final = re.compile(r'nonce="([^"]+)"')


@dataclass
class System:
    """Answers each request in turn after so many seconds; whoever goes away is noted."""

    takes: Sequence[tuple[float, Reply]]
    asked_at: list[float] = field(default_factory=list)
    given_up: int = 0

    async def answer(self, _question: Question) -> Reply:
        seconds, reply = self.takes[len(self.asked_at) % len(self.takes)]
        self.asked_at.append(now())
        try:
            await sleep(seconds)
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        return reply


def limited(system: System, limits: str = HEDGED, **more: Any) -> SourceLimits:
    source = registered(file_of("council", limits=limits, **more), system.answer)
    return SourceLimits(source, Clock(monotonic=now), lambda: 1.0)


async def once(limits: SourceLimits) -> tuple[Reply, int, int]:
    """The reply, how many requests were sent for it, and how long it took, in milliseconds."""
    sent, started = CallCount(), now()
    reply = await limits.ask(SourceRequest(QUESTION, started + 60.0, sent))
    return reply, sent.times, round(1000 * (now() - started))


def asked(system: System, limits: str = HEDGED, **more: Any) -> tuple[Reply, int, int]:
    async def main() -> tuple[Reply, int, int]:
        return await once(limited(system, limits, **more))

    return run(main())


def test_a_second_request_answers_where_the_first_is_slow() -> None:
    system = System([(1.5, FOUND), (0.02, FOUND)])
    assert asked(system) == (FOUND, 2, 120)
    assert system.given_up == 1


def test_an_agency_that_answers_in_time_is_asked_once() -> None:
    assert asked(System([(0.09, FOUND)])) == (FOUND, 1, 90)


def test_the_first_request_may_still_answer_first() -> None:
    system = System([(0.15, FOUND), (1.5, NoRecord())])
    assert asked(system) == (FOUND, 2, 150)


@pytest.mark.parametrize(
    "takes",
    [
        [(0.3, DOWN), (0.5, FOUND)],
        [(0.5, FOUND), (0.1, DOWN)],
        [(0.3, Refused()), (0.5, FOUND)],
        [(0.5, FOUND), (0.1, Refused())],
    ],
    ids=["the first fails", "the second fails", "the first is refused", "the second is refused"],
)
def test_a_failure_of_one_is_no_answer_while_the_other_is_under_way(
    takes: list[tuple[float, Reply]],
) -> None:
    assert asked(System(takes))[:2] == (FOUND, 2)


def test_where_both_fail_it_is_a_failure_and_never_no_record() -> None:
    assert asked(System([(0.3, DOWN), (0.3, Unavailable(Fault.CONNECTION))]))[0] == DOWN


def test_a_source_whose_reads_have_effects_is_never_asked_beside() -> None:
    effects = LOCAL - {Claim.EFFECTS_NONE}
    assert asked(System([(1.5, FOUND)]), claims=effects)[1] == 1


@pytest.mark.parametrize(
    ("limits", "more"),
    [("", {}), (HEDGED, {"concurrency": 1}), (HEDGED, {"rate": "1/s"})],
    ids=["not wanted", "no second place", "no second start"],
)
def test_nobody_is_asked_beside_where_the_manifest_leaves_no_room(
    limits: str, more: dict[str, Any]
) -> None:
    assert asked(System([(1.5, FOUND)]), limits, **more)[1] == 1


def test_of_two_questions_with_one_turn_left_none_is_asked_beside_later() -> None:
    system = System([(0.2, DOWN), (0.2, DOWN), (1.5, FOUND), (1.5, FOUND)])

    async def main() -> list[tuple[Reply, int, int]]:
        limits = limited(system, concurrency=3)
        return list(await asyncio.gather(once(limits), once(limits)))

    assert run(main()) == [(FOUND, 2, 1600), (DOWN, 1, 200)]
    assert len(system.asked_at) == 3


def test_of_many_slow_calls_only_a_share_is_asked_twice() -> None:
    system = System([(1.5, FOUND)])

    async def main() -> list[tuple[Reply, int, int]]:
        limits = limited(system, HEDGED.replace("0.2", "0.05"), concurrency=256)
        return await asyncio.gather(*(once(limits) for _ in range(100)))

    assert all(reply == FOUND for reply, _, _ in run(main()))
    assert 2 <= len(system.asked_at) - 100 <= 100 * 0.05 + 2


def test_without_a_time_it_is_the_usual_time_of_the_source_that_counts() -> None:
    system = System([*[(0.01, FOUND)] * 40, (1.5, FOUND), (0.01, FOUND)])

    async def main() -> list[tuple[Reply, int, int]]:
        limits = limited(system, "hedge = { share = 0.05 }")
        return [await once(limits) for _ in range(41)]

    *usual, slow = run(main())
    assert {times for _, times, _ in usual} == {1}
    assert (slow[:2], 20 < slow[2] < 25) == ((FOUND, 2), True)


def test_a_question_that_goes_away_ends_both_requests() -> None:
    system = System([(1.5, FOUND)])

    async def main() -> None:
        asking = asyncio.create_task(once(limited(system)))
        await sleep(0.5)
        asking.cancel()
        await asyncio.wait([asking])

    run(main())
    assert (len(system.asked_at), system.given_up) == (2, 2)


async def test_the_agency_sees_two_requests_and_the_gateways_log_one_question(
    tmp_path: Path,
) -> None:
    seen: list[web.Request] = []
    second = asyncio.Event()

    async def before(request: web.Request) -> None:
        seen.append(request)
        if len(seen) > 1:
            second.set()
        await second.wait()
        if request is seen[0]:
            await asyncio.Event().wait()  # it never answers

    limits = 'hedge = { share = 0.2, after = "10ms" }'
    async with serving(AgencyServer(before=before).answer) as council:
        source = rest_source("council", council, claims=NATIONAL, timeout="30s", limits=limits)
        async with small_town(tmp_path, [source], questions__deadline=50) as town:
            answer = await town.ask(agencies=["council"])
            log = town.pipeline.publication.log
            entries = await log.search(Search(), after=None, count=50)
    assert answer.outcomes["council"] == "HAS_RECORD"
    first, other = ({**request.headers} for request in seen)
    for told in ("X-Teamaround-Query", "X-Teamaround-Log-Index"):
        assert first[told] == other[told]
    nonces = {NONCE.findall(headers["Signature-Input"])[0] for headers in (first, other)}
    assert len(nonces) == 2
    assert [each.entry.kind for each in entries].count(AuditKind.INTENT) == 1
