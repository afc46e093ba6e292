"""Worlds in which a file of the shield set bears a number that nobody told, and leads to a mark."""

from dataclasses import replace
from typing import Any

import pytest

from adapters.contract.identifiers import NHS_NUMBER, UPN
from tests.support.agencies import HOME
from tests.support.laws.running.asking import answers
from tests.support.laws.running.place import LawPlace
from tests.support.laws.running.told import Told
from tests.support.laws.town.caller import LawCaller
from tests.support.laws.town.children import MIRA
from tests.support.laws.town.held_record import HeldRecord
from tests.support.laws.town.law_agency import LawAgency
from tests.support.laws.town.question import LawQuestion
from tests.support.laws.town.world import LawWorld

BY_NUMBER = LawQuestion(MIRA)
BY_NAME = LawQuestion(MIRA, ("name", "born", "sex"))
NAMESAKE = replace(MIRA, place=1)


def agency(place: int, role: str, *held: HeldRecord, **more: Any) -> LawAgency:
    """An agency of this area with these files, asked by both numbers."""
    files = tuple(replace(r, agency=f"a{place}", place=at) for at, r in enumerate(held))
    return replace(LawAgency(place, role, (HOME,), by=(NHS_NUMBER, UPN), held=files), **more)


def file(numbered: str, named: str = "same", code: str = "U") -> HeldRecord:
    """A file of the child's with these numbers."""
    return HeldRecord("", 0, MIRA, numbered, named, code=code)


SPINE = LawAgency(0, "spine", by=(NHS_NUMBER, "name"), held=(HeldRecord("a0", 0, MIRA, "nhs"),))
NOBODY_THERE = replace(SPINE, held=())
SECOND = file("upn", "other", "R")


def told(place: LawPlace, question: LawQuestion, *agencies: LawAgency) -> Told:
    """What a social worker is told in a world of these agencies, a school among them."""
    school = agency(len(agencies), "none", file("both"), sector="EDUCATION")
    world = LawWorld((MIRA, NAMESAKE), (*agencies, school))
    return answers(place, world, LawCaller(), [question])[0]


def cleared(said: Told) -> bool:
    """Whether the child is shown with no restriction known."""
    return any(child["restriction"] == "NONE_KNOWN" for child in said.children)


@pytest.mark.parametrize("onward", [True, False], ids=["tells others", "keeps it to itself"])
def test_a_second_file_under_a_number_of_its_own_first_is_found(
    place: LawPlace, *, onward: bool
) -> None:
    said = told(place, BY_NUMBER, SPINE, agency(1, "member", file("both"), SECOND, onward=onward))
    assert {child["restriction"] for child in said.children} == {"RESTRICTED"}


def test_who_was_found_by_one_number_is_asked_by_another_that_a_member_teaches(
    place: LawPlace,
) -> None:
    teaching = agency(1, "member", file("both"))
    said = told(place, BY_NUMBER, SPINE, teaching, agency(2, "member", file("nhs"), SECOND))
    assert {child["restriction"] for child in said.children} == {"RESTRICTED"}


def test_numbers_lead_from_one_agency_to_another_and_back(place: LawPlace) -> None:
    council = agency(
        1, "authority", file("upn"), file("nhs", "other", "R"), by=(NHS_NUMBER, UPN, "name")
    )
    health = agency(2, "member", file("both", "other"), by=(UPN,))
    said = told(place, BY_NAME, NOBODY_THERE, council, health)
    assert not cleared(said)
    assert f"a1 by {[(NHS_NUMBER[:3], MIRA.numbers[NHS_NUMBER])]}" in said.calls


def test_a_namesake_whom_a_member_alone_knows_is_asked_about_at_the_others(
    place: LawPlace,
) -> None:
    hers = HeldRecord("", 0, NAMESAKE, "upn")
    knows = agency(1, "member", file("nhs"), hers, by=("name", UPN))
    other = agency(2, "member", replace(hers, named="other", code="R"))
    asked = told(place, BY_NAME, SPINE, knows, other)
    assert not cleared(asked)
    assert f"a2 by {[(UPN, NAMESAKE.numbers[UPN])]}" in asked.calls


@pytest.mark.parametrize("state", ["tired", "cut"])
def test_who_falls_silent_on_the_way_or_cuts_its_list_clears_nobody(
    place: LawPlace, state: str
) -> None:
    member = agency(1, "member", file("both"), SECOND, state=state)
    assert not cleared(told(place, BY_NUMBER, SPINE, member))


def test_who_was_asked_by_each_number_on_its_files_is_asked_no_more(place: LawPlace) -> None:
    member = agency(1, "member", file("both"))
    said = told(place, replace(BY_NUMBER, by=(NHS_NUMBER, UPN, "born")), SPINE, member)
    assert cleared(said)
    assert sum(call.startswith("a1 ") for call in said.calls) == 2


def test_its_own_number_costs_a_member_one_call(place: LawPlace) -> None:
    said = told(place, BY_NUMBER, SPINE, agency(1, "member", file("both")))
    assert cleared(said)
    assert sum(call.startswith("a1 ") for call in said.calls) == 2
