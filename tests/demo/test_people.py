"""The borough's people: the same every time, and nobody's."""

import re
from collections import Counter

import pytest
from stdnum.gb import nhs

from adapters.contract.identifiers import NhsNumber, Postcode, Upn
from demo.population import register
from demo.population.caseload import Town, town
from demo.population.nobody import NOBODY
from demo.population.people import Child


@pytest.fixture(scope="module")
def borough() -> Town:
    return town()


def everyone(borough: Town) -> list[Child]:
    return [*(lead.child for lead in borough.cast), *borough.crowd]


def test_the_borough_is_the_same_every_time(borough: Town) -> None:
    again = town()

    assert again == borough
    for agency in register.INTAKES:
        assert again.caseload(agency) == borough.caseload(agency)


def test_another_seed_makes_other_people(borough: Town) -> None:
    assert town(seed=7).crowd != borough.crowd


def test_at_least_four_hundred_children_live_in_four_boroughs(borough: Town) -> None:
    areas = Counter(child.area for child in everyone(borough))

    assert areas.total() >= 400
    assert len(areas) == 4
    assert min(areas.values()) > 80


def test_every_number_is_valid_and_of_the_test_range(borough: Town) -> None:
    for child in everyone(borough):
        for number in filter(None, (child.nhs_number, child.former_nhs_number)):
            assert NhsNumber.parse(number).startswith("999")
            assert nhs.is_valid(number)
        if child.upn:
            assert Upn.parse(child.upn)[1:3] == "99"


def test_no_two_children_share_a_number(borough: Town) -> None:
    numbers = [child.nhs_number for child in everyone(borough) if child.nhs_number]
    pupils = [child.upn for child in everyone(borough) if child.upn]

    assert len(set(numbers)) == len(numbers)
    assert len(set(pupils)) == len(pupils)


def test_every_postcode_parses_and_is_nobodys(borough: Town) -> None:
    for child in everyone(borough):
        for address in child.addresses:
            assert Postcode.parse(address.postcode).startswith("Q")


def test_every_telephone_number_is_kept_for_drama(borough: Town) -> None:
    workers = [worker for team in borough.staff.values() for worker in team]
    numbers = [worker.telephone for worker in workers]
    numbers += [worker.team.telephone for worker in workers]
    numbers += [carer.telephone for child in everyone(borough) for carer in child.carers]

    for number in numbers:
        assert re.fullmatch(r"01632 960\d{3}|07700 900\d{3}|020 7946 0\d{3}", number)


def test_there_are_siblings_twins_movers_and_namesakes(borough: Town) -> None:
    homes = Counter(child.home.uprn for child in borough.crowd)
    births = Counter((child.home.uprn, child.born) for child in borough.crowd)
    surnames = Counter(child.family for child in borough.crowd)

    assert max(homes.values()) >= 4
    assert max(births.values()) >= 2
    assert max(surnames.values()) >= 8
    assert sum(len(child.addresses) > 1 for child in borough.crowd) > 20


def test_a_child_is_known_to_ten_services_in_four_boroughs(borough: Town) -> None:
    lead = borough.cast.many_services
    registers = {register.NHS_DEMOGRAPHICS}

    assert len({stay.agency for stay in lead.stays} - registers) >= 10
    assert len({address.town for address in lead.child.addresses}) == 4


def test_a_shielded_child_has_an_unshielded_stale_duplicate(borough: Town) -> None:
    marks = {stay.agency: stay.restricted for stay in borough.cast.shielded.stays}

    assert marks[register.NHS_DEMOGRAPHICS] is True
    assert marks[register.NORTHBROOK_SOCIAL_CARE] is True
    assert marks[register.EASTHALLOW_SOCIAL_CARE] is False


def test_one_twins_number_stands_on_the_other_twins_details(borough: Town) -> None:
    twin, other = borough.cast.twin.child, borough.cast.other_twin.child
    held = [
        holding.child
        for holding in borough.caseload(register.CHILD_HEALTH)
        if holding.child.nhs_number == twin.nhs_number
    ]

    assert [child.given for child in held] == [other.given]
    assert twin.born == other.born


def test_adoption_leaves_no_number_in_common(borough: Town) -> None:
    after, before = borough.cast.adopted.child, borough.cast.before_adoption.child

    assert after.born == before.born
    assert {after.nhs_number, after.upn}.isdisjoint({before.nhs_number, before.upn})


@pytest.mark.parametrize("agency", [register.POLICE, register.HOUSING])
def test_police_and_housing_hold_no_number(borough: Town, agency: str) -> None:
    for holding in borough.caseload(agency):
        assert holding.child.nhs_number is None
        assert holding.child.upn is None


def test_whoever_claims_that_absence_is_proof_has_everyones_number(borough: Town) -> None:
    current = {child.nhs_number for child in everyone(borough)}
    for agency in (register.NORTHBROOK_SOCIAL_CARE, register.EASTHALLOW_SOCIAL_CARE):
        held = {holding.child.nhs_number for holding in borough.caseload(agency)}

        assert held <= current - {None} | {NOBODY.nhs_number}
