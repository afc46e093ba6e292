"""How long a source usually takes is known from its last answers, and no outlier changes it."""

from gateway.fanout.health import RECENT, Latencies


def test_nothing_is_known_before_the_first_answer() -> None:
    assert Latencies(lambda: 0.0).usual_s(0.95) is None


def test_one_slow_answer_of_many_is_not_usual() -> None:
    took = Latencies(lambda: 0.0)
    for _ in range(40):
        took.took(0.1)
    took.took(3.0)
    assert took.usual_s(0.95) == 0.1


def test_old_answers_count_until_newer_ones_push_them_out() -> None:
    hour = iter(range(0, 10_000_000, 3600))
    took = Latencies(lambda: next(hour))
    took.took(3.0)
    assert took.usual_s(0.95) == 3.0
    for _ in range(RECENT):
        took.took(0.2)
    assert took.usual_s(1.0) == 0.2
