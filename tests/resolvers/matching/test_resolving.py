"""Certain records teach further numbers, and no order or stranger changes who is certain."""

from dataclasses import replace

from adapters.contract.record import Name
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
    STRANGER,
    TWIN_NHS,
    TWIN_UPN,
    amara,
    born,
    named,
)


def grades(resolution: Resolution, source: str) -> list[MatchGrade]:
    return [g.grade.grade for g in resolution.by_source[source]]


def test_a_school_that_holds_only_the_upn_joins_by_way_of_social_care() -> None:
    found = resolve(
        KNOWN_BY_NUMBER, {"school": (amara(AMARA_UPN),), "care": (amara(AMARA_NHS, AMARA_UPN),)}
    )
    assert found.certain("school") == (amara(AMARA_UPN),)
    assert found.disputed == frozenset()


def test_a_namesake_with_another_upn_never_joins_once_the_upn_is_learned() -> None:
    records = {"care": (amara(AMARA_NHS, AMARA_UPN),), "school": (amara(TWIN_UPN),)}
    found = resolve(KNOWN_BY_NUMBER, records)
    assert found.certain("care")
    assert not found.certain("school")
    assert found.disputed == {"upn"}


def test_two_records_that_teach_different_upns_teach_none() -> None:
    records = {
        "care": (amara(AMARA_NHS, AMARA_UPN),),
        "health": (amara(AMARA_NHS, TWIN_UPN),),
        "school": (amara(AMARA_UPN),),
    }
    found = resolve(KNOWN_BY_NUMBER, records)
    assert found.disputed == {"upn"}
    assert found.certain("care")
    assert found.certain("health")
    assert grades(found, "school") == [MatchGrade.PROBABLE]


def test_one_agencys_duplicate_records_of_her_both_join() -> None:
    twice = (amara(AMARA_NHS, record_id="1"), named(amara(AMARA_NHS, record_id="2"), "Amara"))
    assert len(resolve(KNOWN_BY_NUMBER, {"care": twice}).certain("care")) == 2


def test_two_records_of_one_agency_with_other_birth_dates_are_both_only_probable() -> None:
    one = amara(AMARA_NHS, record_id="1")
    other = born(amara(AMARA_NHS, record_id="2"), "2015-03-19")
    third = born(amara(AMARA_NHS, record_id="3"), "2015-04-09")
    found = resolve(KNOWN_BY_NUMBER, {"care": (one, other, third)})
    assert grades(found, "care") == [MatchGrade.CERTAIN, MatchGrade.PROBABLE, MatchGrade.PROBABLE]


def test_a_doubtful_pair_teaches_nothing() -> None:
    pair = (
        amara(AMARA_NHS, AMARA_UPN, record_id="1"),
        named(amara(AMARA_NHS, AMARA_UPN, record_id="2"), "A"),
        born(amara(AMARA_NHS, TWIN_UPN, record_id="3"), "2015-03-08"),
    )
    found = resolve(KNOWN_BY_NUMBER, {"care": pair, "school": (amara(AMARA_UPN),)})
    assert set(grades(found, "care")) == {MatchGrade.PROBABLE}
    assert grades(found, "school") == [MatchGrade.PROBABLE]


def test_the_same_record_told_twice_is_one_record() -> None:
    both = (AMARA, replace(AMARA, restricted=None))
    assert len(resolve(KNOWN_BY_NUMBER, {"care": both}).certain("care")) == 2


def test_an_agency_that_confuses_the_twins_does_not_join_them() -> None:
    twin_under_her_number = named(amara(AMARA_NHS, TWIN_UPN), "Chidi")
    records = {"police": (twin_under_her_number,), "school": (named(amara(TWIN_UPN), "Chidi"),)}
    found = resolve(KNOWN_BY_NUMBER, records)
    assert grades(found, "police") == [MatchGrade.POSSIBLE]
    assert grades(found, "school") == [MatchGrade.POSSIBLE]


def test_a_source_with_nobody_like_her_still_stands_with_nothing() -> None:
    found = resolve(KNOWN_BY_NUMBER, {"police": (STRANGER, amara(TWIN_NHS)), "housing": ()})
    assert found.by_source == {"police": (), "housing": ()}


def test_a_restricted_record_ruled_out_by_what_others_teach_shields_still() -> None:
    duplicate = replace(amara(TWIN_UPN), restricted=True)
    alone = {"care": (duplicate,)}
    joined = {**alone, "school": (amara(AMARA_NHS, AMARA_UPN),)}
    assert len(resolve(KNOWN_BY_NUMBER, alone).by_source["care"]) == 1
    assert not resolve(KNOWN_BY_NUMBER, joined).certain("care")
    assert resolve(KNOWN_BY_NUMBER, joined).restricted


