"""A plain call tells what the exact way tells, and nobody is asked twice for it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.codes import Claim
from adapters.contract.contract import (
    Fault,
    Malformed,
    NoRecord,
    Question,
    Records,
    Refused,
    Reply,
    TooMany,
    Unavailable,
)
from adapters.contract.time_limit import TimeLimit
from gateway.fanout.calls.plain_call import PlainCall
from gateway.fanout.fan_out import Calls, FanOut
from gateway.fanout.source_answer import CallContext, SourceAnswer
from gateway.fanout.source_call import SourceConnection
from gateway.model.clock import Clock
from tests.support.agencies import AUTHORITY, BY_NAME, BY_NUMBER, BY_UPN, LOCAL, MIRA
from tests.support.coalesced_people import NOON, RIGHT, Person, System
from tests.support.plain_sources import ON_BEHALF, file_of, record, registered
from tests.support.samples import examples
from tests.support.virtual_time import now, run, sleep

WAYS: Final = (False, True)
DETAILS: Final = {
    "upn": MIRA["upn"],
    "family_name": MIRA["family"],
    "birth_date": MIRA["born"],
}
REPLIES: Final[tuple[Reply | None, ...]] = (
    *(None, None, Records((record(),)), Records(()), Records((record(),), whole=False)),
    *(NoRecord(NOON), NoRecord(NOON, whole=False), TooMany(), Refused(), Malformed("object")),
    *(Unavailable(Fault.SERVER_ERROR), Unavailable(Fault.DROPPED), Unavailable(Fault.BUSY)),
)


@dataclass
class Broken(System):
    """A system whose adapter has a bug."""

    async def answer(self, question: Question) -> Reply:
        """Fail, as no adapter should."""
        await super().answer(question)
        raise ValueError("a bug")


@dataclass(frozen=True, slots=True)
class Case:
    """A source, and who asks it."""

    crowd: tuple[Person, ...]
    reply: Reply | None = None
    takes: float = 1.0
    limits: str = ""
    claims: frozenset[Claim] = LOCAL
    concurrency: int = 4
    by: tuple[Any, ...] = (BY_NUMBER, BY_UPN, BY_NAME)
    system: Callable[..., System] = System


@dataclass(frozen=True, slots=True)
class Told:
    """What each person heard, what the agency was asked, and when."""

    answers: list[SourceAnswer | None]
    asked: list[tuple[int, str, frozenset[tuple[str, str]]]]
    given_up: int


def line(case: Case, system: System, *, plain: bool) -> SourceConnection:
    """A line to a source that keeps its own time, as one over HTTP does."""

    async def answering(question: Question) -> Reply:
        try:
            with TimeLimit(question.timeout_s):
                return await system.answer(question)
        except TimeoutError:
            return Unavailable(Fault.TIMED_OUT)

    file = file_of(
        "council",
        by=case.by,
        timeout="60s",
        limits=case.limits,
        claims=case.claims,
        concurrency=case.concurrency,
    )
    source = registered(file, answering)
    source = replace(source, adapter=replace(source.adapter, plain=plain))
    return SourceConnection(source, Clock(now=lambda: NOON, monotonic=now), lambda: 0.5)


async def hears(fan_out: FanOut, person: Person) -> SourceAnswer | None:
    """What a person hears by a question of their own; None if they went away."""
    await sleep(person.at)
    on_behalf = replace(ON_BEHALF, log_index=person.index, query_id=f"q-{person.index}")
    until = now() + person.for_s
    asking = CallContext(person.fields, on_behalf, until, person.right)
    async with fan_out.calls() as calls:
        calls.start("council", [{"nhs_number": person.number, **DETAILS}], asking, None)
        try:
            async with asyncio.timeout(person.patience_s):
                return next(iter(await calls.heard(until)), None)
        except TimeoutError:
            return None


def told(case: Case, *, plain: bool) -> Told:
    """What comes of a case, by the plain call or by the exact way."""
    system = case.system(reply=case.reply, takes=case.takes)

    async def main() -> list[SourceAnswer | None]:
        clock = Clock(now=lambda: NOON, monotonic=now)
        fan_out = FanOut({"council": line(case, system, plain=plain)}, clock)
        found = await asyncio.gather(*(hears(fan_out, person) for person in case.crowd))
        await sleep(200.0)
        return list(found)

    answers = run(main())
    asked = [(q.on_behalf.log_index, q.operation, frozenset(q.given.items())) for q in system.asked]
    return Told(answers, asked, system.given_up)


people = st.builds(
    Person,
    index=st.just(0),
    right=st.sampled_from([RIGHT, RIGHT, RIGHT, replace(RIGHT, policy="rules-2"), None]),
    number=st.sampled_from([MIRA["nhs"], MIRA["nhs"], "9000000017"]),
    at=st.sampled_from([0.0, 0.3, 1.1, 2.0, 7.0]),
    for_s=st.sampled_from([0.7, 1.5, 100.0, 100.0]),
    patience_s=st.sampled_from([0.2, 0.9, 1000.0, 1000.0, 1000.0]),
)
crowds = st.lists(people, min_size=1, max_size=5).map(
    lambda crowd: tuple(
        # In one moment either of two may be first.
        replace(person, index=index, at=person.at + index / 100)
        for index, person in enumerate(crowd)
    )
)
RETRIED: Final = 'retry = { max = 1, on = [503] }\ncache = "5s"'
cases = st.builds(
    Case,
    crowd=crowds,
    reply=st.sampled_from(REPLIES),
    takes=st.sampled_from([0.0, 1.0]),
    limits=st.sampled_from(["", 'cache = "5s"', RETRIED, "hedge = { share = 0.2, after = '1s' }"]),
    claims=st.sampled_from([LOCAL, AUTHORITY, LOCAL - {Claim.EFFECTS_NONE}]),
    concurrency=st.integers(1, 4),
    by=st.sampled_from([(BY_NUMBER,), (BY_NUMBER, BY_UPN), (BY_NUMBER, BY_UPN, BY_NAME)]),
    system=st.sampled_from([System, System, System, Broken]),
)


@settings(deadline=None, max_examples=examples(150))
@given(cases)
def test_by_a_plain_call_everybody_hears_what_the_exact_way_tells(case: Case) -> None:
    exact, plain = (told(case, plain=way) for way in WAYS)
    assert plain == exact


def differs(case: Case) -> bool:
    """Whether the ways tell something else, or one of them tells nothing."""
    try:
        return told(case, plain=True) != told(case, plain=False)
    except asyncio.CancelledError:
        return True


ALONE: Final = (Person(1),)


def begun(case: Case) -> list[type]:
    """Of what kind the calls are that one question begins, at its first agency."""

    async def main() -> list[type]:
        clock = Clock(now=lambda: NOON, monotonic=now)
        fan_out = FanOut({"council": line(case, System(), plain=True)}, clock)
        asking = CallContext(frozenset(), ON_BEHALF, now() + 9.0, case.crowd[0].right)
        async with fan_out.calls() as calls:
            calls.start("council", [{"nhs_number": MIRA["nhs"], **DETAILS}], asking, None)
            return [type(call) for call in calls._running]  # noqa: SLF001  no word tells

    return run(main())


def test_an_agency_that_is_asked_once_is_asked_by_a_plain_call() -> None:
    assert begun(Case(ALONE)) == [PlainCall]


@pytest.mark.parametrize(
    "case",
    [Case((Person(1, right=None),)), Case(ALONE, claims=LOCAL - {Claim.EFFECTS_NONE})],
    ids=["without a right", "with effects"],
)
def test_who_shares_nothing_is_asked_the_exact_way(case: Case) -> None:
    assert begun(case) == [asyncio.Task]


def _forgets_who_waits(_: Callable[..., Any]) -> Callable[..., Any]:
    return lambda call: call._coalescer._abandon(call._flight)  # noqa: SLF001  as a fault would


def _asks_no_further(_: Callable[..., Any]) -> Callable[..., Any]:
    def heard(call: Any) -> None:
        brought = call._flight.task.result()  # noqa: SLF001  as a fault would
        call._answer = SourceAnswer("council", brought.reply)  # noqa: SLF001
        call._landed(call)  # noqa: SLF001

    return heard


FAULTS: Final = {
    "who goes away ends the call of others": ("cancel", _forgets_who_waits),
    "nobody is asked by the next number": ("_heard", _asks_no_further),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_law_finds_a_plain_call_that_differs(
    monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    name, planted = FAULTS[fault]
    monkeypatch.setattr(PlainCall, name, planted(getattr(PlainCall, name)))
    two = (Person(0, patience_s=0.7), Person(1, at=0.5))
    tried = (Case(two), Case(ALONE, reply=NoRecord(NOON)))
    assert any(differs(case) for case in tried)


def test_what_nobody_waits_for_any_more_is_given_up_at_the_agency() -> None:
    found = told(Case((Person(1, patience_s=0.5),)), plain=True)
    assert (found.answers, found.given_up) == ([None], 1)


def test_a_call_that_was_ended_has_no_result() -> None:
    async def main() -> None:
        clock = Clock(now=lambda: NOON, monotonic=now)
        calls = Calls({"council": line(Case(ALONE), System(), plain=True)}, clock)
        asking = CallContext(frozenset(), ON_BEHALF, now() + 9.0, RIGHT)
        calls.start("council", [{"nhs_number": MIRA["nhs"]}], asking, None)
        (call,) = calls._running  # noqa: SLF001  no word tells
        with pytest.raises(asyncio.InvalidStateError):
            call.result()
        await calls.cancel()
        await calls.cancel()

    run(main())
