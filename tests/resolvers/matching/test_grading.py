"""A record is certain only by an identifier, and never against what it says of the child."""

from dataclasses import replace

import pytest

from adapters.contract.codes import Sex
from adapters.contract.record import Identifier, Record
from resolvers.matching.grade import LikelyOther, MatchGrade
from resolvers.matching.identify import grade
from resolvers.matching.reference import Reference, named_record
from tests.support.resolvers.people import (
    AMARA,
    AMARA_NHS,
    AMARA_UPN,
    BORN,
    KNOWN_BY_NAME,
    KNOWN_BY_NUMBER,
    STRANGER,
    TWIN_NHS,
    amara,
    born,
    named,
)

CERTAIN, PROBABLE = MatchGrade.CERTAIN, MatchGrade.PROBABLE
POSSIBLE, CERTAINLY_NOT = MatchGrade.POSSIBLE, MatchGrade.CERTAINLY_NOT


def test_a_number_with_the_birth_date_and_the_name_is_certain() -> None:
    found = grade(KNOWN_BY_NUMBER, AMARA)
    assert found.grade is CERTAIN
    assert found.agreed == ("birth_date", "family_name", "given_name", "nhs_number")
    assert found.differed == ()
    assert found.not_held == ("upn",)


def test_a_number_without_anything_the_caller_knows_is_never_certain() -> None:
    number_alone = replace(KNOWN_BY_NUMBER, stated_birth_date=None, birth_dates=frozenset({BORN}))
    assert grade(number_alone, AMARA).grade is PROBABLE


def test_a_number_with_what_the_caller_knows_of_another_child_is_not_certain() -> None:
    mistaken = replace(
        KNOWN_BY_NUMBER, names=(), stated_birth_date=None, stated_names=STRANGER.names
    )
    assert grade(mistaken, AMARA).grade is POSSIBLE


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (named(AMARA), CERTAIN),
        (named(AMARA, "Amara", family="Adeyemi"), CERTAIN),
        (named(AMARA, "Baby"), CERTAIN),
        (named(AMARA, "Baby", family="Adeyemi"), POSSIBLE),
        (named(AMARA, "Chidi"), POSSIBLE),
        (born(AMARA, "2015-09-03"), CERTAIN),
        (born(AMARA, "2015-03-08"), CERTAIN),
        (born(AMARA, "2015"), CERTAIN),
        (born(AMARA, "2015-01-01"), CERTAIN),
        (replace(AMARA, birth_date=None), CERTAIN),
        (replace(named(AMARA, "Amara", family="O'Brein"), birth_date=None), CERTAIN),
        (replace(named(AMARA, "Amira"), birth_date=None), PROBABLE),
        (born(named(AMARA, "Amara", family="O'Brein"), "2015-09-03"), CERTAIN),
        (born(named(AMARA, "Amira"), "2015-09-03"), PROBABLE),
        (born(named(AMARA, "Baby"), "2015-09-03"), PROBABLE),
        (born(AMARA, "2012-11-27"), POSSIBLE),
        (born(named(AMARA, "Amira"), "2015"), PROBABLE),
        (replace(AMARA, birth_date=None, names=()), PROBABLE),
        (born(named(AMARA, "Chidi", family="Obi"), "2012-11-27"), POSSIBLE),
    ],
)
def test_a_number_settles_only_what_nothing_contradicts(
    record: Record, expected: MatchGrade
) -> None:
    assert grade(KNOWN_BY_NUMBER, record).grade is expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (AMARA, PROBABLE),
        (born(AMARA, "2015"), POSSIBLE),
        (born(AMARA, "2015-03-08"), PROBABLE),
        (replace(AMARA, birth_date=None), POSSIBLE),
        (named(AMARA, "Baby"), POSSIBLE),
        (named(AMARA, "Amira"), PROBABLE),
        (born(named(AMARA, "Amira"), "2015"), CERTAINLY_NOT),
        (born(named(AMARA, "Amira"), "2015-03-08"), POSSIBLE),
        (born(named(AMARA, "Chidi"), "2015"), CERTAINLY_NOT),
        (born(AMARA, "2012-11-27"), CERTAINLY_NOT),
        (named(AMARA, "Amara", family="Adeyemi"), CERTAINLY_NOT),
        (STRANGER, CERTAINLY_NOT),
        (Record(), CERTAINLY_NOT),
    ],
)
def test_without_a_number_name_and_birth_date_alone_are_never_certain(
    record: Record, expected: MatchGrade
) -> None:
    assert grade(KNOWN_BY_NAME, record).grade is expected


