"""Children who are easily taken for someone else, or for nobody."""

from dataclasses import replace
from datetime import date

from demo.population import register
from demo.population.lead import Lead, Stay, registered
from demo.population.numbers import Numbers
from demo.population.people import Carer, Child, enrolled, home
from demo.population.places import NORTHBROOK, WESTERING


def superseded(numbers: Numbers) -> Lead:
    """Two numbers were merged; two agencies hold the old one."""
    house = home(WESTERING, numbers, street=2, house=30, since=date(2013, 6, 1))
    number, former = numbers.nhs_number(), numbers.nhs_number()
    child = Child(
        ref=number,
        given=("Odalys", "Fern"),
        family="Penhallow",
        born=date(2013, 6, 18),
        sex="female",
        area=WESTERING.code,
        addresses=(house,),
        carers=(Carer("Bastian", "Penhallow", "father", numbers.mobile()),),
        practice=WESTERING.practices[0],
        nhs_number=number,
        former_nhs_number=former,
    )
    child = enrolled(child, WESTERING, numbers)
    under_former = replace(child, nhs_number=former)
    return Lead(
        child,
        (
            *registered(child),
            Stay(register.HOSPITAL, date(2023, 10, 14), as_held=under_former),
            Stay(register.EARLY_HELP, date(2026, 3, 2), plan="EARLY_HELP", as_held=under_former),
        ),
    )


def namesakes(numbers: Numbers) -> tuple[Lead, Lead]:
    """Two strangers of one name and one birth date."""
    one, two = (
        enrolled(
            Child(
                ref=number,
                given=("Tilda",),
                family="Brockhollow",
                born=date(2014, 2, 17),
                sex="female",
                area=area.code,
                addresses=(home(area, numbers, street=2, house=77, since=date(2014, 2, 17)),),
                carers=(Carer(mother, "Brockhollow", "mother", numbers.mobile()),),
                practice=area.practices[0],
                nhs_number=number,
            ),
            area,
            numbers,
        )
        for area, mother, number in (
            (NORTHBROOK, "Ottoline", numbers.nhs_number()),
            (WESTERING, "Marguerite", numbers.nhs_number()),
        )
    )
    in_northbrook = (
        *registered(one),
        Stay(register.NORTHBROOK_SCHOOLS, date(2025, 9, 3)),
        Stay(register.POLICE, date(2026, 5, 21)),
    )
    in_westering = (
        *registered(two),
        Stay(register.POLICE, date(2024, 12, 2)),
        Stay(register.EARLY_HELP, date(2025, 6, 9), plan="EARLY_HELP"),
    )
    return Lead(one, in_northbrook), Lead(two, in_westering)


def nicknamed(numbers: Numbers) -> Lead:
    """Half the agencies know only the nickname."""
    house = home(NORTHBROOK, numbers, street=2, house=14, since=date(2012, 1, 20))
    number = numbers.nhs_number()
    child = Child(
        ref=number,
        given=("Theodora", "Anne"),
        family="Quillan",
        born=date(2012, 10, 5),
        sex="female",
        area=NORTHBROOK.code,
        addresses=(house,),
        carers=(Carer("Imogen", "Quillan", "grandmother", numbers.mobile()),),
        practice=NORTHBROOK.practices[0],
        nhs_number=number,
        known_as="Teddy",
    )
    child = enrolled(child, NORTHBROOK, numbers)
    nickname = replace(child, given=("Teddy",), known_as=None)
    return Lead(
        child,
        (
            *registered(child),
            Stay(register.NORTHBROOK_SOCIAL_CARE, date(2026, 8, 3), plan="SECTION_47_ENQUIRY"),
            Stay(register.NORTHBROOK_SCHOOLS, date(2023, 9, 4), as_held=nickname),
            Stay(register.POLICE, date(2026, 7, 30), as_held=nickname),
            Stay(register.YOUTH_JUSTICE, date(2026, 9, 1), as_held=nickname),
        ),
    )
