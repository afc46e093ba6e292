"""Worlds in which demographics is silent, and nobody else knows that a number is an old one."""

from dataclasses import replace

import pytest

from adapters.contract.identifiers import NHS_NUMBER
from tests.support.agencies import HOME
from tests.support.laws.running.asking import answers
from tests.support.laws.running.place import LawPlace
from tests.support.laws.silenced.faults import CLEARED_BY_AN_OLD_NUMBER
from tests.support.laws.silenced.renumbered import TROUBLES, TroubledAgency, renumbered
from tests.support.laws.town.caller import LawCaller
from tests.support.laws.town.children import MIRA
from tests.support.laws.town.held_record import HeldRecord
from tests.support.laws.town.question import LawQuestion
from tests.support.laws.town.world import LawWorld

OLD = renumbered(MIRA)
BY = (NHS_NUMBER, "name", "born")
IDENTITY = TroubledAgency(
    0, "identity", by=(NHS_NUMBER,), held=(HeldRecord("a0", 0, MIRA, "nhs"),), renews=True
)
COUNCIL = TroubledAgency(
    1, "authority", (HOME,), by=(NHS_NUMBER,), held=(HeldRecord("a1", 0, MIRA, code="R"),)
)
OTHER_COUNCIL = TroubledAgency(
    2, "authority", (HOME,), by=(NHS_NUMBER,), held=(HeldRecord("a2", 0, OLD),)
)
SILENT = [each for each in TROUBLES if each != "limited"]


def told(place: LawPlace, trouble: str) -> tuple[str, str]:
    """Her restriction, and what the council says, for who asks by the old number."""
    world = LawWorld((MIRA,), (IDENTITY.troubled(trouble), COUNCIL, OTHER_COUNCIL))
    (said,) = answers(place, world, LawCaller(cleared=True), [LawQuestion(OLD, BY)])
    rows = {row["agency"]["id"]: row["outcome"] for row in said.rows}
    return said.children[0]["restriction"], rows["a1"]


def test_a_child_restricted_under_a_new_number_is_found_by_the_old_one(place: LawPlace) -> None:
    assert told(place, "") == ("RESTRICTED", "HAS_RECORD")


@pytest.mark.parametrize("trouble", SILENT)
def test_while_demographics_is_silent_nobody_clears_her_by_the_old_number(
    place: LawPlace, trouble: str
) -> None:
    assert told(place, trouble) == ("UNKNOWN", "NONE_FOUND")


def test_an_authority_that_is_believed_by_an_old_number_would_clear_her(place: LawPlace) -> None:
    with CLEARED_BY_AN_OLD_NUMBER.planted():
        assert told(place, "down") == ("NONE_KNOWN", "NONE_FOUND")


def test_one_silent_agency_alone_keeps_nothing_from_being_proven(place: LawPlace) -> None:
    silent = OTHER_COUNCIL.troubled("down")
    world = LawWorld((MIRA,), (IDENTITY, replace(COUNCIL, held=()), silent))
    (said,) = answers(place, world, LawCaller(cleared=True), [LawQuestion(MIRA, BY)])
    rows = {row["agency"]["id"]: row["outcome"] for row in said.rows}
    assert rows == {"a0": "HAS_RECORD", "a1": "NO_RECORD", "a2": "UNAVAILABLE"}
