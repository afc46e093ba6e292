"""Councils in regions, their agencies, and which of them one question asks."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Country:
    """Each council has its own agencies; `national` ones are asked about every child."""

    councils: int = 150
    agencies: int = 2_000
    regions: int = 10
    national: int = 20
    asked: int = 12
    asked_national: int = 2

    def region_of(self, council: int) -> int:
        """Regions are neighbouring councils, as even as they come."""
        return council * self.regions // self.councils

    def asked_by(self, council: int, dice: Random) -> tuple[str, ...]:
        """The national ones that are always asked, and some of the council's own."""
        own = list(range(self.national + council, self.agencies, self.councils))
        some = dice.sample(own, min(len(own), self.asked - self.asked_national))
        return tuple(name(number) for number in (*range(self.asked_national), *sorted(some)))

    def of_region(self, region: int) -> frozenset[str]:
        """Every agency of the councils of a region."""
        numbers = range(self.national, self.agencies)
        councils = ((number, (number - self.national) % self.councils) for number in numbers)
        return frozenset(name(n) for n, council in councils if self.region_of(council) == region)


def name(number: int) -> str:
    """An agency's id."""
    return f"agency-{number:04}"
