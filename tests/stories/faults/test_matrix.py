"""Whatever goes wrong at an agency: no false "no record", no delay, no harm to the others."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio

from demo.processes.postgres import Postgres
from tests.support.agencies import HOME
from tests.support.faults.speech import MARKER
from tests.support.faults.troubled_town import (
    BESIDE,
    DEADLINE_S,
    HEALTHY,
    TROUBLES,
    Trouble,
    troubled_town,
)
from tests.support.town import PRACTITIONER, Answer, Town

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sampled]
every_trouble = pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.words)
trouble_beside = pytest.mark.parametrize("trouble", BESIDE, ids=lambda trouble: trouble.words)
PASSING = frozenset({"latencyMs", "asOf", "attempts"})
SIDE_BY_SIDE = 8  # troubles that wait, at once
LATE_S = (
    60  # a loaded machine's, not the gateway's: an agency's own time is 120 s, a hung one's endless
)


@dataclass(frozen=True)
class Heard:
    """The questions that were asked at once, each with the trouble in scope, and how long it took.

    The first is about it alone; of BESIDE, one has healthy agencies too, one a shield authority.
    """

    answers: list[Answer]
    seconds: float


Hear = Callable[[Trouble], Awaitable[Heard]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> AsyncIterator[Town]:
    async with troubled_town(tmp_path_factory.mktemp("town"), postgres) as town:
        yield town


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def undisturbed(town: Town) -> Answer:
    return await town.ask(agencies=HEALTHY)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hear(town: Town) -> AsyncIterator[Hear]:
    """Asks about each trouble once; those that wait do so beside the others."""
    few = asyncio.Semaphore(SIDE_BY_SIDE)
    hearing: dict[str, asyncio.Task[Heard]] = {}

    async def heard(trouble: Trouble) -> Heard:
        async with few if trouble.waits else nullcontext():
            there = replace(PRACTITIONER, areas=(HOME, trouble.area))
            started = time.monotonic()
            questions = [town.ask(agencies=[trouble.agency])]
            if trouble in BESIDE:
                questions += [
                    town.ask(agencies=[trouble.agency, *HEALTHY]),
                    town.ask(agencies=[trouble.authority, *HEALTHY], caller=there),
                ]
            answers = await asyncio.gather(*questions)
            return Heard(answers, seconds=time.monotonic() - started)

    async def hear_once(trouble: Trouble) -> Heard:
        if trouble.words not in hearing:
            hearing[trouble.words] = asyncio.create_task(heard(trouble))
        return await hearing[trouble.words]

    for trouble in TROUBLES:
        if trouble.waits:
            hearing[trouble.words] = asyncio.create_task(heard(trouble))
    yield hear_once
    for task in hearing.values():
        task.cancel()
    await asyncio.gather(*hearing.values(), return_exceptions=True)


def lasting(row: dict[str, Any]) -> dict[str, Any]:
    # Whoever asks the same at the same moment shares the call, so that attempts differ too.
    return {key: value for key, value in row.items() if key not in PASSING}


def tells_the_truth(answer: Answer, agencies: set[str]) -> None:
    outcomes = answer.outcomes
    assert outcomes.keys() == agencies
    assert "NO_RECORD" not in outcomes.values()
    settled = all(outcome == "HAS_RECORD" for outcome in outcomes.values())
    assert answer.completeness["complete"] is settled
    assert answer.completeness["inScope"] == len(agencies)
    assert MARKER not in answer.text.lower()


@every_trouble
async def test_an_agency_in_trouble_is_never_one_without_a_record(
    hear: Hear, trouble: Trouble
) -> None:
    answer = (await hear(trouble)).answers[0]
    tells_the_truth(answer, {trouble.agency})
    assert answer.outcomes[trouble.agency] in trouble.outcomes
    assert answer.child_answer["child"] is None
    assert answer.rows[trouble.agency]["ring"]["telephone"]


@trouble_beside
async def test_an_agency_in_trouble_leaves_the_others_answers_whole(
    hear: Hear, trouble: Trouble, undisturbed: Answer
) -> None:
    answer = (await hear(trouble)).answers[1]
    tells_the_truth(answer, {trouble.agency, *HEALTHY})
    assert answer.outcomes[trouble.agency] in trouble.outcomes
    assert {a: lasting(answer.rows[a]) for a in HEALTHY} == {
        a: lasting(row) for a, row in undisturbed.rows.items()
    }
    assert answer.child_answer["child"] == undisturbed.child_answer["child"]


@trouble_beside
async def test_a_shield_authority_in_trouble_clears_nobody(hear: Hear, trouble: Trouble) -> None:
    answer = (await hear(trouble)).answers[2]
    tells_the_truth(answer, {trouble.authority, *HEALTHY})
    assert answer.child_answer["child"]["restriction"] == "UNKNOWN"
    assert answer.outcomes["council"] == answer.outcomes["school"] == "NOTHING_TO_SHARE"
    assert "Jo Hart" not in answer.text
    assert "Tanners" not in answer.text


@every_trouble
async def test_an_agency_in_trouble_keeps_nobody_waiting_past_the_deadline(
    hear: Hear, trouble: Trouble
) -> None:
    assert (await hear(trouble)).seconds < DEADLINE_S + LATE_S


async def test_all_trouble_at_once_is_one_row_each_and_nothing_of_it_is_printed(
    town: Town, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    # One who outlasts the deadline would only have this test wait for it twice more.
    for ill in (
        {t.agency for t in TROUBLES if not t.outlasts},
        {t.authority for t in BESIDE if not t.outlasts},
    ):
        answer = await town.ask(agencies=ill | {*HEALTHY})
        tells_the_truth(answer, ill | {*HEALTHY})
    # Of asyncio's own records the gateway prints the logger's name alone; pytest keeps the text.
    said = [record.getMessage() for record in caplog.records if record.name != "asyncio"]
    printed = "".join((*capfd.readouterr(), *said))
    assert MARKER not in printed.lower()


async def test_a_town_without_trouble_is_complete(undisturbed: Answer) -> None:
    tells_the_truth(undisturbed, set(HEALTHY))
    assert undisturbed.completeness["complete"] is True
