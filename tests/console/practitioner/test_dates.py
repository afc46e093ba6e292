from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.practitioner.dates import partial_date

TYPED = {
    "9/3/2015": "2015-03-09",
    "09.03.2015": "2015-03-09",
    "9 3 2015": "2015-03-09",
    "9th March 2015": "2015-03-09",
    "9 mar 2015": "2015-03-09",
    "2015-03-09": "2015-03-09",
    "09032015": "2015-03-09",
    "March 2015": "2015-03",
    "3/2015": "2015-03",
    "2015-3": "2015-03",
    "2015": "2015",
}
NO_DATES = (
    *("", "9/3/15", "31/2/2015", "13/2015", "9 Octember 2015", "yesterday", "1/2/3/2015"),
    *("\u00b2 3 2015", "9" * 5000 + " 3 2015", "2015-" + "0" * 5000 + "3"),
)


@pytest.mark.parametrize(("typed", "meant"), TYPED.items())
def test_a_date_is_read_as_people_type_it(typed: str, meant: str) -> None:
    assert partial_date(typed) == meant


@pytest.mark.parametrize("typed", NO_DATES)
def test_what_is_no_date_is_never_guessed(typed: str) -> None:
    assert partial_date(typed) is None


@given(st.dates(min_value=date(1900, 1, 1)), st.sampled_from(" /.-"))
def test_every_day_typed_day_first_is_that_day(day: date, between: str) -> None:
    assert partial_date(f"{day.day}{between}{day.month}{between}{day.year}") == day.isoformat()


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_date_or_nothing(typed: str) -> None:
    read = partial_date(typed)
    assert read is None or date.fromisoformat(f"{read}-01-01"[:10])
