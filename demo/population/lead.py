"""A leading child of the story and every agency that knows them."""

from dataclasses import dataclass, replace
from datetime import date

from demo.population import register
from demo.population.people import Address, Child


@dataclass(frozen=True, slots=True)
class Stay:
    """That an agency knows a child: since when, until when, and what it holds differently.

    `plan` is a status of support; `as_held` the child with the agency's own details where they
    differ from the truth; `restricted` None where the agency leaves its mark empty.
    """

    agency: str
    since: date
    until: date | None = None
    plan: str | None = None
    as_held: Child | None = None
    restricted: bool | None = False
    lead: bool = False


@dataclass(frozen=True, slots=True)
class Lead:
    """A leading child and every agency that knows them."""

    child: Child
    stays: tuple[Stay, ...]


def registered(child: Child, *, restricted: bool = False) -> tuple[Stay, ...]:
    """NHS demographics from birth, and the GP, as for nearly every child."""
    return (
        Stay(register.NHS_DEMOGRAPHICS, child.born, restricted=restricted),
        Stay(register.GP_RECORDS, child.born, restricted=restricted),
    )


def lived(*homes: Address) -> tuple[Address, ...]:
    """The homes, given oldest first, newest first and each left when the next began."""
    ends = [following.since for following in homes[1:]]
    left = [replace(house, until=end) for house, end in zip(homes, ends, strict=False)]
    return (homes[-1], *reversed(left))
