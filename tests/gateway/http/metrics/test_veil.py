"""A figure that one child's question moves says nothing of that question."""

from random import Random
from typing import Final

from gateway.http.metrics.counted import ANSWERS, CALLS, OUTCOMES, CountedFigures
from gateway.model.figures import ANSWER, EVERY_S, FAILED_TO_WRITE, ONE_IN, QUESTIONS

HELD: Final = (OUTCOMES, "HAS_RECORD")


class Hands:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def ask(figures: CountedFigures, *outcomes: str) -> None:
    figures.called("clinic", "ok", 0.1)
    figures.answered(outcomes)
    with figures.stage(ANSWER):
        pass


def test_nothing_is_published_before_enough_questions_stand_behind_it() -> None:
    clock = Hands()
    figures = CountedFigures(clock, lambda: 0.0)  # every lot falls
    clock.now = EVERY_S * 10
    for _ in range(QUESTIONS - 1):
        ask(figures, "HAS_RECORD")
        assert not figures.veil.counts
        assert not figures.veil.times
    ask(figures, "HAS_RECORD")
    assert figures.veil.counts[HELD] == QUESTIONS * ONE_IN


def test_nothing_is_published_before_a_minute_is_over() -> None:
    clock = Hands()
    figures = CountedFigures(clock, lambda: 0.0)
    for _ in range(QUESTIONS * 3):
        ask(figures, "HAS_RECORD")
    assert not figures.veil.counts
    clock.now = EVERY_S
    ask(figures, "HAS_RECORD")
    assert figures.veil.counts[HELD] > 0


def test_who_knows_all_other_questions_of_a_batch_mostly_sees_nothing_of_the_last() -> None:
    """Whoever asks nineteen about nobody, and then waits for somebody else's question."""
    random, seen = Random(7), 0  # noqa: S311 - the same run every time
    for _ in range(1000):
        clock = Hands()
        figures = CountedFigures(clock, random.random)
        clock.now = EVERY_S
        for _ in range(QUESTIONS - 1):
            ask(figures, "NONE_FOUND")
        ask(figures, "HAS_RECORD")
        seen += figures.veil.counts[HELD] > 0
    assert seen < 1000 * 2 / ONE_IN


def test_over_a_day_the_estimate_is_near_the_truth() -> None:
    clock = Hands()
    figures = CountedFigures(clock, Random(3).random)  # noqa: S311 - as above
    for _ in range(20_000):
        clock.now += 5
        ask(figures, "HAS_RECORD", "TIMEOUT")
    counted = figures.veil.counts
    assert all(abs(counted[OUTCOMES, o] - 20_000) < 2_000 for o in ("HAS_RECORD", "TIMEOUT"))
    assert abs(counted[CALLS, "clinic", "ok"] - 20_000) < 2_000
    assert counted[HELD] % ONE_IN == 0


def test_what_waits_is_bounded_by_what_is_asked_in_a_minute() -> None:
    clock = Hands()
    figures = CountedFigures(clock, lambda: 0.0)
    for _ in range(10_000):
        clock.now += 1
        ask(figures, "HAS_RECORD")
    assert len(figures.veil.waiting) <= 3 * (EVERY_S + 1)


def test_an_answer_that_was_written_again_is_published_with_others() -> None:
    clock = Hands()
    figures = CountedFigures(clock, lambda: 0.0)
    clock.now = EVERY_S * 10
    figures.wrote_again()
    assert not figures.veil.counts
    for _ in range(QUESTIONS):
        ask(figures)
    assert figures.veil.counts[ANSWERS, "exact", FAILED_TO_WRITE] == ONE_IN
