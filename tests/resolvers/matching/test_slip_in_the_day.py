"""A slip in the birth date waits for a person, at the child's own home too, save by a number."""

from dataclasses import replace

import pytest

from adapters.contract.codes import Sex
from adapters.contract.record import Address, Record
from resolvers.matching.grade import MatchGrade, Resolution
from resolvers.matching.identify import grade, resolve
from tests.support.resolvers.people import (
    AMARA,
    AMARA_NHS,
    AMARA_UPN,
    KNOWN_BY_NAME,
    TWIN_NHS,
    amara,
    born,
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
def test_her_name_at_her_home_with_a_slip_in_the_day_may_be_a_cousins_named_alike(day: str) -> None:
    assert grade(LIVES, born(SLIPPED, day), 60_000).grade is PROBABLE


def test_her_number_makes_up_for_a_slip_in_the_day() -> None:
    hers = replace(SLIPPED, identifiers=(AMARA_NHS,))
    assert grade(replace(LIVES, identifiers=frozenset({AMARA_NHS})), hers).grade is CERTAIN


def test_two_children_of_her_name_one_of_her_home_and_one_of_her_day_are_never_one() -> None:
    there = replace(amara(AMARA_NHS), addresses=ELSEWHERE)
    here = replace(SLIPPED, identifiers=(TWIN_NHS,))
    both = resolved(gp=(there,), hospital=(here,))
    assert not both.certain("hospital")


def test_a_record_of_her_name_born_a_slip_away_does_not_let_in_one_of_the_day_told() -> None:
    mistaken_for = amara(AMARA_UPN)
    found = resolved(gp=(replace(SLIPPED, identifiers=(AMARA_NHS,)),), police=(mistaken_for,))
    assert resolved(police=(mistaken_for,)).certain("police")
    assert not found.certain("gp")
    assert not found.certain("police")
