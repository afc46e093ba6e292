"""Twins of one address whom two agencies cannot tell apart."""

from dataclasses import replace
from datetime import date

from demo.population import register
from demo.population.lead import Lead, Stay, lived, registered
from demo.population.numbers import Numbers
from demo.population.people import Carer, Child, enrolled, home
from demo.population.places import EASTHALLOW, SOUTHMERE


def twins(numbers: Numbers) -> tuple[Lead, Lead]:
    """The twin whose number child health has given to the brother, and the brother."""
    houses = lived(
        home(SOUTHMERE, numbers, street=3, house=16, since=date(2016, 11, 30)),
        home(EASTHALLOW, numbers, street=4, house=9, since=date(2022, 8, 15)),
    )
    carers = (Carer("Hesper", "Larkspur", "mother", numbers.mobile()),)
    remy, ivo = (
        Child(
            ref=number,
            given=(given,),
            family="Larkspur",
            born=date(2016, 11, 30),
            sex="male",
            area=EASTHALLOW.code,
            addresses=houses,
            carers=carers,
            practice=EASTHALLOW.practices[0],
            nhs_number=number,
        )
        for given, number in (("Remy", numbers.nhs_number()), ("Ivo", numbers.nhs_number()))
    )
    remy, ivo = (enrolled(child, EASTHALLOW, numbers) for child in (remy, ivo))
    confused = replace(ivo, nhs_number=remy.nhs_number)
    tenants = (date(2016, 12, 12), date(2022, 8, 12))
    return (
        Lead(
            remy,
            (
                *registered(remy),
                Stay(register.CHILD_HEALTH, date(2022, 9, 1), as_held=confused),
                Stay(register.HOUSING, *tenants),
                Stay(register.HOSPITAL, date(2026, 2, 3)),
            ),
        ),
        Lead(ivo, (*registered(ivo), Stay(register.HOUSING, *tenants))),
    )
