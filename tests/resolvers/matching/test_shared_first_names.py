"""Brothers and sisters who share a first name are told apart by the name after it."""

from dataclasses import replace

import pytest

from adapters.contract.codes import Sex
from adapters.contract.record import Address, Name, Record
from resolvers.comparison.names import call_otherwise
from resolvers.matching.grade import MatchGrade
from resolvers.matching.identify import grade, resolve
from resolvers.matching.reasons.codes import ReasonCode
from resolvers.matching.reference import Reference
from tests.support.resolvers.people import AMARA, AMARA_NHS, BORN, TWIN_NHS

HOME = "XX1 2YY"
DISTRICT = {"register": 12_000_000, "school": 60_000}
TOLD = Reference(
    stated_names=(Name(("Joao", "Lope"), "Cepeda"),),
    stated_birth_date=BORN,
    sex=Sex.FEMALE,
    postcodes=frozenset({HOME}),
)


def called(*given: str, family: str = "Cepeda", **more: object) -> Record:
    home = (Address(postcode=HOME),)
    names = (Name(given, family),)
    return replace(AMARA, names=names, addresses=home, **more)  # type: ignore[arg-type]


HERS = called("Joao", "Lope", identifiers=(AMARA_NHS,))
TWINS = called("Joao", "Bernardo", identifiers=(TWIN_NHS,), record_id="b-1")
FIRST_NAME_ALONE = called("Joao", identifiers=(), record_id="c-1")


def test_a_file_with_the_first_name_alone_waits_where_a_twin_of_that_name_is_known() -> None:
    alone = resolve(TOLD, {"school": (FIRST_NAME_ALONE,)}, populations=DISTRICT)
    assert alone.by_source["school"][0].grade.grade is MatchGrade.CERTAIN
    known = {"register": (HERS, TWINS), "school": (FIRST_NAME_ALONE,)}
    (found,) = resolve(TOLD, known, populations=DISTRICT).by_source["school"]
    assert found.grade.grade is MatchGrade.PROBABLE
    assert found.grade.reason is ReasonCode.TWIN_KNOWN


def test_the_childs_own_file_with_both_names_stays_certain_beside_the_twins() -> None:
    found = resolve(TOLD, {"register": (HERS, TWINS)}, populations=DISTRICT).by_source["register"]
    assert [each.grade.grade for each in found if each.record is HERS] == [MatchGrade.CERTAIN]
    assert MatchGrade.CERTAIN not in [e.grade.grade for e in found if e.record is TWINS]


def test_a_sister_born_on_another_day_stops_nobody() -> None:
    sister = replace(TWINS, birth_date=replace(BORN, year=2012))
    known = {"register": (HERS, sister), "school": (FIRST_NAME_ALONE,)}
    (found,) = resolve(TOLD, known, populations=DISTRICT).by_source["school"]
    assert found.grade.grade is MatchGrade.CERTAIN


@pytest.mark.parametrize(
    ("told", "held"),
    [(("Umme", "Fatima"), ("Umme", "Kiran")), (("Tsz", "Ka"), ("Tsz", "Kit"))],
)
def test_a_shared_name_in_the_second_place_is_what_somebody_is_called_by(
    told: tuple[str, ...], held: tuple[str, ...]
) -> None:
    known = replace(TOLD, stated_names=(Name(told, "Cepeda"),))
    assert grade(known, called(*held), 60_000).grade is not MatchGrade.CERTAIN
    assert grade(known, called(*told), 60_000).grade is MatchGrade.CERTAIN


def test_names_in_each_others_place_do_not_hide_another_name_after_the_first() -> None:
    turned = replace(TOLD, stated_names=(Name(("Kwok", "Wing"), "Siu"),))
    twins = called("Siu", "Ming", family="Kwok", identifiers=())
    hers = called("Siu", "Wing", family="Kwok", identifiers=())
    assert grade(turned, twins, 60_000).grade is not MatchGrade.CERTAIN
    assert grade(turned, hers, 60_000).grade is MatchGrade.CERTAIN


def test_a_title_is_no_name_that_somebody_is_called_by() -> None:
    assert not call_otherwise(frozenset({"simran kaur"}), frozenset({"simran jit"}))
    assert call_otherwise(frozenset({"joao lope"}), frozenset({"joao bernardo"}))
    assert not call_otherwise(frozenset({"joao"}), frozenset({"joao bernardo"}))


def test_two_called_otherwise_after_a_first_name_told_alone_are_two_children() -> None:
    told = replace(TOLD, stated_names=(Name(("Joao",), "Cepeda"),))
    hers, twins = (replace(each, identifiers=()) for each in (HERS, TWINS))
    apart = resolve(told, {"school": (hers,), "housing": (twins,)}, populations=DISTRICT)
    assert not any(map(apart.certain, ("school", "housing")))
    assert resolve(told, {"school": (hers,)}, populations=DISTRICT).certain("school")
