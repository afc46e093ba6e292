"""The worlds in which a review found the shield broken, each held to its law.

They are those of issue 11. Random worlds find them too, and others like them.
"""

from dataclasses import replace
from typing import Any

from adapters.contract.identifiers import NHS_NUMBER, UPN
from tests.support.agencies import HOME
from tests.support.laws import tells_no_more, who_restricts, wrong_number
from tests.support.laws.running.place import LawPlace
from tests.support.laws.tells_no_more import AskedAllWays
from tests.support.laws.town.caller import LawCaller
from tests.support.laws.town.children import MIRA
from tests.support.laws.town.held_record import HeldRecord
from tests.support.laws.town.law_agency import EAST, LawAgency
from tests.support.laws.town.question import LawQuestion
from tests.support.laws.town.questions import widest
from tests.support.laws.town.world import LawWorld
from tests.support.laws.who_restricts import TwoWorlds
from tests.support.laws.wrong_number import OneWrongNumber

NAMESAKE = replace(MIRA, place=1)
ASKED = LawQuestion(MIRA)
WORKER = LawCaller()


def agency(place: int, role: str, *areas: str, code: str = "U", **more: Any) -> LawAgency:
    """An agency that holds Mira as she is."""
    held = (HeldRecord(f"a{place}", 0, MIRA, code=code),)
    return replace(LawAgency(place, role, areas, held=held), **more)


SPINE = agency(0, "spine")
COUNCIL = agency(1, "authority", HOME)
CHILD_HEALTH = agency(2, "member", HOME, code="R")
RECORDS = agency(3, "none")
SCHOOL = agency(4, "none", HOME)
SHIELDED = LawWorld((MIRA,), (SPINE, COUNCIL, CHILD_HEALTH, RECORDS, SCHOOL))


def asked(world: LawWorld, *questions: LawQuestion, caller: LawCaller = WORKER) -> AskedAllWays:
    """The widest question first."""
    return AskedAllWays(world, caller, (widest(questions[0]), *questions))


def test_naming_another_agency_does_not_unshield_a_child(place: LawPlace) -> None:
    named = [replace(ASKED, agencies=(each,)) for each in ("a0", "a3", "a4")]
    assert tells_no_more.broken(place, asked(SHIELDED, ASKED, *named)) == []


def test_who_asks_from_another_area_does_not_unshield_a_child(place: LawPlace) -> None:
    neighbour = LawCaller(areas=(EAST,))
    school = replace(ASKED, agencies=("a4",))
    assert tells_no_more.broken(place, asked(SHIELDED, school, caller=neighbour)) == []


def test_an_agency_that_gives_a_caller_nothing_shields_a_child(place: LawPlace) -> None:
    closed = SHIELDED.with_(replace(CHILD_HEALTH, sectors=("POLICE",)))
    broken = replace(ASKED, broke_glass=True)
    assert tells_no_more.broken(place, asked(closed, ASKED, broken)) == []


def test_a_shielded_namesakes_home_stays_out_of_an_answer(place: LawPlace) -> None:
    """Demographics restricts the other Mira; nothing but her school has a home of either."""
    shielded = HeldRecord("a0", 1, NAMESAKE, "nhs", code="R")
    police = agency(5, "none", HOME, EAST, sector="POLICE", gives=("IDENTITY",))
    world = LawWorld(
        (MIRA, NAMESAKE),
        (
            replace(SPINE, gives=("IDENTITY",), held=(HeldRecord("a0", 0, MIRA, "nhs"), shielded)),
            replace(COUNCIL, held=()),
            replace(SCHOOL, by=(UPN, "name"), held=(HeldRecord("a4", 0, NAMESAKE, "upn"),)),
            replace(
                police,
                held=(HeldRecord("a5", 0, MIRA, "nhs"), HeldRecord("a5", 1, NAMESAKE, "nhs")),
            ),
        ),
    )
    assert tells_no_more.broken(place, asked(world, ASKED)) == []


def test_a_hidden_agency_that_holds_a_child_takes_no_longer_for_her(place: LawPlace) -> None:
    silent = LawWorld((MIRA,), (SPINE, replace(COUNCIL, state="down"), SCHOOL))
    holds = silent.with_(replace(SCHOOL, seconds=1.5))
    empty = silent.with_(replace(SCHOOL, held=()))
    every = replace(ASKED, by=(NHS_NUMBER, UPN, "name", "born"))
    for question in (every, replace(every, streamed=True)):
        assert who_restricts.told_apart(place, TwoWorlds(holds, empty, WORKER, (question,))) == []


def test_whichever_of_two_agencies_restricts_a_child_the_answer_is_the_same(
    place: LawPlace,
) -> None:
    one = SHIELDED
    other = SHIELDED.with_(agency(1, "authority", HOME, code="R"), agency(2, "member", HOME))
    for question in (ASKED, replace(ASKED, streamed=True), replace(ASKED, agencies=("a3",))):
        assert who_restricts.told_apart(place, TwoWorlds(one, other, WORKER, (question,))) == []


def test_a_wrong_number_at_a_practice_costs_school_and_police_nothing(place: LawPlace) -> None:
    spine = replace(SPINE, held=(HeldRecord("a0", 0, MIRA, "nhs"),))
    police = agency(5, "none", HOME, by=("name",), sector="POLICE")
    right = LawWorld((MIRA, NAMESAKE), (spine, COUNCIL, RECORDS, SCHOOL, police))
    mistaken = replace(RECORDS.held[0], pupil_of=NAMESAKE)
    wrong = right.with_(replace(RECORDS, held=(mistaken,)))
    by_number = LawQuestion(MIRA, (NHS_NUMBER, "name", "born"))
    found = wrong_number.broken(
        place, OneWrongNumber(wrong, right, "a3", NAMESAKE, WORKER, by_number)
    )
    assert found == []
