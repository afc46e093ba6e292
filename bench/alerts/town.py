"""A made-up town of practitioners and children, who share surnames, homes and streets by chance."""

import random
from dataclasses import dataclass
from typing import Final

from gateway.audit.entry.flags import AccessFlag
from resolvers.comparison.common_names import family_frequency

_CHILDREN: Final = 20_000
_HOMES_A_POSTCODE: Final = 15
_COMMON: Final = 120 / 100_000
_COMMON_NAMES: Final = (
    *("smith", "jones", "williams", "taylor", "brown", "davies", "evans", "wilson", "thomas"),
    *("khan", "ali", "ahmed", "patel", "singh", "begum", "hussain", "walker", "white", "green"),
    *("hall", "lewis", "clarke", "ward", "morris", "cooper", "shaw", "miller", "cox", "gray"),
)
_RARE_NAMES: Final = tuple(f"rarename{number}" for number in range(3000))
_ORGANISATIONS: Final = 6
_STAFF: Final = 0.02  # of all children, a parent works here and has told the operator of them


@dataclass(frozen=True, slots=True)
class Child:
    """One child; `staff` is the organisation in which a parent works, if the parent has said so."""

    number: int
    family: str
    home: int
    staff: int | None = None

    @property
    def postcode(self) -> int:
        """The homes of one postcode have numbers that follow each other."""
        return self.home // _HOMES_A_POSTCODE


@dataclass(frozen=True, slots=True)
class Worker:
    """One practitioner; `busy` is how many questions they ask on a working day, on average."""

    number: int
    organisation: int
    family: str
    home: int
    busy: float
    by_night: bool
    caseload: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Town:
    """Everybody."""

    children: tuple[Child, ...]
    workers: tuple[Worker, ...]


def town(dice: random.Random, workers: int) -> Town:
    """A town of a seed; a third of its people have a common surname."""
    homes = _CHILDREN // 2
    children = [
        Child(number, _family(dice), dice.randrange(homes), _staff(dice))
        for number in range(_CHILDREN)
    ]
    staff = [
        Worker(
            number=number,
            organisation=number % _ORGANISATIONS,
            family=_family(dice),
            home=dice.randrange(homes),
            busy=dice.choice((0.5, 1.0, 2.0, 2.0, 4.0, 9.0)),
            by_night=dice.random() < 0.1,
            caseload=tuple(dice.sample(range(_CHILDREN), 25)),
        )
        for number in range(workers)
    ]
    return Town(tuple(children), tuple(staff))


def likeness(worker: Worker, child: Child) -> frozenset[AccessFlag]:
    """What the gateway would note of this worker and this child."""
    risks: set[AccessFlag] = set()
    if worker.family == child.family:
        common = family_frequency(child.family) >= _COMMON
        risks.add(AccessFlag.SAME_COMMON_SURNAME if common else AccessFlag.SAME_SURNAME)
    if worker.home == child.home:
        risks.add(AccessFlag.SAME_ADDRESS)
    elif worker.home // _HOMES_A_POSTCODE == child.postcode:
        risks.add(AccessFlag.SAME_POSTCODE)
    if child.staff == worker.organisation:
        risks.add(AccessFlag.STAFF_CHILD)
    return frozenset(risks)


def _staff(dice: random.Random) -> int | None:
    return dice.randrange(_ORGANISATIONS) if dice.random() < _STAFF else None


def _family(dice: random.Random) -> str:
    return dice.choice(_COMMON_NAMES) if dice.random() < 1 / 3 else dice.choice(_RARE_NAMES)
