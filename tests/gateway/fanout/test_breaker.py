"""The breaker of a failing source opens, lets one question try it, and closes when it is well."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.fanout.breaker import Breaker, BreakerState, CallOutcome

# A loaded machine is no failure of the law.
unhurried = settings(deadline=None)


class Watch:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.shows = 0.0

    def __call__(self) -> float:
        return self.shows


def opened(watch: Watch) -> Breaker:
    """A breaker that has just opened, after three failures, for ten seconds."""
    breaker = Breaker(3, 10.0, watch)
    for _ in range(3):
        came_to(breaker, CallOutcome.FAILED)
    return breaker


def came_to(breaker: Breaker, went: CallOutcome) -> None:
    admission = breaker.admit()
    assert admission is not None
    breaker.settle(admission, went)


def test_a_source_that_fails_three_times_in_a_row_opens_the_breaker() -> None:
    watch = Watch()
    breaker = opened(watch)
    watch.shows = 4.0
    assert breaker.admit() is None
    assert (breaker.state, breaker.open_s) == (BreakerState.OPEN, 6.0)


def test_one_answer_between_failures_keeps_a_source_in_use() -> None:
    breaker = Breaker(3, 10.0, Watch())
    for went in (
        CallOutcome.FAILED,
        CallOutcome.FAILED,
        CallOutcome.OK,
        CallOutcome.FAILED,
        CallOutcome.FAILED,
    ):
        came_to(breaker, went)
    assert breaker.state is BreakerState.CLOSED


def test_what_says_nothing_of_a_source_neither_opens_nor_closes_the_breaker() -> None:
    breaker = Breaker(3, 10.0, Watch())
    for went in (CallOutcome.FAILED, CallOutcome.NEUTRAL, CallOutcome.FAILED, CallOutcome.NEUTRAL):
        came_to(breaker, went)
    assert breaker.admit() is not None
    came_to(breaker, CallOutcome.FAILED)
    assert breaker.state is BreakerState.OPEN


def test_after_its_rest_one_question_tries_it_and_the_others_wait_for_that() -> None:
    watch = Watch()
    breaker = opened(watch)
    watch.shows = 10.0
    trial = breaker.admit()
    assert trial is not None
    assert breaker.admit() is None
    assert (breaker.state, breaker.open_s) == (BreakerState.HALF_OPEN, 0.0)
    breaker.settle(trial, CallOutcome.OK)
    assert breaker.state is BreakerState.CLOSED
    assert breaker.admit() is not None


def test_a_trial_that_fails_keeps_the_breaker_open_as_long_again() -> None:
    watch = Watch()
    breaker = opened(watch)
    watch.shows = 12.0
    came_to(breaker, CallOutcome.FAILED)
    assert breaker.open_s == 10.0


def test_a_trial_that_was_given_up_is_left_to_the_next_question() -> None:
    watch = Watch()
    breaker = opened(watch)
    watch.shows = 10.0
    came_to(breaker, CallOutcome.NEUTRAL)
    assert breaker.open_s is None
    came_to(breaker, CallOutcome.OK)
    assert breaker.state is BreakerState.CLOSED


def test_what_was_asked_before_it_opened_settles_nothing_of_the_trial() -> None:
    watch = Watch()
    breaker = Breaker(1, 10.0, watch)
    early, first = breaker.admit(), breaker.admit()
    assert early is not None
    assert first is not None
    breaker.settle(first, CallOutcome.FAILED)
    watch.shows = 10.0
    trial = breaker.admit()
    breaker.settle(early, CallOutcome.OK)
    assert breaker.admit() is None
    assert trial is not None
    breaker.settle(trial, CallOutcome.FAILED)
    assert breaker.state is BreakerState.OPEN


steps = st.lists(
    st.tuples(st.sampled_from(["ask", "pass", *CallOutcome]), st.integers(0, 5)), max_size=80
)


@unhurried
@given(steps, st.integers(1, 4))
def test_while_it_is_not_closed_at_most_one_question_is_ever_under_way(
    steps: list[tuple[object, int]], failures: int
) -> None:
    watch = Watch()
    breaker = Breaker(failures, 3.0, watch)
    under_way: list[tuple[int, bool]] = []
    for what, number in steps:
        if what == "pass":
            watch.shows += number
        elif what == "ask":
            trial = breaker.state is not BreakerState.CLOSED
            admission = breaker.admit()
            if admission is not None:
                under_way.append((admission, trial))
        elif isinstance(what, CallOutcome) and under_way:
            admission, _ = under_way.pop(number % len(under_way))
            breaker.settle(admission, what)
        assert sum(trial for _, trial in under_way) <= 1
