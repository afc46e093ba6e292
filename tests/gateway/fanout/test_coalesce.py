"""Two identical questions of one person share a call; nobody ever hears another's answer."""

import asyncio
import gc
import weakref
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.codes import AbuseCategory, Claim, Purpose
from adapters.contract.contract import Fault, NoRecord, Records, Reply, TooMany, Unavailable
from adapters.contract.record import Involvement
from gateway.fanout.coalesce import KEPT_ANSWERS, AccessRight, CallKey, CallResult, Coalescer
from gateway.fanout.source_answer import SourceAnswer
from gateway.model.inquiry import Reason, SignificantHarm
from tests.support.agencies import AUTHORITY, LOCAL, MIRA
from tests.support.coalesced_people import (
    FOUND,
    NAMES,
    NOON,
    RIGHT,
    WORRIED,
    Person,
    System,
    line_to,
)
from tests.support.coalesced_people import heard as heard_by
from tests.support.plain_sources import record
from tests.support.samples import examples
from tests.support.town import PRACTITIONER
from tests.support.virtual_time import now, run, sleep

# A loaded machine is no failure of the law.
unhurried = settings(deadline=None, max_examples=examples(200))

KEEPING = 'cache = "5s"'
OTHER_NUMBER = "9000000017"
COLLEAGUE = replace(PRACTITIONER, user="c.colleague")
PROMOTED = replace(PRACTITIONER, roles=frozenset({"practitioner", "shield-cleared"}))
HARM = SignificantHarm(AbuseCategory.NEGLECT, "seen today")
OTHER_RIGHTS = (
    AccessRight(COLLEAGUE, WORRIED, "rules-1"),
    AccessRight(PROMOTED, WORRIED, "rules-1"),
    AccessRight(replace(PRACTITIONER, issuer="https://hospital.example"), WORRIED, "rules-1"),
    AccessRight(replace(PRACTITIONER, signed_in_at=1.0), WORRIED, "rules-1"),
    AccessRight(PRACTITIONER, replace(WORRIED, purpose=Purpose.EARLY_HELP), "rules-1"),
    AccessRight(PRACTITIONER, replace(WORRIED, case_reference="C-2"), "rules-1"),
    AccessRight(PRACTITIONER, replace(WORRIED, break_glass="grant"), "rules-1"),
    AccessRight(PRACTITIONER, replace(WORRIED, significant_harm=HARM), "rules-1"),
    AccessRight(PRACTITIONER, WORRIED, "rules-2"),
)


def heard(system: System, *people: Person, limits: str = "", **more: Any) -> list[SourceAnswer]:
    """What people hear who do not go away."""

    async def main() -> list[SourceAnswer | None]:
        return await heard_by(line_to(system, limits, **more), *people)

    answers = run(main())
    return [answered for answered in answers if answered is not None]


def test_the_same_question_asked_again_while_it_is_under_way_shares_the_call() -> None:
    system = System()
    first, second = heard(system, Person(1), Person(2, at=0.5))
    assert first.reply == second.reply == FOUND
    assert [q.on_behalf.log_index for q in system.asked] == [1]
    assert (first.attempts, first.through) == (1, frozenset())
    assert (second.attempts, sorted(second.through)) == (0, [1])
    assert second.searched_by == {"nhs_number"}


@pytest.mark.parametrize("right", [*OTHER_RIGHTS, None])
def test_whoever_asks_by_another_right_asks_for_themselves(right: AccessRight | None) -> None:
    system = System()
    heard(system, Person(1), Person(2, right=right), limits=KEEPING)
    heard(system, Person(3), Person(4, right=right, at=2.0), limits=KEEPING)
    assert sorted(q.on_behalf.log_index for q in system.asked) == [1, 2, 3, 4]


def test_whoever_asks_for_more_or_for_less_or_by_something_else_asks_for_themselves() -> None:
    system = System()
    wider = NAMES | {"involvements"}
    people = (Person(1), Person(2, fields=wider), Person(3, number=OTHER_NUMBER))
    heard(system, *people, limits=KEEPING)
    assert len(system.asked) == 3


