"""The longest that the log was held lately, and nothing of how often."""

from gateway.audit.store.longest_hold import WINDOW_S, LongestHold


class Hands:
    """A clock that a test turns."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def hold(of: LongestHold, clock: Hands, seconds: float) -> None:
    with of.timed():
        clock.now += seconds


def test_the_longest_of_a_minute_is_told_in_the_next_one_and_then_forgotten() -> None:
    clock = Hands()
    of = LongestHold(clock)
    for seconds in (0.01, 0.5, 0.02):
        hold(of, clock, seconds)
    clock.now += WINDOW_S
    hold(of, clock, 0.25)
    assert round(of.seconds, 6) == 0.5
    clock.now += WINDOW_S
    assert round(of.seconds, 6) == 0.25
    clock.now += 2 * WINDOW_S
    assert of.seconds == 0.0


def test_nobody_sees_one_more_write_of_a_question_while_it_is_asked() -> None:
    clock = Hands()
    of = LongestHold(clock)
    for seconds in (0.1, 0.9, 0.2):
        hold(of, clock, seconds)
        assert of.seconds == 0.0
