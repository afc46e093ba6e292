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


def test_the_longest_is_told_for_a_minute_and_then_forgotten() -> None:
    clock = Hands()
    of = LongestHold(clock)
    for seconds in (0.01, 0.5, 0.02):
        hold(of, clock, seconds)
    assert round(of.seconds, 6) == 0.5
    clock.now += WINDOW_S
    hold(of, clock, 0.25)
    assert round(of.seconds, 6) == 0.5
    clock.now += WINDOW_S
    assert round(of.seconds, 6) == 0.25
    clock.now += 2 * WINDOW_S
    assert of.seconds == 0.0


def test_a_second_short_write_of_a_question_moves_nothing() -> None:
    clock = Hands()
    of = LongestHold(clock)
    hold(of, clock, 0.5)
    before = of.seconds
    hold(of, clock, 0.1)
    assert of.seconds == before
