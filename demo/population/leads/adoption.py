"""A child before and after adoption: two lives that nothing may link."""

from dataclasses import replace
from datetime import date

from demo.population import register
from demo.population.lead import Lead, Stay, registered
from demo.population.numbers import Numbers
from demo.population.people import Carer, Child, enrolled, home
from demo.population.places import EASTHALLOW, NORTHBROOK


def adoption(numbers: Numbers) -> tuple[Lead, Lead]:
    """The child as adopted, and the same child's closed records."""
    old_number, new_number = numbers.nhs_number(), numbers.nhs_number()
    before = Child(
        ref=old_number,
        given=("Casey",),
        family="Dunmore",
        born=date(2019, 5, 14),
        sex="female",
        area=EASTHALLOW.code,
        addresses=(home(EASTHALLOW, numbers, street=1, house=2, since=date(2019, 5, 14)),),
        carers=(Carer("Lorraine", "Dunmore", "mother", numbers.mobile()),),
        practice=EASTHALLOW.practices[1],
        nhs_number=old_number,
    )
    adopted = replace(
        before,
        ref=new_number,
        given=("Linnet", "Rose"),
        family="Fairweather",
        area=NORTHBROOK.code,
        addresses=(home(NORTHBROOK, numbers, street=4, house=71, since=date(2020, 1, 6)),),
        carers=(
            Carer("Judith", "Fairweather", "mother", numbers.mobile()),
            Carer("Conrad", "Fairweather", "father", numbers.mobile()),
        ),
        practice=NORTHBROOK.practices[1],
        nhs_number=new_number,
    )
    adopted = enrolled(adopted, NORTHBROOK, numbers)
    old_stays = (
        Stay(
            register.EASTHALLOW_SOCIAL_CARE,
            date(2021, 1, 15),
            until=date(2024, 7, 5),
            plan="LOOKED_AFTER",
        ),
        Stay(register.CHILD_HEALTH, date(2019, 5, 20), until=date(2024, 7, 5)),
    )
    new_stays = (*registered(adopted), Stay(register.NORTHBROOK_SCHOOLS, date(2024, 9, 3)))
    return Lead(adopted, new_stays), Lead(enrolled(before, EASTHALLOW, numbers), old_stays)
