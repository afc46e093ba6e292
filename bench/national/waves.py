"""When people ask, and what is down meanwhile: made up, the same for the same seed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from bench.national.country import Country, name

OUTAGE: Final = 1 / 3  # of the wave, and from then on


@dataclass(frozen=True, slots=True)
class Arrival:
    """A question: when, in seconds, from which council, to which agencies."""

    at: float
    council: int
    agencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wave:
    """`shape` gives the share of the peak at each share of the wave; `silent` is after OUTAGE."""

    called: str
    says: str
    shape: Callable[[float], float]
    silent: Callable[[Country], frozenset[str]]

    def arrivals(
        self, country: Country, peak: float, seconds: float, seed: int = 7
    ) -> Iterator[Arrival]:
        """Questions by a Poisson process whose rate follows the shape."""
        dice, at = Random(seed), 0.0
        while (at := at + dice.expovariate(peak)) < seconds:
            council = dice.randrange(country.councils)
            if dice.random() < self.shape(at / seconds):
                yield Arrival(at, council, country.asked_by(council, dice))

    def is_silent(self, country: Country, at: float, seconds: float) -> frozenset[str]:
        """Who does not answer at a moment."""
        return self.silent(country) if at >= OUTAGE * seconds else frozenset()


def _nobody(_: Country) -> frozenset[str]:
    return frozenset()


WAVES: Final = (
    Wave(
        "school morning",
        "slow, then everyone, then slow",
        lambda share: 1 - 1.4 * abs(share - 0.5),
        _nobody,
    ),
    Wave(
        "Friday afternoon", "more and more until it ends", lambda share: 0.3 + 0.7 * share, _nobody
    ),
    Wave(
        "an agency down",
        "a national agency takes requests and never answers, after a third of the time",
        lambda _: 0.7,
        lambda _: frozenset({name(1)}),
    ),
    Wave(
        "a region down",
        "every agency of one region falls silent, after a third of the time",
        lambda _: 0.7,
        lambda country: country.of_region(0),
    ),
)
