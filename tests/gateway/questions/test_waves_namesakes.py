"""A search for namesakes that cannot be logged is not made, and ends the question."""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing, suppress

import pytest

from adapters.contract.contract import Question, Records, Reply
from adapters.contract.identifiers import NHS_NUMBER
from gateway.fanout.source_answer import Keys, SourceAnswer
from gateway.model.clock import Clock
from gateway.model.errors import TryLater
from tests.support.agencies import AUTHORITY, BY_NAME, BY_NUMBER, LOCAL, MIRA
from tests.support.plain_questions import Lessons, NoShield, PlainQuestion
from tests.support.plain_sources import file_of, record, registered
from tests.support.virtual_time import now, run, sleep

OWN = {NHS_NUMBER: MIRA["nhs"]}
SEARCH = {**OWN, "family_name": MIRA["family"]}


async def asked_while_the_log_is_down(tries: list[Mapping[str, frozenset[str]]]) -> float:
    """When the question fails, in seconds, if one more agency takes 20 s and 30 s are allowed."""

    async def at_once(_: Question) -> Reply:
        return Records((record(),))

    async def slowly(question: Question) -> Reply:
        await sleep(20)
        return await at_once(question)

    async def pass_on(learned: Mapping[str, frozenset[str]]) -> None:
        tries.append(learned)
        await sleep(0.1)
        raise TryLater("LOG_UNAVAILABLE", "The log cannot be written.")

    def alike(_: Mapping[str, SourceAnswer]) -> Mapping[str, Keys]:
        return {"spine": SEARCH}

    spine = registered(file_of("spine", claims=AUTHORITY, by=(BY_NUMBER,)), at_once)
    school = registered(file_of("school", claims=LOCAL, by=(BY_NUMBER,), timeout="60s"), slowly)
    question = PlainQuestion(
        *((spine, school), now() + 30, OWN),
        teacher=Lessons(log=pass_on),
        judge=NoShield(search=alike),
        circle=frozenset({"spine"}),
        clock=Clock(monotonic=now),
    )
    start = now()
    with pytest.raises(TryLater):
        _ = [answered async for answered in question.answers()]
    return now() - start


def test_a_search_that_cannot_be_logged_ends_the_question_and_is_tried_once() -> None:
    tries: list[Mapping[str, frozenset[str]]] = []
    took_s = run(asked_while_the_log_is_down(tries))
    assert tries == [{"spine": frozenset({"family_name"})}]
    assert took_s < 1


async def asked_until_the_search_hangs(*, until: float) -> list[str]:
    """What befalls a search that never ends, if the client goes after 2 s and `until` are given."""
    told: list[str] = []

    async def answer(question: Question) -> Reply:
        if "family_name" not in question.given:
            return Records((record(),))
        told.append("searched")
        try:
            await sleep(1000)
        except asyncio.CancelledError:
            told.append("given up")
            raise
        return Records((record(),))

    async def later(question: Question) -> Reply:
        await sleep(1)
        return await answer(question)

    def alike(_: Mapping[str, SourceAnswer]) -> Mapping[str, Keys]:
        return {} if told else {"spine": {**SEARCH, "birth_date": MIRA["born"]}}

    by = (BY_NUMBER, BY_NAME)
    spine = registered(file_of("spine", claims=AUTHORITY, by=by, timeout="60s"), answer)
    school = registered(file_of("school", claims=LOCAL, by=(BY_NUMBER,), timeout="60s"), later)
    question = PlainQuestion(
        *((spine, school), until, {**OWN, "birth_date": MIRA["born"]}),
        judge=NoShield(search=alike),
        circle=frozenset({"spine"}),
        clock=Clock(monotonic=now),
    )
    with suppress(TimeoutError):
        async with asyncio.timeout(2), aclosing(question.answers()) as answers:
            async for _ in answers:
                pass
    await sleep(0.1)
    return [*told]  # the loop ends whatever is left over


@pytest.mark.parametrize("until", [1.5, 30.0])
def test_a_search_that_hangs_is_given_up_at_the_deadline_or_when_the_client_goes(
    until: float,
) -> None:
    told = run(asked_until_the_search_hangs(until=until))
    assert told == ["searched", "given up"]
