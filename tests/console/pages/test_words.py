"""What an agency writes is shown, whatever it is: no text of one takes the page from the reader."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from console.auditors.filters import FIELDS, LogFilter
from console.families.child import MeantChild
from console.pages.words import day_of, grouped, in_words, shortly, telephone, whole_number
from console.practitioner.dates import partial_date
from tests.support.docs.pages import ROOT


@given(st.text() | st.from_regex(r"\A\d{4}(-\d\d){0,2}(T.*)?\Z"))
def test_whatever_an_agency_writes_is_put_in_some_words(said: str) -> None:
    assert in_words(said)


@pytest.mark.parametrize("said", ["2015-13", "2015-00-09", "2015-02-30T25:00:00Z", "2015-1"])
def test_what_only_looks_like_a_date_stays_as_it_was_written(said: str) -> None:
    assert in_words(said) == said


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("2015", "2015"),
        ("2015-03", "March 2015"),
        ("2015-03-09", "9 March 2015"),
        ("2015-03-09T07:05:00Z", "9 March 2015 at 07:05 GMT"),
        ("2015-07-09T07:05:00Z", "9 July 2015 at 08:05 BST"),
        ("2015-07-09T23:30:00+00:00", "10 July 2015 at 00:30 BST"),
        ("2015-07-09T07:05:00", "9 July 2015 at 07:05"),
        ("CHILD_IN_NEED", "Child in need"),
        (None, "not said"),
    ],
)
def test_dates_and_codes_are_words(said: str | None, words: str) -> None:
    assert in_words(said) == words


def test_a_narrow_column_goes_by_the_same_clock() -> None:
    assert shortly("2015-07-09T23:30:00Z") == "10 Jul 2015, 00:30"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("9996604659", "999 660 4659"),
        (" 9996 604659", "999 660 4659"),
        ("999660465", "999660465"),
        ("99966046590", "99966046590"),
        ("H801200001001", "H801200001001"),
        ("\u0663" * 10, "\u0663" * 10),
    ],
)
def test_an_nhs_number_is_shown_as_the_nhs_prints_it(number: str, shown: str) -> None:
    assert grouped(number) == shown


@pytest.mark.parametrize("text", ["", "-1", "1.0", "9" * 10, "9" * 5000, "\u00b2", "\u0663"])
def test_what_is_no_number_of_a_version_is_none(text: str) -> None:
    assert whole_number(text) is None


NUMBERS = st.sampled_from(("99999999999", "9" * 5000, "2015", "31", "2", "0", "", "x")) | st.text()


@given(st.tuples(NUMBERS, NUMBERS, NUMBERS))
@example(("99999999999", "1", "1"))
@example(("2015", "99999999999", "1"))
def test_whatever_is_typed_as_a_day_is_a_day_or_none(typed: tuple[str, str, str]) -> None:
    known = day_of(*typed)
    child = MeantChild(dict(zip(("given", "year", "month", "day"), ("", *typed), strict=True)))
    assert child.born == (known.isoformat() if known else None)
    for written in ("/".join(typed), "-".join(reversed(typed))):
        partial_date(written)
        log = LogFilter({**dict.fromkeys(FIELDS, ""), "from": written, "to": written})
        assert log.mistakes or log.variables.keys() <= {"filter"}


def test_no_other_part_of_the_pages_makes_a_day_of_numbers() -> None:
    made = re.compile(r"(?<![\w.])date\((?!\))")
    files = [file for file in (ROOT / "console").rglob("*.py") if made.search(file.read_text())]
    assert [file.name for file in files] == ["words.py"]


@pytest.mark.parametrize(
    ("number", "dialled"),
    [
        ("01632 960001", "tel:01632960001"),
        ("+44 (0)1632 960001", "tel:+441632960001"),
        ("(01632) 960001", "tel:01632960001"),
        ("01632 960001 / 01632 960002", "tel:01632960001"),
        ("01632 960001/2", "tel:01632960001"),
        ("01632/960001", "tel:01632960001"),
        ("01632 960001 ext. 12", "tel:01632960001"),
        ("01632 960001 EXT 12", "tel:01632960001"),
        ("01632 960001 x12", "tel:01632960001"),
        ("999", "tel:999"),
    ],
)
def test_a_link_rings_the_one_number_that_a_person_would_dial(number: str, dialled: str) -> None:
    assert telephone(number) == dialled