def test_a_source_whose_reads_have_effects_is_asked_by_each_for_themselves() -> None:
    system = System()
    effects = LOCAL - {Claim.EFFECTS_NONE}
    heard(system, Person(1), Person(2), Person(3, at=2.0), limits=KEEPING, claims=effects)
    assert len(system.asked) == 3


def test_who_goes_away_leaves_the_call_to_whoever_still_waits() -> None:
    system = System()
    (second,) = heard(system, Person(1, patience_s=0.7), Person(2, at=0.5))
    assert (second.reply, sorted(second.through)) == (FOUND, [1])
    assert (len(system.asked), system.given_up) == (1, 0)


def test_when_the_last_one_goes_away_the_call_ends() -> None:
    system = System()
    assert heard(system, Person(1, patience_s=0.7), Person(2, patience_s=0.6)) == []
    assert (len(system.asked), system.given_up) == (1, 1)


def test_a_question_after_a_call_that_was_given_up_is_asked_anew() -> None:
    system = System()
    (second,) = heard(system, Person(1, patience_s=0.5), Person(2, at=0.6))
    assert (second.attempts, second.through) == (1, frozenset())


def test_who_has_more_time_is_not_held_to_the_time_of_who_asked_before() -> None:
    system = System(takes=3.0)
    first, second = heard(system, Person(1, for_s=2.0), Person(2, for_s=50.0))
    assert first.reply == Unavailable(Fault.TIMED_OUT)
    assert (second.reply, second.attempts) == (FOUND, 1)


def test_a_failure_is_shared_while_it_is_under_way_and_never_kept() -> None:
    system = System(Unavailable(Fault.SERVER_ERROR))
    people = (Person(1), Person(2), Person(3, at=2.0))
    assert [a.attempts for a in heard(system, *people, limits=KEEPING)] == [1, 0, 1]


def test_an_answer_is_kept_for_seconds_and_says_from_when_it_is() -> None:
    system = System()
    people = [Person(index, at=at) for index, at in enumerate((0.0, 2.0, 5.9, 6.1))]
    answers = heard(system, *people, limits=KEEPING)
    assert [a.attempts for a in answers] == [1, 0, 0, 1]
    assert [sorted(a.through) for a in answers] == [[], [0], [0], []]
    assert all(a.at == NOON and a.searched_by == {"nhs_number"} for a in answers)


class Heavy:
    """Something that can be seen to be gone."""


def test_an_answer_that_nobody_asks_for_again_is_not_held_longer() -> None:
    async def main() -> tuple[bool, bool]:
        coalescer: Coalescer[CallKey] = Coalescer(5.0, now)
        answer = Heavy()
        seen = weakref.ref(answer)
        brought = [CallResult(cast("Reply", answer), NOON, 1, 1)]
        del answer

        async def bring() -> CallResult:
            return brought.pop()

        await coalescer.brought(CallKey(RIGHT, "by-number", frozenset(), NAMES), 60, bring, keeps)
        gc.collect()
        kept = seen() is not None
        await sleep(5.1)
        gc.collect()
        return kept, seen() is not None

    assert run(main()) == (True, False)


def keeps(_: CallResult) -> bool:
    return True


SENSITIVE = replace(record(), involvements=(Involvement(sensitive=True),))
CONSENTED = replace(record(), consent=False)


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        (FOUND, True),
        (NoRecord(NOON), True),
        (NoRecord(), False),
        (TooMany(), False),
        (Records((record(restricted=True),)), False),
        (Records((record(), SENSITIVE)), False),
        (Records((CONSENTED,)), False),
    ],
)
def test_only_what_is_certain_and_not_sensitive_is_kept(reply: Reply, *, kept: bool) -> None:
    system = System(reply)
    answers = heard(system, Person(1), Person(2, at=2.0), limits=KEEPING)
    assert [a.attempts for a in answers] == [1, 0 if kept else 1]
    assert answers[0].reply == answers[1].reply == reply


