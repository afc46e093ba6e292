"""The ordinary families of the four boroughs: siblings, twins, movers, and names that recur."""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from demo.population.names import BOYS, FAMILIES, GIRLS, NICKNAMES
from demo.population.numbers import Numbers
from demo.population.people import STORY_DAY, Address, Carer, Child, Sex, enrolled, home
from demo.population.places import AREAS, Area

FAMILIES_AN_AREA: Final = 50
_SIZES = (1, 2, 2, 2, 3, 3, 4)
_TWINS, _MOVERS, _RENAMED = 0.04, 0.12, 0.03
_OLDEST = STORY_DAY - timedelta(days=17 * 365)


@dataclass(frozen=True, slots=True)
class Family:
    """What brothers and sisters share; `homes` begins with the newest."""

    area: Area
    surname: str
    homes: tuple[Address, ...]
    carers: tuple[Carer, ...]


def crowd(numbers: Numbers, chance: random.Random) -> tuple[Child, ...]:
    """Every child of every ordinary family, the families of one area after another."""
    return tuple(
        child
        for place in range(len(AREAS))
        for serial in range(FAMILIES_AN_AREA)
        for child in _children(_family(place, serial, numbers, chance), numbers, chance)
    )


def _family(place: int, serial: int, numbers: Numbers, chance: random.Random) -> Family:
    surname = chance.choice(FAMILIES)
    street, settled = serial % 5, STORY_DAY - timedelta(days=chance.randrange(200, 2000))
    area = AREAS[place]
    homes = [home(area, numbers, street=street, house=3 + serial, since=settled)]
    if chance.random() < _MOVERS:
        before = home(
            AREAS[place - 1], numbers, street=street, house=63 + serial, since=date(2006, 5, 1)
        )
        homes.append(replace(before, until=settled))
    return Family(area, surname, tuple(homes), _carers(surname, numbers, chance))


def _carers(surname: str, numbers: Numbers, chance: random.Random) -> tuple[Carer, ...]:
    mother = Carer(chance.choice(GIRLS), surname, "mother", numbers.mobile())
    if chance.random() < 0.4:
        return (mother,)
    name = surname if chance.random() < 0.6 else chance.choice(FAMILIES)
    return (mother, Carer(chance.choice(BOYS), name, "father", numbers.mobile()))


def _children(family: Family, numbers: Numbers, chance: random.Random) -> list[Child]:
    births = _births(chance)
    girls, boys = (iter(chance.sample(names, 2 * len(births))) for names in (GIRLS, BOYS))
    return [
        _child(family, born, (next(girls), next(girls)), "female", numbers, chance)
        if chance.random() < 0.5
        else _child(family, born, (next(boys), next(boys)), "male", numbers, chance)
        for born in births
    ]


def _births(chance: random.Random) -> list[date]:
    days = [STORY_DAY - timedelta(days=chance.randrange(60, 17 * 365))]
    for _ in range(chance.choice(_SIZES) - 1):
        gap = 0 if chance.random() < _TWINS else chance.randrange(340, 1400)
        days.append(days[-1] - timedelta(days=gap))
    return [day for day in days if day >= _OLDEST]


def _child(  # noqa: PLR0913, PLR0917 - a family, a birth, and the two sources of what is new
    family: Family,
    born: date,
    given: tuple[str, ...],
    sex: Sex,
    numbers: Numbers,
    chance: random.Random,
) -> Child:
    number = numbers.nhs_number()
    child = Child(
        ref=number,
        given=given[: chance.choice((1, 2))],
        family=family.surname,
        born=born,
        sex=sex,
        area=family.area.code,
        addresses=family.homes,
        carers=family.carers,
        practice=family.area.practices[len(family.surname) % 2],
        nhs_number=number,
        known_as=NICKNAMES.get(given[0]),
        former_family=chance.choice(FAMILIES) if chance.random() < _RENAMED else None,
    )
    return enrolled(child, family.area, numbers)
