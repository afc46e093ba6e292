"""A law: examples of it, and what of one breaks it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.support.laws.running.place import LawPlace
from tests.support.laws.town.worlds import FEW, MANY

E = TypeVar("E")
_TRIED: Final = settings(
    deadline=None,
    database=None,
    derandomize=False,
    print_blob=False,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
# Examples of one seed are much alike, as hypothesis makes each of parts of others: so a trial is of
# many seeds with few examples each.
SHORT: Final = settings(_TRIED, max_examples=11, phases=[Phase.generate])
LONG: Final = settings(_TRIED, max_examples=40, phases=[Phase.generate, Phase.shrink])


class LawBroken(AssertionError):
    """An answer that the law forbids; says which question, and what of it.

    `example` is what broke the law.
    """

    def __init__(self, message: str, example: Any) -> None:
        super().__init__(message)
        self.example = example


@dataclass(frozen=True, slots=True)
class Law(Generic[E]):
    """`broken` asks what an example says and gives what is wrong; nothing where the law holds.

    `examples` are of worlds with up to so many agencies beside demographics.
    """

    name: str
    examples: Callable[[int], st.SearchStrategy[E]]
    broken: Callable[[LawPlace, E], list[str]]

    def hold(self, place: LawPlace, number: int, chosen: settings = SHORT) -> int:
        """Try the examples that come of this seed, and say how many; LawBroken at a breach.

        Short trials are of small worlds.
        """
        most, count = MANY if chosen is LONG else FEW, 0

        @seed(number)
        @settings(chosen)
        @given(self.examples(most))
        def tried(example: E) -> None:
            nonlocal count
            count += 1
            if wrong := self.broken(place, example):
                raise LawBroken(f"{self.name}: {'; '.join(wrong[:3])}", example)

        tried()
        return count

    def hold_for(self, place: LawPlace, numbers: Iterable[int]) -> int:
        """Try the examples of one seed after another, and say how many there were."""
        return sum(self.hold(place, number) for number in numbers)
