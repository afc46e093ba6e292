"""By demographics only a strong name, the whole birth date and something further are certain."""

from dataclasses import replace

import pytest

from adapters.contract.codes import NameUse, Sex
from adapters.contract.record import Address, Name, Record
from resolvers.matching.grade import LikelyOther, MatchGrade
from resolvers.matching.identify import grade, resolve
from resolvers.matching.reference import Reference
from tests.support.resolvers.people import (
    AMARA,
    AMARA_NHS,
    BORN,
    KNOWN_BY_NAME,
    KNOWN_BY_NUMBER,
    KNOWN_IN_FULL,
    STRANGER,
    TWIN_NHS,
    born,
    named,
)

DISTRICT, VILLAGE = 60_000, 900
SEX_KNOWN = replace(KNOWN_BY_NAME, sex=Sex.FEMALE)
HOME = "XX1 2YY"
LIVES = replace(KNOWN_BY_NAME, postcodes=frozenset({HOME}))
HERE = replace(AMARA, addresses=(Address(postcode=HOME),))
CERTAIN, PROBABLE = MatchGrade.CERTAIN, MatchGrade.PROBABLE


def graded(reference: Reference, record: Record, population: int = DISTRICT) -> MatchGrade:
    return grade(reference, record, population).grade


def test_her_name_and_birth_date_with_her_sex_are_certain_in_a_district() -> None:
    assert graded(SEX_KNOWN, AMARA) is CERTAIN
    assert graded(KNOWN_BY_NAME, AMARA) is PROBABLE


def test_in_the_whole_country_a_name_a_birth_date_and_a_sex_may_be_another_childs() -> None:
    assert grade(SEX_KNOWN, AMARA).grade is PROBABLE
    assert grade(KNOWN_IN_FULL, AMARA).grade is CERTAIN


def test_a_name_that_nobody_counted_is_taken_for_a_fairly_common_one() -> None:
    unheard_of = named(AMARA, "Zelophehad", family="Featherstonehaugh")
    known = replace(SEX_KNOWN, stated_names=unheard_of.names)
    assert grade(known, unheard_of).grade is PROBABLE
    assert graded(known, unheard_of) is CERTAIN


def test_nothing_further_makes_up_for_a_slip_in_the_day_or_another_sex() -> None:
    known = replace(KNOWN_IN_FULL, postcodes=frozenset({"AB1 2CD"}))
    assert graded(known, HERE, VILLAGE) is CERTAIN
    assert graded(known, born(HERE, "2015-09-03"), VILLAGE) is PROBABLE
    assert graded(known, replace(HERE, sex=Sex.MALE), VILLAGE) is PROBABLE


def test_an_identity_sources_word_is_not_enough_against_what_the_caller_said() -> None:
    told = Reference(
        names=AMARA.names, birth_dates=KNOWN_BY_NUMBER.birth_dates | {BORN}, sex=Sex.FEMALE
    )
    mistaken = replace(told, stated_names=STRANGER.names, stated_birth_date=STRANGER.birth_date)
    assert graded(replace(told, stated_birth_date=BORN), AMARA, VILLAGE) is CERTAIN
    assert graded(told, AMARA, VILLAGE) is PROBABLE
    assert graded(mistaken, AMARA, VILLAGE) is PROBABLE


def test_a_common_name_needs_more_than_a_rare_one() -> None:
    called = named(AMARA, "Muhammad", family="Khan")
    known = replace(SEX_KNOWN, stated_names=called.names)
    assert graded(known, called) is PROBABLE
    assert (
        graded(
            replace(known, postcodes=frozenset({HOME})), replace(called, addresses=HERE.addresses)
        )
        is CERTAIN
    )


def test_a_home_in_common_is_something_further() -> None:
    assert graded(LIVES, HERE) is CERTAIN
    assert graded(LIVES, AMARA) is PROBABLE


def test_her_sex_is_too_little_where_a_record_has_no_number_and_no_home_of_hers() -> None:
    known = replace(SEX_KNOWN, postcodes=frozenset({HOME}))
    moved = replace(AMARA, identifiers=(), addresses=(Address(postcode="AB1 2CD"),))
    assert graded(known, moved) is PROBABLE
    assert graded(known, replace(moved, identifiers=(AMARA_NHS,))) is CERTAIN
    assert graded(known, replace(moved, addresses=())) is PROBABLE
    assert graded(replace(known, stated_names=AMARA.names), moved) is CERTAIN


