"""A source may say dozens of names; none of its records joins, and nobody waits for it."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import Final

import pytest

from adapters.contract.record import Identifier, Name, Record
from resolvers.comparison import names as compared
from resolvers.comparison.given_names import compare_given_names
from resolvers.matching.by_kind import crowd
from resolvers.matching.details import ReadOnce
from resolvers.matching.grade import MatchGrade, Resolution
from resolvers.matching.identify import resolve
from resolvers.matching.reasons.codes import ReasonCode
from resolvers.matching.reference import Reference
from tests.support.resolvers.people import AMARA, BORN, KNOWN_BY_NAME, KNOWN_BY_NUMBER

BOTH: Final = pytest.mark.parametrize("reference", [KNOWN_BY_NUMBER, KNOWN_BY_NAME])


def named_otherwise(place: int, names: int) -> Record:
    """A file of the child under her number, with names that no other file has."""
    said = (Name(("Amara", f"Further{place}x{each}"), "O'Brien") for each in range(names))
    return replace(AMARA, record_id=str(place), names=tuple(said))


def files(number: int, names: int) -> tuple[Record, ...]:
    return tuple(named_otherwise(place, names) for place in range(number))


def spread(sources: int, names: int) -> dict[str, tuple[Record, ...]]:
    """The same number of names at each of so many sources, and none at two of them."""
    return {f"gp-{place}": (named_otherwise(place, names),) for place in range(sources)}


def texts(number: int, words: int) -> tuple[Record, ...]:
    """Files with one given name each, which is a text of so many words."""
    told = (tuple(f"w{place}x{each}" for each in range(words)) for place in range(number))
    return tuple(
        replace(AMARA, record_id=str(place), names=(Name(("Amara", *text), "O'Brien"),))
        for place, text in enumerate(told)
    )


def grades(found: Resolution, source: str) -> set[MatchGrade]:
    return {each.grade.grade for each in found.by_source[source]}


def comparisons(
    reference: Reference, records: Mapping[str, tuple[Record, ...]], patch: pytest.MonkeyPatch
) -> int:
    """How many given names are compared for one answer."""
    done, compare = count(), compare_given_names
    with patch.context() as counting:
        counting.setattr(
            compared, "compare_given_names", lambda *two: (next(done), compare(*two))[1]
        )
        resolve(reference, records)
    return next(done)


@BOTH
def test_a_file_with_fifty_names_costs_as_much_beside_a_hundred_as_beside_ten(
    reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = (
        comparisons(reference, {"gp": files(number, 50)}, monkeypatch) for number in (10, 100)
    )
    assert many <= 15 * few


def test_without_the_bound_the_work_grows_with_the_square(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "MOST_NAMES", 10_000)
    monkeypatch.setattr(crowd, "MOST_TOGETHER", 10_000)
    few, many = (comparisons(KNOWN_BY_NUMBER, {"gp": files(n, 5)}, monkeypatch) for n in (3, 30))
    assert many > 15 * few


def test_one_agency_that_spreads_its_names_over_many_sources_costs_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few, many = (comparisons(KNOWN_BY_NUMBER, spread(n, 19), monkeypatch) for n in (4, 16))
    assert many <= 4 * few


def test_a_name_of_fifty_words_counts_for_what_it_costs_to_compare() -> None:
    assert grades(resolve(KNOWN_BY_NUMBER, {"gp": texts(10, 49)}), "gp") == {MatchGrade.PROBABLE}


def test_a_name_of_five_words_is_a_name() -> None:
    assert grades(resolve(KNOWN_BY_NUMBER, {"gp": texts(1, 4)}), "gp") == {MatchGrade.CERTAIN}


def test_who_says_least_is_compared_beside_those_that_say_too_much_together() -> None:
    honest = named_otherwise(99, 1)
    found = resolve(KNOWN_BY_NUMBER, spread(16, 19) | {"school": (AMARA,), "social": (honest,)})
    assert grades(found, "school") == grades(found, "social") == {MatchGrade.CERTAIN}
    assert grades(found, "gp-0") == {MatchGrade.PROBABLE}


def test_a_hundred_agencies_that_spell_a_child_each_in_its_own_way_are_no_crowd() -> None:
    found = resolve(KNOWN_BY_NUMBER, spread(100, 1))
    assert {grade for source in found.by_source for grade in grades(found, source)} == {
        MatchGrade.CERTAIN
    }


def test_every_record_of_a_crowd_is_shown_and_none_is_certain() -> None:
    (gp,) = resolve(KNOWN_BY_NUMBER, {"gp": files(30, 2)}).by_source.values()
    assert {each.grade.grade for each in gp} == {MatchGrade.PROBABLE}
    assert {each.grade.reason for each in gp} == {ReasonCode.RECORDS_DISAGREE}


def test_one_file_with_fifty_names_is_a_crowd_by_itself() -> None:
    assert grades(resolve(KNOWN_BY_NUMBER, {"gp": files(1, 50)}), "gp") == {MatchGrade.PROBABLE}


def test_a_child_of_several_former_names_is_no_crowd() -> None:
    assert grades(resolve(KNOWN_BY_NUMBER, {"gp": files(1, 8)}), "gp") == {MatchGrade.CERTAIN}


def test_hundreds_of_files_that_say_the_same_are_no_crowd() -> None:
    same = tuple(replace(AMARA, record_id=str(place)) for place in range(200))
    assert grades(resolve(KNOWN_BY_NUMBER, {"gp": same}), "gp") == {MatchGrade.CERTAIN}


@BOTH
@pytest.mark.parametrize("by_kind", [True, False])
def test_other_agencies_rows_are_what_they_would_be_without_the_crowd(
    reference: Reference, *, by_kind: bool
) -> None:
    alone = resolve(reference, {"school": (AMARA,)}, read=ReadOnce(by_kind=by_kind))
    both = resolve(
        reference, {"school": (AMARA,), "gp": files(1, 50)}, read=ReadOnce(by_kind=by_kind)
    )
    assert both.by_source["school"] == alone.by_source["school"]


@BOTH
def test_children_of_one_surname_and_birthday_are_no_crowd(reference: Reference) -> None:
    others = tuple(
        replace(
            AMARA,
            record_id=str(place),
            identifiers=(Identifier("upn", f"A12345678901{place:03}1"),),
            names=(Name((f"Other{place}", f"Further{place}"), "O'Brien"),),
        )
        for place in range(60)
    )
    for source in ("register", "gp"):
        alone, beside = (
            resolve(reference, {source: (AMARA, *more)}, populations={source: 12_000_000})
            for more in ((), others)
        )
        assert beside.by_source[source][0].grade == alone.by_source[source][0].grade


def test_children_of_one_surname_without_numbers_are_no_crowd() -> None:
    others = tuple(
        Record(record_id=str(place), names=(Name((f"Other{place}",), "O'Brien"),), birth_date=BORN)
        for place in range(60)
    )
    found = resolve(KNOWN_BY_NUMBER, {"police": (AMARA, *others), "gp": (AMARA, *others)})
    assert MatchGrade.CERTAIN in grades(found, "police") & grades(found, "gp")


def test_a_crowd_that_restricts_the_child_is_heard() -> None:
    marked = tuple(replace(each, restricted=True) for each in files(30, 2))
    assert resolve(KNOWN_BY_NUMBER, {"gp": marked}).restricted == {"gp"}
