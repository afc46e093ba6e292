"""Children and their families: who lives where, with whom, and under which numbers."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from demo.population.numbers import Numbers
from demo.population.places import Area, Practice, School

STORY_DAY: Final = date(2026, 11, 1)  # the day on which every age and date of the borough is true
SCHOOL_AGE: Final = range(4, 17)
_SECONDARY_AGE: Final = 11

Sex = Literal["female", "male"]


@dataclass(frozen=True, slots=True)
class Address:
    """A home; `until` is None where the family still lives there."""

    line: str
    town: str
    postcode: str
    uprn: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Carer:
    """A parent or carer."""

    given: str
    family: str
    relationship: str
    telephone: str
    parental_responsibility: bool = True

    @property
    def name(self) -> str:
        """The name as it is said."""
        return f"{self.given} {self.family}"


@dataclass(frozen=True, slots=True)
class Child:
    """A child as the world knows them, or as one agency holds them.

    `addresses` begins with the newest. `known_as` is a nickname, `former_family` an earlier
    surname, `former_nhs_number` a number that was merged into the present one.
    """

    ref: str
    given: tuple[str, ...]
    family: str
    born: date
    sex: Sex
    area: str
    addresses: tuple[Address, ...]
    carers: tuple[Carer, ...]
    practice: Practice | None = None
    school: School | None = None
    school_since: date | None = None
    nhs_number: str | None = None
    upn: str | None = None
    known_as: str | None = None
    former_family: str | None = None
    former_nhs_number: str | None = None

    @property
    def age(self) -> int:
        """Whole years on the day of the story."""
        birthday = (STORY_DAY.month, STORY_DAY.day) >= (self.born.month, self.born.day)
        return STORY_DAY.year - self.born.year - (not birthday)

    @property
    def home(self) -> Address:
        """Where the child lives, or last lived as far as the holder knows."""
        return self.addresses[0]


def home(area: Area, numbers: Numbers, *, street: int, house: int, since: date) -> Address:
    """A house of its own in a street of the area; `street` counts from 0."""
    sector, unit = street + 1, f"{_LETTERS[house % 20]}{_LETTERS[house // 20 % 20]}"
    return Address(
        line=f"{house} {area.streets[street]}",
        town=area.name,
        postcode=f"{area.outward} {sector}{unit}",
        uprn=numbers.uprn(),
        since=since,
    )


_LETTERS: Final = "ABDEFGHJLNPQRSTUWXYZ"  # C, I, K, M, O and V never close a postcode


def enrolled(child: Child, area: Area, numbers: Numbers) -> Child:
    """The child with the school and pupil number their age calls for; none under school age."""
    if child.age not in SCHOOL_AGE:
        return child
    secondary = child.age >= _SECONDARY_AGE
    pupils = area.primary[len(child.family) % len(area.primary)]
    started = child.born.year + (_SECONDARY_AGE if secondary else SCHOOL_AGE.start)
    return replace(
        child,
        school=area.secondary if secondary else pupils,
        school_since=min(date(started, 9, 3), STORY_DAY),
        upn=numbers.upn(area.authority, child.born.year + SCHOOL_AGE.start),
    )