def test_a_restricted_record_reached_by_a_disputed_number_shields_still() -> None:
    linked = replace(named(born(amara(AMARA_UPN), "2012-11-27"), "Chidi"), restricted=True)
    care, health = amara(AMARA_NHS, AMARA_UPN), amara(AMARA_NHS, TWIN_UPN)
    found = resolve(KNOWN_BY_NUMBER, {"care": (care,), "health": (health,), "school": (linked,)})
    assert found.disputed == {"upn"}
    assert found.by_source["school"] == ()
    assert found.restricted


def test_a_shield_is_reached_by_way_of_a_number_on_her_misspelt_record_without_a_date() -> None:
    linked = replace(named(born(amara(AMARA_UPN), "2012-11-27"), "Chidi"), restricted=True)
    misspelt = named(amara(AMARA_NHS, AMARA_UPN), "Amara", family="O'Brein")
    care, health = replace(misspelt, birth_date=None), amara(AMARA_NHS, TWIN_UPN)
    found = resolve(KNOWN_BY_NUMBER, {"care": (care,), "health": (health,), "school": (linked,)})
    assert found.certain("care")
    assert found.disputed == {"upn"}
    assert found.restricted


def test_two_numbers_that_were_asked_for_together_are_no_dispute() -> None:
    merged = replace(KNOWN_BY_NUMBER, identifiers=frozenset({AMARA_NHS, TWIN_NHS}))
    found = resolve(merged, {"care": (amara(AMARA_NHS),), "gp": (amara(TWIN_NHS),)})
    assert found.certain("care")
    assert found.certain("gp")
    assert found.disputed == frozenset()


def test_a_family_name_beside_no_given_name_is_not_learned() -> None:
    nameless = (Name(("Baby",), "O'Brien"), Name(("Baby",), "Adeyemi"))
    adopted = named(amara(), "Amara", family="Adeyemi")
    world = {"gp": (replace(AMARA, names=nameless),), "police": (adopted,)}
    found = resolve(KNOWN_BY_NUMBER, world)
    assert found.certain("gp")
    assert found.by_source["police"] == ()


def test_a_record_without_a_given_name_waits_where_her_twins_file_bears_the_number_too() -> None:
    nameless = named(amara(AMARA_NHS))
    twin = named(amara(AMARA_NHS), "Chidi")
    alone = resolve(KNOWN_BY_NUMBER, {"gp": (nameless,)})
    assert grades(alone, "gp") == [MatchGrade.CERTAIN]
    assert not alone.by_source["gp"][0].settled
    found = resolve(KNOWN_BY_NUMBER, {"gp": (nameless,), "pds": (twin,), "care": (AMARA,)})
    assert grades(found, "gp") == [MatchGrade.PROBABLE]
    assert grades(found, "pds") == [MatchGrade.POSSIBLE]
    assert grades(found, "care") == [MatchGrade.CERTAIN]


def test_a_shield_under_a_former_name_is_reached_though_who_told_the_name_is_in_doubt() -> None:
    both = replace(amara(), names=(*AMARA.names, Name(("Amara",), "Adeyemi")))
    rival = replace(both, record_id="2", sex=None)
    before = replace(named(amara(record_id="3"), "Amara", family="Adeyemi"), restricted=True)
    found = resolve(KNOWN_BY_NAME, {"gp": (both, rival), "care": (before,)})
    assert not found.certain("gp")
    assert found.by_source["care"] == ()
    assert found.restricted


def test_another_childs_shield_is_not_hers() -> None:
    restricted = (replace(STRANGER, restricted=True), replace(amara(TWIN_NHS), restricted=True))
    assert not resolve(KNOWN_BY_NUMBER, {"care": restricted}).restricted


def test_one_number_on_a_child_and_on_her_brother_joins_neither_where_nobody_says_a_name() -> None:
    asked = Reference(
        identifiers=frozenset({AMARA_NHS}),
        birth_dates=frozenset({BORN}),
        stated_birth_date=BORN,
    )
    sister, brother = amara(AMARA_NHS), named(amara(AMARA_NHS), "Chidi")
    found = resolve(asked, {"care": (sister,), "hospital": (brother,)})
    assert grades(found, "care") == grades(found, "hospital") == [MatchGrade.PROBABLE]
    assert found.disputed == frozenset()
