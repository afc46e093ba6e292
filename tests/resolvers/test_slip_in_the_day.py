"""A slip in the birth date is forgiven where both names and the home are the same, and no more."""

from dataclasses import replace

import pytest

from adapters.codes import Sex
from adapters.record import Address, Name, Record
from resolvers.grade import MatchGrade, Resolution
from resolvers.identify import grade, resolve
from tests.resolvers.people import (
    AMARA,
    AMARA_NHS,
    KNOWN_BY_NAME,
    TWIN_NHS,
    amara,
    born,
    named,
)

HOME = (Address(postcode="XX1 2YY"),)
ELSEWHERE = (Address(postcode="AB1 2CD"),)
LIVES = replace(KNOWN_BY_NAME, sex=Sex.FEMALE, postcodes=frozenset({"XX1 2YY"}))
SLIPPED = born(replace(AMARA, addresses=HOME, identifiers=()), "2015-09-03")
DISTRICT = dict.fromkeys(("gp", "hospital", "police"), 60_000)
CERTAIN, PROBABLE = MatchGrade.CERTAIN, MatchGrade.PROBABLE


def resolved(**world: tuple[Record, ...]) -> Resolution:
    return resolve(LIVES, world, populations=DISTRICT)


@pytest.mark.parametrize("day", ["2015-09-03", "2015-03-08", "2013-03-09"])
def test_her_name_at_her_home_is_hers_in_spite_of_a_slip_in_the_day(day: str) -> None:
    assert grade(LIVES, born(SLIPPED, day), 60_000).grade is CERTAIN


@pytest.mark.parametrize(
    "record",
    [
        born(SLIPPED, "2015-03-17"),
        replace(SLIPPED, addresses=()),
        replace(SLIPPED, addresses=ELSEWHERE),
        replace(SLIPPED, addresses=(Address(postcode="XX1 2YZ"),)),
        replace(SLIPPED, sex=Sex.MALE),
        named(SLIPPED, "Amarra"),
        named(SLIPPED, "Amara", family="O'Brein"),
        named(SLIPPED, "Amara", family=None),
    ],
)
def test_a_slip_in_the_day_and_anything_else_that_is_not_the_same_waits_for_a_person(
    record: Record,
) -> None:
    assert grade(LIVES, record, 900).grade is not CERTAIN


def test_before_she_is_cleared_no_home_makes_up_for_a_slip_in_the_day() -> None:
    assert grade(replace(LIVES, postcodes=None), SLIPPED, 60_000).grade is PROBABLE


def test_where_many_bear_the_name_a_slip_in_the_day_may_be_a_neighbours() -> None:
    common = (Name(("Muhammad",), "Khan"),)
    known = replace(LIVES, stated_names=common, sex=Sex.MALE)
    his = replace(SLIPPED, names=common, sex=Sex.MALE)
    assert grade(known, his, 60_000).grade is PROBABLE
    assert grade(LIVES, SLIPPED).grade is PROBABLE


def test_two_children_of_her_name_one_of_her_home_and_one_of_her_day_are_both_to_be_looked_at() -> (
    None
):
    there = replace(amara(AMARA_NHS), addresses=ELSEWHERE)
    here = replace(SLIPPED, identifiers=(TWIN_NHS,))
    assert resolved(hospital=(here,)).certain("hospital")
    both = resolved(gp=(there,), hospital=(here,))
    assert not both.certain("gp")
    assert not both.certain("hospital")


def test_who_joins_with_a_slip_in_the_day_does_not_let_in_a_namesake_born_on_the_day_told() -> None:
    mistaken_for = amara()
    found = resolved(gp=(replace(SLIPPED, identifiers=(AMARA_NHS,)),), police=(mistaken_for,))
    assert resolved(police=(mistaken_for,)).certain("police")
    assert found.certain("gp")
    assert not found.certain("police")
