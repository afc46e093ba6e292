"""A kind of caller that nobody decided on is decided on in a thread, while others are served."""

import threading
from dataclasses import replace
from itertools import product
from typing import Final

import pytest

from adapters.contract.codes import ReleaseClass
from gateway.policy import decide
from gateway.policy.context import RecordFacts
from gateway.policy.decide import DecisionRequest, Decisions, Matter, Policy, Verdict
from tests.support.gateway.decisions import PLAINLY, SOCIAL_WORKER, rule_set

NOWHERE: Final = replace(PLAINLY, in_area=False)
MATTERS: Final = [
    Matter("school", "roll", frozenset({name}), in_area, RecordFacts(consent))
    for name, in_area, consent in product(ReleaseClass, (True, False), (True, False))
]


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[threading.Thread]:
    """The threads in which anything is decided, in order."""
    found: list[threading.Thread] = []
    decide_one = decide.decide_one

    def noted(*matter: object) -> Verdict:
        found.append(threading.current_thread())
        return decide_one(*matter)  # type: ignore[arg-type]

    monkeypatch.setattr(decide, "decide_one", noted)
    return found


def decisions() -> Decisions:
    return Policy(rule_set()).of_kind(SOCIAL_WORKER, NOWHERE)


async def test_many_decisions_hold_up_nobody(threads: list[threading.Thread]) -> None:
    await decisions().ahead(MATTERS)
    assert len(threads) == len(MATTERS)
    assert threading.main_thread() not in threads


async def test_what_was_decided_ahead_is_not_decided_again(threads: list[threading.Thread]) -> None:
    kind = decisions()
    await kind.ahead(MATTERS)
    await kind.ahead(MATTERS)
    assert [kind.of(matter) for matter in MATTERS]
    assert len(threads) == len(MATTERS)


def test_what_is_left_is_what_nobody_has_decided() -> None:
    kind = decisions()
    kind.of(MATTERS[0])
    assert kind.left(MATTERS) == MATTERS[1:]


def test_a_kind_of_caller_is_decided_on_as_each_request_is_by_itself() -> None:
    kind = decisions()
    for matter in MATTERS:
        context = replace(NOWHERE, in_area=matter.in_area, said=matter.said)
        alone = DecisionRequest("school", "roll", matter.asked, SOCIAL_WORKER, context)
        assert kind.of(matter) == Policy(rule_set()).decide(alone)


def test_two_kinds_of_caller_share_no_decision() -> None:
    policy = Policy(rule_set())
    nurse = replace(SOCIAL_WORKER, roles=frozenset({"nurse"}))
    assert policy.of_kind(nurse, NOWHERE) is not policy.of_kind(SOCIAL_WORKER, NOWHERE)
    assert policy.of_kind(nurse, NOWHERE) is policy.of_kind(nurse, NOWHERE)


def test_the_oldest_kinds_of_caller_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "_KEPT", 8)
    policy = Policy(rule_set())
    first = policy.of_kind(SOCIAL_WORKER, NOWHERE)
    for assurance in range(10, 20):
        policy.of_kind(replace(SOCIAL_WORKER, assurance=assurance), NOWHERE)
    assert policy.of_kind(SOCIAL_WORKER, NOWHERE) is not first