def test_a_record_without_a_birth_date_is_hers_by_a_name_that_the_identity_source_added() -> None:
    nameless = replace(AMARA, birth_date=None)
    assert grade(KNOWN_BY_NUMBER, nameless).grade is CERTAIN
    assert grade(replace(KNOWN_BY_NUMBER, names=()), nameless).grade is PROBABLE


def test_a_nickname_with_the_number_alone_is_not_certain() -> None:
    called = replace(KNOWN_BY_NUMBER, stated_birth_date=None, stated_names=AMARA.names)
    assert grade(called, named(AMARA, "Mari")).grade is not CERTAIN
    thomas = replace(called, names=(), stated_names=named(AMARA, "Thomas").names)
    assert grade(thomas, named(AMARA, "Tommy")).grade is PROBABLE


def test_another_nhs_number_is_another_child_however_alike() -> None:
    found = grade(KNOWN_BY_NUMBER, amara(TWIN_NHS))
    assert found.grade is CERTAINLY_NOT
    assert found.differed == ("nhs_number",)


def test_another_nhs_number_under_the_same_upn_is_shown_as_differing() -> None:
    both = replace(KNOWN_BY_NUMBER, identifiers=frozenset({AMARA_NHS, AMARA_UPN}))
    found = grade(both, amara(TWIN_NHS, AMARA_UPN))
    assert found.grade is POSSIBLE
    assert "nhs_number" in found.differed
    assert "upn" in found.agreed


def test_a_record_with_another_childs_number_beside_hers_is_shown_as_differing() -> None:
    found = grade(KNOWN_BY_NUMBER, amara(AMARA_NHS, TWIN_NHS))
    assert found.grade is POSSIBLE
    assert "nhs_number" in found.differed


def test_a_superseded_number_and_its_successor_are_both_the_childs() -> None:
    both = replace(KNOWN_BY_NUMBER, identifiers=frozenset({AMARA_NHS, TWIN_NHS}))
    assert grade(both, amara(TWIN_NHS)).grade is CERTAIN


def test_a_number_of_equal_digits_is_nobodys() -> None:
    filler = Identifier("nhs_number", "9999999999")
    asked = replace(KNOWN_BY_NUMBER, identifiers=frozenset({filler}))
    assert grade(asked, amara(filler)).grade is PROBABLE
    assert grade(KNOWN_BY_NUMBER, amara(filler)).differed == ()


def test_the_twin_under_her_own_name_may_be_looked_at_but_never_joins() -> None:
    for known, twin in ((KNOWN_BY_NAME, amara()), (KNOWN_BY_NUMBER, AMARA)):
        found = grade(known, named(twin, "Chidi"))
        assert found.grade is POSSIBLE
        assert found.likely_other is LikelyOther.TWIN


def test_a_twin_brother_whose_name_is_a_form_of_hers_is_not_her() -> None:
    known = replace(KNOWN_BY_NUMBER, names=named(AMARA, "Alexandra").names, sex=Sex.FEMALE)
    brother = replace(named(AMARA, "Alexander"), sex=Sex.MALE)
    found = grade(known, brother)
    assert found.grade is POSSIBLE
    assert found.likely_other is LikelyOther.TWIN


def test_a_sibling_is_certainly_not_the_child() -> None:
    found = grade(KNOWN_BY_NAME, born(named(amara(), "Chidi"), "2012-11-27"))
    assert found.grade is CERTAINLY_NOT
    assert found.likely_other is LikelyOther.SIBLING


def test_the_record_that_the_caller_named_is_hers_at_that_agency_only() -> None:
    local = replace(AMARA, identifiers=())
    asked = replace(KNOWN_BY_NAME, identifiers=frozenset({named_record("police", "a-1")}))
    assert grade(asked, local, source="police").grade is CERTAIN
    assert grade(asked, local, source="housing").grade is PROBABLE


def test_choosing_a_record_does_not_override_a_number_that_differs() -> None:
    chosen = replace(
        KNOWN_BY_NUMBER, identifiers=frozenset({AMARA_NHS, named_record("police", "a-1")})
    )
    assert grade(chosen, amara(), source="police").grade is CERTAIN
    assert grade(chosen, amara(TWIN_NHS), source="police").grade is POSSIBLE


def test_a_local_number_shared_by_chance_proves_nothing() -> None:
    local = Identifier("case_number", "17")
    asked = replace(KNOWN_BY_NAME, identifiers=frozenset({local}))
    assert grade(asked, amara(local)).grade is PROBABLE


def test_nothing_known_makes_nobody_the_child() -> None:
    assert grade(Reference(), AMARA).grade is CERTAINLY_NOT
