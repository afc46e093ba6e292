"""Long work beside the questions leaves most of a core to them."""

from dataclasses import dataclass, field

from gateway.audit.store.pace import Resting


@dataclass
class Hours:
    """A clock that only moves when something is done or slept."""

    at: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


def test_a_rest_is_longer_than_the_piece_of_work_before_it() -> None:
    hours, left = Hours(), [2.0, 4.0, 1.0]
    more = Resting(lambda: bool(left), hours.now, hours.sleep)
    while more():
        hours.at += left.pop(0)
    assert hours.slept == [0.0, 3.0, 6.0]
    assert hours.at == 2.0 + 3.0 + 4.0 + 6.0 + 1.0


def test_work_that_nobody_wants_any_more_rests_no_longer() -> None:
    hours, wanted = Hours(), [True]
    more = Resting(lambda: wanted[0], hours.now, hours.sleep)
    assert more()
    hours.at += 60.0
    wanted[0] = False
    assert not more()
    assert hours.slept == [0.0]