def test_another_home_is_hers_only_if_a_file_with_her_number_had_it() -> None:
    known = replace(SEX_KNOWN, postcodes=frozenset({HOME}))
    moved = replace(AMARA, identifiers=(), addresses=(Address(postcode="AB1 2CD"),))
    numbered = replace(HERE, identifiers=(AMARA_NHS,))
    former = replace(numbered, addresses=(*HERE.addresses, *moved.addresses))
    for hers, joins in ((None, False), (numbered, False), (former, True)):
        world = {"care": (moved,), "gp": (hers,) if hers else ()}
        found = resolve(known, world, populations={"care": VILLAGE})
        assert bool(found.certain("gp")) is bool(hers)
        assert bool(found.certain("care")) is joins


def test_no_home_is_looked_at_before_the_child_is_cleared() -> None:
    assert grade(KNOWN_BY_NAME, HERE) == grade(KNOWN_BY_NAME, AMARA)


@pytest.mark.parametrize(
    "record",
    [
        named(AMARA, "Mara"),
        named(AMARA, "A"),
        named(AMARA, "Amira"),
        named(AMARA, "Chidi"),
        named(AMARA, "Baby"),
        named(AMARA, "Amara", family=None),
        born(AMARA, "2015-03-08"),
        born(AMARA, "2015"),
        replace(AMARA, birth_date_estimated=True),
        replace(AMARA, sex=Sex.MALE),
    ],
)
def test_what_a_twin_or_a_slip_would_explain_is_for_a_person_to_decide(record: Record) -> None:
    assert graded(replace(SEX_KNOWN, postcodes=frozenset({HOME})), record) is not CERTAIN


def test_a_nickname_is_never_certain_whatever_else_agrees() -> None:
    thomas = replace(HERE, names=(Name(("Thomas", "Rose"), "Achterby"),))
    known = replace(KNOWN_IN_FULL, stated_names=thomas.names, postcodes=frozenset({HOME}))
    assert graded(known, replace(HERE, names=(Name(("Tommy", "Rose"), "Achterby"),))) is not CERTAIN


def test_a_misspelt_family_name_does_not_hide_her() -> None:
    misspelt = named(HERE, "Amara", family="O'Brein")
    assert graded(LIVES, misspelt) is CERTAIN
    assert graded(SEX_KNOWN, misspelt) is PROBABLE


def test_names_in_each_others_place_are_hers() -> None:
    found = grade(SEX_KNOWN, named(AMARA, "O'Brien", family="Amara"), DISTRICT)
    assert found.grade is CERTAIN
    assert {"family_name", "given_name"} <= {*found.agreed}


def test_a_former_name_on_the_record_is_hers() -> None:
    renamed = (Name(("Amara",), "Adeyemi"), Name(("Amara",), "O'Brien", NameUse.FORMER))
    assert graded(SEX_KNOWN, replace(AMARA, names=renamed)) is CERTAIN


def test_an_adopted_childs_old_record_is_not_even_hinted_at() -> None:
    before = replace(named(HERE, "Amara", family="Adeyemi"), identifiers=(TWIN_NHS,))
    unnumbered = replace(before, identifiers=())
    known = replace(KNOWN_IN_FULL, identifiers=frozenset({AMARA_NHS}), postcodes=frozenset({HOME}))
    for record in (before, unnumbered):
        assert grade(known, record).grade is MatchGrade.CERTAINLY_NOT


def test_another_number_is_a_conflict_on_whoever_is_alike_in_everything_else() -> None:
    known = replace(KNOWN_IN_FULL, identifiers=frozenset({TWIN_NHS}))
    found = grade(known, AMARA, DISTRICT)
    assert found.grade is MatchGrade.POSSIBLE
    assert found.differed == ("nhs_number",)
    assert graded(known, named(AMARA, "Amira")) is MatchGrade.CERTAINLY_NOT


def test_a_guessed_birth_date_in_the_reference_is_no_whole_day() -> None:
    guessed = replace(
        SEX_KNOWN,
        stated_birth_date=None,
        birth_dates=frozenset({AMARA.birth_date} if AMARA.birth_date else ()),
        birth_dates_estimated=frozenset({AMARA.birth_date} if AMARA.birth_date else ()),
    )
    assert graded(guessed, AMARA) is MatchGrade.POSSIBLE


def test_two_digits_wrong_beside_the_number_and_the_name_are_forgiven() -> None:
    known = replace(KNOWN_BY_NUMBER, stated_names=AMARA.names)
    assert graded(known, born(AMARA, "2015-03-17")) is CERTAIN
    assert graded(known, born(AMARA, "2015-11-17")) is MatchGrade.POSSIBLE


def test_a_brother_with_her_number_is_shown_as_who_he_likely_is() -> None:
    brother = born(named(AMARA, "Chidi"), "2012-11-27")
    found = grade(KNOWN_BY_NUMBER, brother)
    assert (found.grade, found.likely_other) == (MatchGrade.POSSIBLE, LikelyOther.SIBLING)
