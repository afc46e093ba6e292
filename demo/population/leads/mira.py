"""A child of eleven who has lived in all four boroughs, with a service from each."""

from dataclasses import replace
from datetime import date

from demo.population import register
from demo.population.lead import Lead, Stay, lived, registered
from demo.population.numbers import Numbers
from demo.population.people import Address, Carer, Child, enrolled, home
from demo.population.places import EASTHALLOW, NORTHBROOK, SOUTHMERE, WESTERING


def many_services(numbers: Numbers) -> Lead:
    """Known to ten services and more."""
    child = _child(numbers, _homes(numbers))
    return Lead(child, (*registered(child), *_now(child), *_before(child)))


def _homes(numbers: Numbers) -> tuple[Address, ...]:
    return lived(
        home(WESTERING, numbers, street=0, house=21, since=date(2015, 3, 9)),
        home(SOUTHMERE, numbers, street=1, house=8, since=date(2018, 2, 19)),
        home(EASTHALLOW, numbers, street=2, house=47, since=date(2021, 5, 3)),
        home(NORTHBROOK, numbers, street=3, house=5, since=date(2024, 3, 25)),
    )


def _child(numbers: Numbers, homes: tuple[Address, ...]) -> Child:
    number = numbers.nhs_number()
    child = Child(
        ref=number,
        given=("Mira", "Jane"),
        family="Thistlewood",
        born=date(2015, 3, 9),
        sex="female",
        area=NORTHBROOK.code,
        addresses=homes,
        carers=(
            Carer("Dervla", "Thistlewood", "mother", numbers.mobile()),
            Carer("Gavin", "Rusk", "stepfather", numbers.mobile(), parental_responsibility=False),
        ),
        practice=NORTHBROOK.practices[0],
        nhs_number=number,
    )
    return enrolled(child, NORTHBROOK, numbers)


def _now(child: Child) -> tuple[Stay, ...]:
    when_seen = replace(child, addresses=child.addresses[1:2])
    return (
        Stay(
            register.NORTHBROOK_SOCIAL_CARE,
            date(2025, 5, 12),
            plan="CHILD_PROTECTION_PLAN",
            lead=True,
        ),
        Stay(register.NORTHBROOK_SCHOOLS, date(2026, 9, 3)),
        Stay(register.POLICE, date(2025, 4, 30)),
        Stay(register.CHILD_HEALTH, date(2021, 6, 14)),
        Stay(register.HOSPITAL, date(2025, 4, 30), as_held=when_seen),
        Stay(register.WELLBEING, date(2026, 1, 19)),
        Stay(register.YOUTH_JUSTICE, date(2026, 6, 8)),
    )


def _before(child: Child) -> tuple[Stay, ...]:
    _, in_easthallow, in_southmere, in_westering = (
        replace(child, addresses=(house,)) for house in child.addresses
    )
    return (
        Stay(
            register.EASTHALLOW_SOCIAL_CARE,
            date(2021, 6, 2),
            until=date(2024, 3, 28),
            plan="CHILD_IN_NEED",
            as_held=in_easthallow,
        ),
        Stay(register.HOUSING, date(2018, 2, 19), until=date(2021, 5, 3), as_held=in_southmere),
        Stay(
            register.EARLY_HELP,
            date(2016, 1, 11),
            until=date(2018, 2, 16),
            plan="EARLY_HELP",
            as_held=in_westering,
        ),
    )
