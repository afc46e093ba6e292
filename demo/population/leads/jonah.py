"""A child who was taken out of reach of somebody, and whom one agency still shows."""

from dataclasses import replace
from datetime import date

from demo.population import register
from demo.population.lead import Lead, Stay, lived, registered
from demo.population.numbers import Numbers
from demo.population.people import Carer, Child, enrolled, home
from demo.population.places import EASTHALLOW, NORTHBROOK


def shielded(numbers: Numbers) -> Lead:
    """Restricted where it is known, open where it is stale."""
    houses = lived(
        home(EASTHALLOW, numbers, street=0, house=12, since=date(2018, 7, 22)),
        home(NORTHBROOK, numbers, street=1, house=33, since=date(2025, 11, 10)),
    )
    number = numbers.nhs_number()
    child = Child(
        ref=number,
        given=("Jonah",),
        family="Redfern",
        born=date(2018, 7, 22),
        sex="male",
        area=NORTHBROOK.code,
        addresses=houses,
        carers=(Carer("Salome", "Redfern", "mother", numbers.mobile()),),
        practice=NORTHBROOK.practices[1],
        nhs_number=number,
    )
    child = enrolled(child, NORTHBROOK, numbers)
    stale = replace(child, addresses=(replace(houses[1], until=None),))
    return Lead(
        child,
        (
            *registered(child, restricted=True),
            Stay(
                register.NORTHBROOK_SOCIAL_CARE,
                date(2025, 11, 12),
                plan="CHILD_IN_NEED",
                restricted=True,
                lead=True,
            ),
            Stay(
                register.EASTHALLOW_SOCIAL_CARE,
                date(2024, 9, 16),
                until=date(2025, 12, 1),
                plan="CHILD_IN_NEED",
                as_held=stale,
            ),
            Stay(register.NORTHBROOK_SCHOOLS, date(2025, 11, 17)),
            Stay(register.POLICE, date(2025, 11, 9), as_held=stale),
            Stay(register.CHILD_HEALTH, date(2018, 8, 1)),
            Stay(register.HOSPITAL, date(2025, 11, 8), as_held=stale),
        ),
    )
