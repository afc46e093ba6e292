"""Children of whom hardly any agency knows, or only at the wrong address."""

from dataclasses import replace
from datetime import date

from demo.population import register
from demo.population.lead import Lead, Stay, lived, registered
from demo.population.numbers import Numbers
from demo.population.people import Carer, Child, enrolled, home
from demo.population.places import EASTHALLOW, NORTHBROOK, SOUTHMERE


def demographics_only(numbers: Numbers) -> Lead:
    """Held nowhere but on NHS demographics."""
    house = home(NORTHBROOK, numbers, street=0, house=60, since=date(2025, 2, 1))
    number = numbers.nhs_number()
    child = Child(
        ref=number,
        given=("Bram",),
        family="Ashgrove",
        born=date(2026, 9, 14),
        sex="male",
        area=NORTHBROOK.code,
        addresses=(house,),
        carers=(Carer("Philippa", "Ashgrove", "mother", numbers.mobile()),),
        nhs_number=number,
    )
    return Lead(child, (Stay(register.NHS_DEMOGRAPHICS, child.born),))


def moved(numbers: Numbers) -> Lead:
    """Moved in summer; the old council works on at the old address."""
    houses = lived(
        home(EASTHALLOW, numbers, street=3, house=52, since=date(2017, 4, 2)),
        home(NORTHBROOK, numbers, street=0, house=18, since=date(2026, 8, 17)),
    )
    number = numbers.nhs_number()
    child = Child(
        ref=number,
        given=("Osric",),
        family="Tallentire",
        born=date(2017, 4, 2),
        sex="male",
        area=NORTHBROOK.code,
        addresses=houses,
        carers=(Carer("Wanda", "Tallentire", "mother", numbers.mobile()),),
        practice=EASTHALLOW.practices[1],
        nhs_number=number,
    )
    child = enrolled(child, NORTHBROOK, numbers)
    stale = replace(child, addresses=(replace(houses[1], until=None),))
    return Lead(
        child,
        (
            *registered(child),
            Stay(
                register.EASTHALLOW_SOCIAL_CARE,
                date(2026, 2, 9),
                plan="CHILD_PROTECTION_PLAN",
                as_held=stale,
                lead=True,
            ),
            Stay(register.NORTHBROOK_SCHOOLS, date(2026, 9, 3)),
            Stay(register.CHILD_HEALTH, date(2017, 4, 10), as_held=stale),
        ),
    )


def school_only(numbers: Numbers) -> Lead:
    """Lately from abroad: on the school roll and nowhere else."""
    house = home(NORTHBROOK, numbers, street=4, house=40, since=date(2026, 8, 29))
    child = Child(
        ref="school-only",
        given=("Perdita",),
        family="Mossop",
        born=date(2016, 1, 27),
        sex="female",
        area=NORTHBROOK.code,
        addresses=(house,),
        carers=(Carer("Leontes", "Mossop", "father", numbers.mobile()),),
    )
    child = enrolled(child, NORTHBROOK, numbers)
    return Lead(child, (Stay(register.NORTHBROOK_SCHOOLS, date(2026, 9, 7)),))


def numberless(numbers: Numbers) -> Lead:
    """Known to agencies that never record a number."""
    house = home(SOUTHMERE, numbers, street=0, house=29, since=date(2012, 4, 11))
    number = numbers.nhs_number()
    child = Child(
        ref=number,
        given=("Wren",),
        family="Sallow-Pike",
        born=date(2012, 4, 11),
        sex="female",
        area=SOUTHMERE.code,
        addresses=(house,),
        carers=(Carer("Magda", "Sallow-Pike", "mother", numbers.mobile()),),
        nhs_number=number,
    )
    return Lead(
        child,
        (
            Stay(register.NHS_DEMOGRAPHICS, child.born),
            Stay(register.POLICE, date(2026, 10, 2)),
            Stay(register.HOUSING, date(2012, 4, 30)),
        ),
    )
