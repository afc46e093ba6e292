"""What an auditor types to search the log is read as it shows, or told: never left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.auditors.filters import FIELDS, LogFilter

NUMBER = {"child": {"nhsNumber": "9434765919"}}


def typed(**texts: str) -> LogFilter:
    return LogFilter({**dict.fromkeys(FIELDS, ""), **texts})


def told(**texts: str) -> list[str | None]:
    return [each.field for each in typed(**texts).mistakes]


def digits_from(zero: int) -> str:
    """A child's NHS number in the digits that begin at a code point."""
    return "".join(chr(zero + int(digit)) for digit in "9434765919")


@pytest.mark.parametrize(
    "child",
    [
        *("943 476 5919", "943-476-5919", "943.476.5919", "943\u00a0476\u200b5919"),
        *(digits_from(0xFF10), digits_from(0x660), digits_from(0x9E6)),
    ],
)
def test_an_nhs_number_is_read_in_whatever_digits_it_was_typed(child: str) -> None:
    assert typed(child=child).variables == {"filter": NUMBER}


def test_a_wide_letter_of_a_upn_makes_it_no_nhs_number() -> None:
    found = typed(child="\uff21123456789012").variables
    assert found == {"filter": {"child": {"upn": "A123456789012"}}}


@pytest.mark.parametrize("child", ["-", "\u2014", " . ", "\u202e", "?"])
def test_a_search_for_a_child_never_becomes_one_for_every_child(child: str) -> None:
    assert told(child=child) == ["child"]


@given(st.text(min_size=1))
def test_whatever_was_typed_for_a_child_is_searched_for_or_told(child: str) -> None:
    search = typed(child=child)
    assert search.mistakes or "child" in search.variables["filter"]


@pytest.mark.parametrize("day", ["29/11/26", "1 2 3", "11/29/2026", "29 11 20266"])
def test_a_year_of_two_digits_is_told_and_not_taken_for_one_of_antiquity(day: str) -> None:
    assert told(**{"from": day}) == ["from"]
    assert told(to=day) == ["to"]


def test_days_the_wrong_way_round_are_told_and_one_day_is_a_day() -> None:
    assert told(**{"from": "30 11 2026", "to": "29 11 2026"}) == ["to"]
    assert told(**{"from": "29 11 2026", "to": "29 11 2026"}) == []


def test_the_days_on_which_the_clock_changes_are_23_and_25_hours_long() -> None:
    spring = typed(**{"from": "29 3 2026", "to": "29 3 2026"}).variables["filter"]
    autumn = typed(**{"from": "25 10 2026", "to": "25 10 2026"}).variables["filter"]
    assert spring == {"from": "2026-03-29T00:00:00Z", "to": "2026-03-29T23:00:00Z"}
    assert autumn == {"from": "2026-10-24T23:00:00Z", "to": "2026-10-26T00:00:00Z"}
