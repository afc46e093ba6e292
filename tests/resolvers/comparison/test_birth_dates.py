"""Only a whole day that somebody knew agrees; a year, a placeholder or a guess does not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.dates import PartialDate
from resolvers.comparison.agreement import Agreement
from resolvers.comparison.birth_dates import compare, compatible

DAYS = st.dates(date(1850, 1, 1)).map(PartialDate.of) | st.builds(
    PartialDate, st.integers(1890, 2110), st.integers(0, 12)
)


@pytest.mark.parametrize(
    ("held", "known", "verdict"),
    [
        ("2015-03-09", "2015-03-09", Agreement.SAME),
        ("2015", "2015-03-09", Agreement.VAGUE),
        ("2015-03", "2015-03-09", Agreement.VAGUE),
        ("2015-01-01", "2015-03-09", Agreement.VAGUE),
        ("2015-01-01", "2015-01-01", Agreement.VAGUE),
        ("1900-01-01", "2015-03-09", Agreement.NOT_COMPARABLE),
        ("2015-09-03", "2015-03-09", Agreement.SLIP),
        ("2015-03-08", "2015-03-09", Agreement.SLIP),
        # A summer's midnight that was kept in UTC is the day before.
        ("2015-05-31", "2015-06-01", Agreement.SLIP),
        ("2015-06-09", "2015-06-10", Agreement.SLIP),
        # A system without leap days.
        ("2016-03-01", "2016-02-29", Agreement.SLIP),
        ("2015-05-30", "2015-06-01", Agreement.DIFFERENT),
        ("2014-12-31", "2015-01-01", Agreement.NOT_COMPARABLE),
        # Where calendars of systems begin and end: no child's day.
        ("1899-12-30", "2015-03-09", Agreement.NOT_COMPARABLE),
        ("1899-12-30", "1899-12-30", Agreement.VAGUE),
        ("1900", "2015-03-09", Agreement.NOT_COMPARABLE),
        ("2099-12-31", "2015-03-09", Agreement.NOT_COMPARABLE),
        ("9999-12-31", "2015-03-09", Agreement.NOT_COMPARABLE),
        ("2015-03-17", "2015-03-09", Agreement.DISTANT),
        ("2015-04", "2015-03-09", Agreement.DIFFERENT),
        ("2014", "2015-03-09", Agreement.DIFFERENT),
        ("2014-11-20", "2015-03-09", Agreement.DIFFERENT),
    ],
)
def test_a_birth_date_agrees_only_as_far_as_it_is_known(
    held: str, known: str, verdict: Agreement
) -> None:
    assert compare(PartialDate.parse(held), PartialDate.parse(known)) is verdict


@pytest.mark.parametrize(
    ("held", "verdict"),
    [
        ("2015-03-09", Agreement.VAGUE),
        ("2013-07-22", Agreement.NOT_COMPARABLE),
        ("2009-07-22", Agreement.DIFFERENT),
    ],
)
def test_a_guessed_age_never_agrees(held: str, verdict: Agreement) -> None:
    known = PartialDate(2015, 3, 9)
    assert compare(PartialDate.parse(held), known, estimated=True) is verdict


@given(DAYS, DAYS)
def test_dates_compare_the_same_from_either_side(one: PartialDate, other: PartialDate) -> None:
    assert compare(one, other) is compare(other, one)
    assert compatible(one, other) is compatible(other, one)
