"""Who is certain by demographics alone has no rival, at one agency or between them."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from adapters.contract.codes import NameUse, Sex
from adapters.contract.record import Address, Name, Record
from resolvers.matching.grade import MatchGrade, Resolution
from resolvers.matching.identify import resolve
from resolvers.matching.reference import Reference
from tests.support.resolvers.people import (
    AMARA,
    AMARA_NHS,
    AMARA_UPN,
    BORN,
    KNOWN_BY_NAME,
    KNOWN_BY_NUMBER,
    TWIN_NHS,
    TWIN_UPN,
    amara,
    born,
    named,
)

KNOWN = replace(KNOWN_BY_NAME, sex=Sex.FEMALE)
SOURCES = ("care", "gp", "police", "school")
DISTRICT = dict.fromkeys(SOURCES, 60_000)
UNNUMBERED = amara()


def resolved(
    world: Mapping[str, tuple[Record, ...]], duplicates: frozenset[str] = frozenset()
) -> Resolution:
    return resolve(KNOWN, world, populations=DISTRICT, duplicates=duplicates)


def grades(resolution: Resolution, source: str) -> list[MatchGrade]:
    return [g.grade.grade for g in resolution.by_source[source]]


def test_two_who_are_equally_her_at_one_agency_are_both_for_a_person_to_decide() -> None:
    two = (amara(record_id="1"), named(amara(record_id="2"), "Amara"))
    assert resolved({"police": two[:1]}).certain("police")
    assert not resolved({"police": two}).certain("police")


def test_an_agency_that_declares_duplicates_may_hold_her_twice() -> None:
    two = (amara(record_id="1"), named(amara(record_id="2"), "Amara"))
    assert len(resolved({"police": two}, duplicates=frozenset({"police"})).certain("police")) == 2


def test_a_declared_duplicate_under_another_number_is_another_child() -> None:
    two = (amara(AMARA_NHS, record_id="1"), amara(TWIN_NHS, record_id="2"))
    found = resolved({"police": two}, duplicates=frozenset({"police"}))
    assert set(grades(found, "police")) == {MatchGrade.PROBABLE}


def test_a_declared_duplicate_under_hers_and_another_upn_is_for_a_person_to_decide() -> None:
    two = (amara(AMARA_NHS, AMARA_UPN), amara(AMARA_NHS, TWIN_UPN, record_id="2"))
    found = resolve(KNOWN_BY_NUMBER, {"care": two}, duplicates=frozenset({"care"}))
    assert grades(found, "care") == [MatchGrade.PROBABLE, MatchGrade.PROBABLE]


def test_one_agencys_records_under_two_of_her_numbers_are_hers_only_if_it_may_hold_her_twice() -> (
    None
):
    two = (amara(AMARA_NHS), amara(AMARA_UPN, record_id="2"))
    world = {"care": two, "gp": (amara(AMARA_NHS, AMARA_UPN),)}
    assert not resolve(KNOWN_BY_NUMBER, world).certain("care")
    declared = resolve(KNOWN_BY_NUMBER, world, duplicates=frozenset({"care"}))
    assert len(declared.certain("care")) == 2


def test_a_record_that_an_agency_sends_twice_is_hers_both_times() -> None:
    twice = (UNNUMBERED, replace(UNNUMBERED, restricted=None))
    assert len(resolved({"police": twice}).certain("police")) == 2


def test_who_is_nearly_as_like_her_at_the_same_agency_is_a_rival_though_not_certain() -> None:
    nearly = replace(amara(record_id="2"), sex=None)
    assert grades(resolved({"police": (UNNUMBERED, nearly)}), "police") == [
        MatchGrade.PROBABLE,
        MatchGrade.PROBABLE,
    ]


def test_an_agency_that_has_her_by_number_has_her_by_no_further_record() -> None:
    known = replace(KNOWN_BY_NUMBER, sex=Sex.FEMALE)
    found = resolve(known, {"gp": (AMARA, amara(record_id="2"))}, populations=DISTRICT)
    assert grades(found, "gp") == [MatchGrade.CERTAIN, MatchGrade.PROBABLE]


def test_two_agencies_with_different_numbers_for_her_join_neither() -> None:
    found = resolved({"gp": (amara(AMARA_NHS),), "care": (amara(TWIN_NHS),)})
    assert not found.certain("gp")
    assert not found.certain("care")


def test_once_a_namesake_born_on_her_day_is_seen_no_record_without_a_number_is_certain() -> None:
    numbered = replace(KNOWN, identifiers=frozenset({AMARA_NHS}))
    unnumbered = {"police": (UNNUMBERED,), "school": (AMARA,)}
    namesake = {**unnumbered, "gp": (amara(TWIN_NHS),)}
    assert resolve(numbered, unnumbered, populations=DISTRICT).certain("police")
    found = resolve(numbered, namesake, populations=DISTRICT)
    assert grades(found, "police") == [MatchGrade.PROBABLE]
    assert found.by_source["gp"] == ()


def test_a_namesake_under_another_number_tells_of_two_children_though_hers_is_nowhere() -> None:
    here = (Address(postcode="XX1 2YY"),)
    asked = replace(KNOWN, identifiers=frozenset({AMARA_NHS}), postcodes=frozenset({"XX1 2YY"}))
    world = {"police": (replace(UNNUMBERED, addresses=here),)}
    assert resolve(asked, world, populations=DISTRICT).certain("police")
    further = {**world, "gp": (amara(TWIN_NHS),)}
    assert not resolve(asked, further, populations=DISTRICT).certain("police")


HERE = "XX1 2YY"
AT_HOME = replace(KNOWN, postcodes=frozenset({HERE}))


def living(record: Record, postcode: str) -> Record:
    return replace(record, addresses=(Address(postcode=postcode),))


def test_a_namesake_who_lives_elsewhere_is_told_apart_by_the_very_home() -> None:
    two = (living(amara(AMARA_NHS), HERE), living(amara(TWIN_NHS, record_id="2"), "ZE7 7ZZ"))
    found = resolve(AT_HOME, {"gp": two})
    assert grades(found, "gp") == [MatchGrade.CERTAIN, MatchGrade.PROBABLE]


def test_beside_them_a_record_without_a_home_may_be_either_childs() -> None:
    two = (living(amara(AMARA_NHS), HERE), living(amara(TWIN_NHS, record_id="2"), "ZE7 7ZZ"))
    world = {"gp": two, "police": (UNNUMBERED,)}
    told = replace(AT_HOME, stated_names=AMARA.names)
    (police,) = resolve(told, world, populations={"police": 60_000}).by_source["police"]
    assert (police.grade.grade, police.grade.reason) == (MatchGrade.PROBABLE, "NAMESAKE")


@pytest.mark.parametrize("elsewhere", [(), (HERE,), ("XX1 2YZ",), ("XX1 9ZZ",)])
def test_a_namesake_near_or_of_whom_no_home_is_known_is_not_told_apart(
    elsewhere: tuple[str, ...],
) -> None:
    homes = tuple(Address(postcode=postcode) for postcode in elsewhere)
    namesake = replace(amara(TWIN_NHS, record_id="2"), addresses=homes)
    found = resolve(AT_HOME, {"gp": (living(amara(AMARA_NHS), HERE), namesake)})
    assert not found.certain("gp")


def test_while_no_agency_knows_the_number_given_the_sex_alone_is_too_little() -> None:
    numbered = replace(KNOWN, identifiers=frozenset({AMARA_NHS}))
    found = resolve(numbered, {"police": (UNNUMBERED,)}, populations=DISTRICT)
    assert grades(found, "police") == [MatchGrade.PROBABLE]


def test_a_namesake_born_a_slip_away_leaves_the_sex_alone_too_little() -> None:
    near = born(amara(), "2015-09-03")
    world = {"police": (UNNUMBERED,), "gp": (near,)}
    assert not resolved(world).certain("police")
    here = (Address(postcode="XX1 2YY"),)
    known = replace(KNOWN, postcodes=frozenset({"XX1 2YY"}))
    lives = {**world, "police": (replace(UNNUMBERED, addresses=here),)}
    assert resolve(known, lives, populations=DISTRICT).certain("police")


def test_a_home_one_letter_away_is_the_next_street_and_ties_no_file() -> None:
    next_street = replace(UNNUMBERED, addresses=(Address(postcode="XX1 2YZ"),))
    world = {"police": (next_street,)}
    (found,) = resolve(AT_HOME, world, populations=DISTRICT).by_source["police"]
    assert (found.grade.grade, found.grade.reason) == (MatchGrade.PROBABLE, "NO_TIE")
    told = replace(AT_HOME, stated_names=AMARA.names)
    assert resolve(told, world, populations=DISTRICT).certain("police")


def test_a_number_may_still_give_away_a_namesake_of_the_next_street() -> None:
    numbered = replace(amara(AMARA_UPN), addresses=(Address(postcode="XX1 2YZ"),))
    assert resolve(AT_HOME, {"school": (numbered,)}, populations=DISTRICT).certain("school")


def test_her_number_on_a_brothers_file_keeps_hers_apart_only_until_more_of_hers_bear_it() -> None:
    brother = named(born(amara(AMARA_NHS), "2012-01-30"), "Chidi")
    one = {"gp": (amara(AMARA_NHS),), "care": (brother,)}
    assert not resolved(one).certain("gp")
    found = resolved({**one, "hospital": (amara(AMARA_NHS),)})
    assert found.certain("gp")
    assert found.certain("hospital")
    assert not found.certain("care")


def test_a_record_like_hers_under_her_twins_number_waits_for_a_person() -> None:
    here = (Address(postcode="XX1 2YY"),)
    known = replace(KNOWN, stated_names=AMARA.names, postcodes=frozenset({"XX1 2YY"}))
    hers = replace(amara(TWIN_UPN), addresses=here)
    twins = [named(replace(hers, identifiers=each), "Chidi") for each in ((), (TWIN_UPN,))]
    unnumbered, numbered = (
        resolve(known, {"school": (hers,), "care": (twin,)}, populations=DISTRICT) for twin in twins
    )
    assert grades(unnumbered, "school") == [MatchGrade.CERTAIN]
    assert grades(numbered, "school") == [MatchGrade.PROBABLE]


def test_a_number_learned_by_demographics_leads_on() -> None:
    short = replace(amara(AMARA_UPN), names=(Name(("Amara",), "Adeyemi"),))
    found = resolved({"care": (amara(AMARA_NHS, AMARA_UPN),), "school": (short,)})
    assert found.certain("school") == (short,)
    assert not found.by_source["school"][0].settled


def test_a_former_name_learned_from_one_agency_finds_her_at_another() -> None:
    both = replace(AMARA, names=(*AMARA.names, Name(("Amara",), "Adeyemi", NameUse.FORMER)))
    before = named(amara(), "Amara", family="Adeyemi")
    assert resolved({"police": (before,)}).by_source["police"] == ()
    assert resolved({"police": (before,), "gp": (both,)}).certain("police") == (before,)


def test_a_given_name_is_never_learned() -> None:
    mixed_up = replace(AMARA, names=(*AMARA.names, Name(("Chidi",), "O'Brien", NameUse.ALIAS)))
    twin = named(amara(), "Chidi")
    found = resolved({"gp": (mixed_up,), "police": (twin,)})
    assert grades(found, "police") == [MatchGrade.POSSIBLE]


def test_a_home_learned_from_one_agency_supports_her_at_another_once_cleared() -> None:
    here = (Address(postcode="XX1 2YY"),)
    first, second = replace(AMARA, addresses=here), replace(amara(), sex=None, addresses=here)
    known = replace(KNOWN_BY_NUMBER, postcodes=frozenset())
    world = {"gp": (first,), "police": (second,)}
    assert resolve(known, world, populations=DISTRICT).certain("police") == (second,)
    uncleared = replace(known, postcodes=None)
    assert not resolve(uncleared, world, populations=DISTRICT).certain("police")


def test_a_second_name_in_common_does_not_lift_a_first_name_one_letter_off() -> None:
    known = replace(KNOWN, stated_names=AMARA.names, postcodes=frozenset({"XX1 2YY"}))
    misspelt = named(amara(), "Amarra", "Rose")
    here = replace(misspelt, addresses=(Address(postcode="XX1 2YY"),))
    assert grades(resolve(known, {"police": (here,)}, populations=DISTRICT), "police") == [
        MatchGrade.PROBABLE
    ]


def test_a_score_a_hair_over_the_bar_is_too_little_once_a_twin_has_turned_up() -> None:
    here = (Address(postcode="XX1 2YY"),)
    known = replace(KNOWN, postcodes=frozenset({"XX1 2YY"}))
    hers = named(replace(UNNUMBERED, addresses=here), "Amara")
    twin = named(amara(TWIN_NHS), "Adaeze")
    brother = replace(named(amara(TWIN_NHS), "Chidi"), sex=Sex.MALE)
    for beside, expected in ((twin, MatchGrade.PROBABLE), (brother, MatchGrade.CERTAIN)):
        found = resolve(known, {"police": (hers,), "gp": (beside,)}, populations=DISTRICT)
        assert grades(found, "police") == [expected]
    in_full = replace(known, stated_names=AMARA.names)
    told = resolve(in_full, {"police": (UNNUMBERED,), "gp": (twin,)}, populations=DISTRICT)
    assert grades(told, "police") == [MatchGrade.CERTAIN]


def test_only_an_identifier_of_the_question_settles() -> None:
    found = resolve(KNOWN_BY_NUMBER, {"gp": (AMARA,)}).by_source["gp"]
    by_name = resolved({"gp": (AMARA,)}).by_source["gp"]
    assert [g.settled for g in (*found, *by_name)] == [True, False]


def test_a_twin_a_letter_apart_is_not_certain_even_for_a_caller_who_swaps_the_names() -> None:
    swapped = Reference(
        stated_names=(Name(("Mistry",), "Adriana"),), stated_birth_date=BORN, sex=Sex.FEMALE
    )
    twin = named(UNNUMBERED, "Adrianna", family="Mistry")
    assert not resolve(swapped, {"gp": (twin,)}, populations={"gp": 900}).certain("gp")
    herself = named(UNNUMBERED, "Adriana", family="Mistry")
    assert resolve(swapped, {"gp": (herself,)}, populations={"gp": 900}).certain("gp")


def test_of_twins_a_letter_apart_under_one_number_at_one_agency_neither_is_certain() -> None:
    first = named(amara(AMARA_NHS, record_id="1"), "Alexis")
    second = named(amara(AMARA_NHS, record_id="2"), "Aleexis")
    known = replace(KNOWN_BY_NUMBER, names=first.names)
    assert resolve(known, {"gp": (first,)}).certain("gp")
    assert not resolve(known, {"gp": (first, second)}).certain("gp")


def test_a_letter_apart_and_another_second_name_is_another_name() -> None:
    known = replace(KNOWN, stated_names=(Name(("Alexis", "Rose"), "O'Brien"),))
    twin = named(UNNUMBERED, "Aleexis", "Jane")
    assert grades(resolve(known, {"gp": (twin,)}, populations=DISTRICT), "gp") == [
        MatchGrade.POSSIBLE
    ]
