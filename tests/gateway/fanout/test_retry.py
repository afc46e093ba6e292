"""A source is asked once more where its manifest says so, and never by a storm of questions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.contract import Fault, Malformed, NoRecord, Refused, Reply, Unavailable
from adapters.manifest.limits import Retry
from gateway.fanout.retry import RESERVE, SHARE, RetryBudget, wait_before_another

# A loaded machine is no failure of the law.
unhurried = settings(deadline=None)
TWICE = Retry(max=2)


@unhurried
@given(st.lists(st.booleans(), max_size=400))
def test_repetitions_are_a_small_share_of_the_calls_however_they_come(steps: list[bool]) -> None:
    budget, calls, repeated = RetryBudget(), 0, 0
    for is_call in steps:
        if is_call:
            budget.called()
            calls += 1
        else:
            repeated += budget.spend()
        assert repeated <= RESERVE + SHARE * calls


def test_a_long_quiet_saves_up_no_storm() -> None:
    budget = RetryBudget()
    for _ in range(10_000):
        budget.called()
    assert sum(budget.spend() for _ in range(100)) == RESERVE


@pytest.mark.parametrize(
    "reply", [NoRecord(), Refused(), Malformed("json"), Unavailable(Fault.LIMIT)]
)
def test_what_would_be_the_same_again_is_not_asked_again(reply: Reply) -> None:
    assert wait_before_another(TWICE, reply, 1, 0.5) is None


@pytest.mark.parametrize(
    ("named", "reply"),
    [
        (503, Unavailable(Fault.SERVER_ERROR, status=503)),
        (429, Unavailable(Fault.BUSY, status=429)),
        ("connection", Unavailable(Fault.CONNECTION)),
        ("busy", Unavailable(Fault.BUSY)),
        ("timed_out", Unavailable(Fault.TIMED_OUT)),
    ],
)
def test_what_the_manifest_names_is_asked_again_and_nothing_else(
    named: int | str, reply: Reply
) -> None:
    retry = Retry.model_validate({"max": 1, "on": {named}})
    assert wait_before_another(retry, reply, 1, 0.5) is not None
    assert wait_before_another(retry, reply, 2, 0.5) is None
    other = Retry.model_validate({"max": 1, "on": {599}})
    assert wait_before_another(other, reply, 1, 0.5) is None


@unhurried
@given(st.floats(0, 1), st.integers(1, 3))
def test_each_wait_is_longer_than_the_last_and_not_the_same_for_everybody(
    jitter: float, attempt: int
) -> None:
    wait_s = wait_before_another(Retry(max=3), Unavailable(Fault.CONNECTION), attempt, jitter)
    full_s = 0.1 * 2 ** (attempt - 1)
    assert wait_s is not None
    assert full_s / 2 <= wait_s <= full_s


@pytest.mark.parametrize(("honour", "expected"), [(True, 7.0), (False, 0.1)])
def test_an_agency_that_says_how_long_to_wait_is_believed_where_the_manifest_says_so(
    *, honour: bool, expected: float
) -> None:
    retry = Retry(max=1, honour_retry_after=honour)
    busy = Unavailable(Fault.BUSY, retry_after_s=7.0, status=429)
    assert wait_before_another(retry, busy, 1, 1.0) == expected


def test_a_connection_that_was_dropped_before_any_answer_is_used_anew_once_and_at_once() -> None:
    dropped = Unavailable(Fault.DROPPED)
    assert wait_before_another(Retry(), dropped, 1, 0.5) == 0.0
    assert wait_before_another(Retry(), dropped, 2, 0.5) is None