@pytest.mark.parametrize(
    "more",
    [{"claims": AUTHORITY}, {"claims": LOCAL - {Claim.EFFECTS_NONE}}, {"head": "sensitive = true"}],
)
def test_who_decides_on_a_shield_or_must_not_be_named_is_asked_each_time(
    more: dict[str, Any],
) -> None:
    system = System()
    heard(system, Person(1), Person(2, at=2.0), limits=KEEPING, **more)
    assert len(system.asked) == 2


@pytest.mark.parametrize(
    "reason", [replace(WORRIED, break_glass="grant"), replace(WORRIED, significant_harm=HARM)]
)
def test_in_an_emergency_every_agency_is_asked_each_time(reason: Reason) -> None:
    system = System()
    right = replace(RIGHT, reason=reason)
    people = (Person(1, right=right), Person(2, right=right, at=2.0))
    heard(system, *people, limits=KEEPING)
    assert len(system.asked) == 2


def test_without_a_word_in_the_manifest_no_answer_is_kept() -> None:
    system = System()
    heard(system, Person(1), Person(2, at=1.1))
    assert len(system.asked) == 2


def test_no_more_answers_are_kept_than_a_few() -> None:
    system = System(takes=0.0)
    people = [Person(n, number=str(n)) for n in range(KEPT_ANSWERS + 1)]
    again = [Person(1000 + n, number=str(n), at=1.0) for n in (0, KEPT_ANSWERS)]
    heard(system, *people, *again, limits=KEEPING, rate="1000/s")
    assert [q.on_behalf.log_index for q in system.asked[KEPT_ANSWERS + 1 :]] == [1000]


def test_what_is_forgotten_is_asked_anew_and_those_who_wait_are_not_harmed() -> None:
    system = System()

    async def main() -> list[SourceAnswer | None]:
        connection = line_to(system, KEEPING)
        before = asyncio.create_task(heard_by(connection, Person(1)))
        await sleep(0.5)
        connection.forget()
        after = await heard_by(connection, Person(2))
        connection.forget()
        return [*await before, *after, *await heard_by(connection, Person(3))]

    answers = run(main())
    assert [a.attempts for a in answers if a] == [1, 1, 1]
    assert len(system.asked) == 3


people = st.builds(
    Person,
    index=st.just(0),
    right=st.sampled_from([RIGHT, RIGHT, *OTHER_RIGHTS, None]),
    number=st.sampled_from([MIRA["nhs"], MIRA["nhs"], OTHER_NUMBER]),
    fields=st.sampled_from([NAMES, NAMES | {"involvements"}]),
    at=st.sampled_from([0.0, 0.3, 1.0, 1.1, 2.0, 4.0, 7.0]),
    for_s=st.sampled_from([0.7, 1.5, 100.0]),
    patience_s=st.sampled_from([0.2, 0.9, 1000.0, 1000.0]),
)
crowds = st.lists(people, min_size=2, max_size=8).map(
    lambda crowd: [replace(person, index=index) for index, person in enumerate(crowd)]
)


def alike(one: Person, other: Person) -> bool:
    """Whether two people may hear one answer."""
    same = (one.number, one.fields, one.right) == (other.number, other.fields, other.right)
    return one is other or (same and one.right is not None)


@unhurried
@given(crowds, st.sampled_from(["", KEEPING]), st.sampled_from([0.0, 1.0]), st.integers(1, 4))
def test_whenever_people_come_and_go_nobody_hears_what_was_asked_by_another_right(
    crowd: list[Person], limits: str, takes: float, concurrency: int
) -> None:
    system = System(reply=None, takes=takes)

    async def main() -> list[SourceAnswer | None]:
        return await heard_by(line_to(system, limits, concurrency=concurrency), *crowd)

    for person, answered in zip(crowd, run(main()), strict=True):
        stays = person.for_s > 50 and person.patience_s > 50
        assert not stays or (answered and answered.records)
        for found in answered.records if answered else ():
            asker = crowd[int(found.record_id or "")]
            assert alike(person, asker)
            assert answered is not None
            assert answered.through <= {asker.index} - {person.index}
            asked = [q for q in system.asked if q.on_behalf.log_index == asker.index]
            assert [dict(q.given) for q in asked] == [{"nhs_number": person.number}]
            assert [q.fields for q in asked] == [person.fields]
