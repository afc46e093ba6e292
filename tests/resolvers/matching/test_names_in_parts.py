"""One child whose names stand in parts, or in another order, on different files is one child."""

from dataclasses import replace

import pytest

from adapters.contract.codes import Sex
from adapters.contract.record import Address, Name, Record
from resolvers.comparison.agreement import Agreement
from resolvers.comparison.names import call_otherwise, compare_givens, share_further
from resolvers.comparison.naming import halves
from resolvers.matching.grade import MatchGrade
from resolvers.matching.identify import grade, resolve
from resolvers.matching.reasons.codes import ReasonCode
from resolvers.matching.reference import Reference
from tests.support.resolvers.people import AMARA, AMARA_NHS, BORN, TWIN_NHS

HOME = "XX1 2YY"
ALL = 12_000_000
TOLD = Reference(
    identifiers=frozenset({AMARA_NHS}),
    stated_names=(Name(("Linda", "Adjoa"), "Zubairu"),),
    stated_birth_date=BORN,
    sex=Sex.FEMALE,
    postcodes=frozenset(),
)


def file(*given: str, **more: object) -> Record:
    names = (Name(given, "Zubairu"),)
    changed = {"names": names, "identifiers": (AMARA_NHS,), "sex": None, **more}
    return replace(AMARA, **changed)  # type: ignore[arg-type]


def grades(told: Reference, **files: Record) -> list[MatchGrade]:
    found = resolve(told, {source: (record,) for source, record in files.items()})
    return [found.by_source[source][0].grade.grade for source in files]


@pytest.mark.parametrize("other", [("Linda",), ("L", "Adjoa"), ("Lindda",), ("Lin",)])
@pytest.mark.parametrize("second", [("Adjoa",), ("Adjoa", "Linda")])
def test_files_that_each_have_a_part_of_the_told_name_do_not_disagree(
    other: tuple[str, ...], second: tuple[str, ...]
) -> None:
    known = {"gp": file(*other), "school": file(*second), "care": file("Linda", "Adjoa")}
    assert {*grades(TOLD, **known)} == {MatchGrade.CERTAIN}


def test_where_one_name_alone_was_told_they_do() -> None:
    told = replace(TOLD, stated_names=(Name((), "Zubairu"),))
    assert MatchGrade.CERTAIN not in grades(told, gp=file("Linda"), school=file("Adjoa"))


def test_a_name_that_was_not_told_still_disagrees() -> None:
    found = resolve(TOLD, {"gp": (file("Linda"),), "school": (file("Kofi"),)})
    assert not found.certain("school")


def test_a_boys_file_and_a_girls_disagree_whatever_was_told() -> None:
    girl, boy = file("Linda", sex=Sex.FEMALE), file("Adjoa", sex=Sex.MALE)
    found = resolve(replace(TOLD, sex=None), {"gp": (girl,), "school": (boy,)})
    (his,) = found.by_source["school"]
    assert his.grade.reason is ReasonCode.RECORDS_DISAGREE


def test_two_names_in_each_others_place_are_not_another_child() -> None:
    one, other = frozenset({"samuel temitope"}), frozenset({"temitope samuel"})
    assert not call_otherwise(one, other)
    assert share_further(one, other)


def test_one_name_in_common_is_no_further_one() -> None:
    assert not share_further(frozenset({"samuel temitope"}), frozenset({"samuel kofi"}))
    assert not share_further(frozenset({"fatima shabana"}), frozenset({"fatima shabana"}))


@pytest.mark.parametrize(
    ("held", "known", "verdict"),
    [
        ("Eric Tsz Fung", "Tsz Fung", Agreement.SAME),
        ("Tsz-Fung", "Karen Tsz Fung", Agreement.SAME),
        ("Eric Tsz Fung", "Eric Tsz Ming", Agreement.DIFFERENT),
        ("Ka Tsz Fung", "Tsz Fung", Agreement.VAGUE),
        ("Rose Ada Mary", "Ada Mary", Agreement.VAGUE),
        ("Bibi Nadia", "Nadia Bibi", Agreement.SAME),
    ],
)
def test_an_english_name_before_two_syllables_changes_nobody(
    held: str, known: str, verdict: Agreement
) -> None:
    folded = (name.lower().replace("-", " ") for name in (held, known))
    one, other = (frozenset({name}) for name in folded)
    assert compare_givens(one, other) is compare_givens(other, one)
    assert compare_givens(one, other) is verdict or verdict is Agreement.DIFFERENT


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Tsz-Fung", ("Tsz", "Fung")),
        ("Meihin", ("Mei", "Hin")),
        ("Anne-Marie", ("Anne", "Marie")),
        ("Oliver", ()),
        ("", ()),
    ],
)
def test_one_word_may_be_made_of_two_names(one: str, two: tuple[str, ...]) -> None:
    assert halves(one) == two


def shared(*given: str, **more: object) -> Record:
    home = (Address(postcode="XX9 9ZZ"),)
    return file(*given, addresses=home, sex=Sex.FEMALE, **more)


def test_a_shared_first_name_that_agrees_too_tells_a_little() -> None:
    told = replace(
        TOLD,
        identifiers=frozenset(),
        postcodes=None,
        stated_names=(Name(("Fatima", "Shabana"), "Zubairu"),),
    )
    both = grade(told, shared("Fatima", "Shabana"), ALL)
    assert both.grade is MatchGrade.CERTAIN
    common = replace(told, stated_names=(Name(("Shabana",), "Zubairu"),))
    assert grade(common, shared("Shabana"), ALL).reason is ReasonCode.COMMON_NAME


def test_beside_a_sister_of_the_same_first_name_the_whole_name_is_enough() -> None:
    told = replace(
        TOLD,
        identifiers=frozenset(),
        postcodes=frozenset({HOME}),
        stated_names=(Name(("Fatima", "Amina"), "Zubairu"),),
    )
    hers = file("Fatima", "Amina", addresses=(Address(postcode=HOME),), sex=Sex.FEMALE)
    other = shared("Fatima", "Hania", record_id="b-2")
    other = replace(other, identifiers=(TWIN_NHS,))
    alone = file("Fatima", addresses=(Address(postcode=HOME),), identifiers=(), record_id="c-2")
    found = resolve(
        told, {"register": (hers, other), "care": (alone,)}, populations={"register": ALL}
    )
    assert found.certain("register") == (hers,)
    assert not found.certain("care")


@pytest.mark.parametrize("searched_by_name", [True, False])
def test_half_of_a_name_is_enough_only_where_a_register_would_have_brought_a_twin(
    *, searched_by_name: bool
) -> None:
    told = replace(
        TOLD,
        identifiers=frozenset(),
        postcodes=frozenset({HOME}),
        stated_names=(Name(("Fatima", "Shabana"), "Zubairu"),),
    )
    here = {"addresses": (Address(postcode=HOME),), "sex": Sex.FEMALE}
    whole, unnumbered = (
        file("Fatima", "Shabana", **here, identifiers=n) for n in ((AMARA_NHS,), ())
    )
    found = resolve(
        told,
        {
            "pds": (whole,),
            "school": (unnumbered,),
            "housing": (file("Fatima", **here, identifiers=()),),
        },
        populations={"pds": ALL, "school": 60_000, "housing": 60_000},
        by_number=() if searched_by_name else ("pds",),
    )
    assert bool(found.certain("housing")) is searched_by_name
    assert found.certain("school")
