"""Which requests are traced is drawn by lot, and nobody can tell which one a trace is of."""

import asyncio
from collections.abc import Iterator
from itertools import cycle
from random import Random
from typing import Final

import pytest

from gateway.http.traces.held import MOST_HELD, OF_DEVELOPMENT, OF_PRODUCTION, Crowd, HeldTraces
from gateway.http.traces.traces import Traces, linked_by
from gateway.model.figures import ANSWER, EVERY_S, ONE_IN, QUESTIONS

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
STATED: Final = f"00-{TRACE}-{SPAN}-01"


class Hands:
    """A clock that a test turns."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Hands:
    return Hands()


def traces(
    clock: Hands, share: float = 1.0, crowd: Crowd = OF_PRODUCTION, *, link_callers: bool = False
) -> Traces:
    lot = Random(5).random  # noqa: S311 - the same run every time
    held = HeldTraces(crowd, clock, lot)
    return Traces(held, clock, lot, share=share, link_callers=link_callers)


def ask(of: Traces, number: int = 0, traceparent: str | None = None) -> None:
    of.began(traceparent)
    of.took_place(1)
    of.called(f"agency-{number}", "ok", 0.1)
    of.stage(ANSWER, 0.0, 0.1)
    of.took_place(-1)
    of.responded("answered")


def test_nothing_comes_out_before_a_crowd_stands_behind_it(clock: Hands) -> None:
    of = traces(clock)
    clock.now = EVERY_S * 10
    for _ in range(QUESTIONS - 1):
        ask(of)
        assert of.held.due() == []
    ask(of)
    assert len(of.held.due()) == QUESTIONS
    assert of.held.due() == []


def test_nothing_comes_out_before_a_minute_is_over(clock: Hands) -> None:
    of = traces(clock)
    for _ in range(QUESTIONS * 3):
        ask(of)
    assert of.held.due() == []
    clock.now = EVERY_S
    assert len(of.held.due()) == QUESTIONS * 3


def test_strangers_whose_requests_are_refused_are_no_crowd(clock: Hands) -> None:
    of = traces(clock)
    clock.now = EVERY_S
    ask(of)
    for _ in range(QUESTIONS * 5):
        of.began(None)
        of.responded("SIGN_IN")
    assert of.held.due() == []


def test_traces_come_out_in_another_order_than_they_were_asked(clock: Hands) -> None:
    of = traces(clock)
    clock.now = EVERY_S
    for number in range(QUESTIONS):
        ask(of, number)
    order = [each.calls[0].source for each in of.held.due()]
    usual = [f"agency-{number}" for number in range(QUESTIONS)]
    assert sorted(order) == sorted(usual)
    assert order != usual


def test_whoever_asks_nineteen_mostly_sees_nothing_of_the_twentieth(clock: Hands) -> None:
    of, seen = traces(clock, share=1 / ONE_IN), 0
    for _ in range(1000):
        clock.now += EVERY_S
        for number in range(QUESTIONS):
            ask(of, number)
        seen += any(each.calls[0].source == "agency-19" for each in of.held.due())
    assert 0 < seen < 1000 * 2 / ONE_IN


def test_a_caller_cannot_have_itself_traced(clock: Hands) -> None:
    of = traces(clock, share=0.0, crowd=OF_DEVELOPMENT)
    ask(of, traceparent=STATED)
    assert of.held.due() == []


def test_a_caller_s_trace_is_named_only_where_the_operator_wants_it(clock: Hands) -> None:
    for link, named in ((False, None), (True, (int(TRACE, 16), int(SPAN, 16)))):
        of = traces(clock, crowd=OF_DEVELOPMENT, link_callers=link)
        ask(of, traceparent=STATED)
        assert [each.linked for each in of.held.due()] == [named]


@pytest.mark.parametrize(
    "stated",
    [
        None,
        "",
        STATED.upper(),
        f"01-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"{STATED}-more",
        f"00-{TRACE}-{SPAN}-0\u0661",
        f" {STATED}",
        f"{STATED}\n",
        "00-Jonah Smith",
    ],
)
def test_what_states_no_trace_is_none(stated: str | None) -> None:
    assert linked_by(stated) is None


def test_a_request_that_answers_in_parts_is_over_with_its_last_part(clock: Hands) -> None:
    of = traces(clock, crowd=OF_DEVELOPMENT)
    of.began(None)
    of.took_place(1)
    of.responded("answered")
    assert of.held.due() == []
    of.took_place(-1)
    assert [each.result for each in of.held.due()] == ["answered"]


async def test_two_requests_at_once_have_their_own_calls(clock: Hands) -> None:
    of = traces(clock, crowd=OF_DEVELOPMENT)
    turn = asyncio.Barrier(2)

    async def asked(number: int) -> None:
        of.began(None)
        await turn.wait()
        await asyncio.create_task(called(number))
        of.responded("answered")

    async def called(number: int) -> None:
        of.called(f"agency-{number}", "ok", 0.1)

    await asyncio.gather(asyncio.create_task(asked(1)), asyncio.create_task(asked(2)))
    found = [[call.source for call in each.calls] for each in of.held.due()]
    assert sorted(found) == [["agency-1"], ["agency-2"]]


def test_what_waits_is_bounded(clock: Hands) -> None:
    of = traces(clock)
    for _ in range(MOST_HELD + 10):
        ask(of)
    clock.now = EVERY_S
    assert len(of.held.due()) == MOST_HELD


def test_a_request_across_borders_writes_down_so_many_calls_and_no_more(clock: Hands) -> None:
    of = traces(clock, crowd=OF_DEVELOPMENT)
    numbers: Iterator[int] = cycle(range(9))
    of.began(None)
    for _ in range(2000):
        of.called(f"agency-{next(numbers)}", "ok", 0.1)
    of.responded("answered")
    (only,) = of.held.due()
    assert len(only.calls) == 500
