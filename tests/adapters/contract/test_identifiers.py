"""A number is the same text however it was written: otherwise no agency would know the child."""

import unicodedata
from collections.abc import Callable
from itertools import islice
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.gb import nhs, upn

from adapters.contract import identifiers
from adapters.contract.identifiers import NhsNumber, Postcode, Upn
from adapters.contract.plain_number import PLAINLY

NUMBERS: Final = tuple(
    islice((f"{n}" for n in range(9990000018, 9999999999) if nhs.is_valid(f"{n}")), 9)
)
PUPILS: Final = tuple(
    upn.calc_check_digit(f"80120000{n}") + f"80120000{n}" for n in range(1001, 1009)
)
PARSED: Final[tuple[tuple[Callable[[str], str], tuple[str, ...]], ...]] = (
    (NhsNumber.parse, NUMBERS),
    (Upn.parse, PUPILS),
    (Postcode.parse, ("ZE1 0AA", "AB12 3CD")),
)
# What a letter, a spreadsheet or a keyboard may have between the digits, or in their place.
BETWEEN: Final = (
    "",
    " ",
    "-",
    "  ",
    "\u00a0",
    "\u2009",
    "\u2010",
    "\u2011",
    "\u2013",
    "\u2014",
    "\n",
)
WIDE: Final = {ord(c): unicodedata.lookup(f"FULLWIDTH {unicodedata.name(c)}") for c in "0123456789"}


@st.composite
def written(draw: st.DrawFn, numbers: tuple[str, ...]) -> tuple[str, str]:
    """A number, and a way in which somebody writes it."""
    number = draw(st.sampled_from(numbers))
    shown = [c.translate(WIDE) if draw(st.booleans()) else c for c in number]
    if draw(st.booleans()):
        shown = list(number)
    return number, "".join(c + draw(st.sampled_from(BETWEEN)) for c in shown)


def broken(parse: Callable[[str], str], number: str, text: str) -> str | None:
    """How a text is read as another number than it is; it may also be refused."""
    try:
        read = parse(text)
    except ValueError:
        return None
    return None if str(read) == number else f"{text!r} is {read!r}"


@pytest.mark.parametrize(("parse", "numbers"), PARSED)
def test_a_number_is_one_text_however_it_is_written(
    parse: Callable[[str], str], numbers: tuple[str, ...]
) -> None:
    @given(written(numbers))
    def held(given_: tuple[str, str]) -> None:
        assert broken(parse, *given_) is None

    held()


@pytest.mark.parametrize(
    "text", ["999\u2013000\u20130018", "\uff19\uff19\uff19\uff10000018", "999\u00a0000 0018"]
)
def test_a_number_copied_out_of_a_letter_is_the_number(text: str) -> None:
    assert NhsNumber.parse(text) == "9990000018"


@given(st.text(max_size=16))
def test_whatever_is_a_number_is_plainly_one(text: str) -> None:
    for name, parse in (("nhs_number", NhsNumber.parse), ("upn", Upn.parse)):
        try:
            read = parse(text)
        except ValueError:
            continue
        assert PLAINLY[name](read)


def test_a_check_that_reads_more_than_is_kept_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's check reads a dash as a hyphen; what is kept is the text with the dash."""

    def as_typed(_: Any, text: str) -> str:
        kept: str = identifiers._SEPARATORS.sub("", text)  # noqa: SLF001  the fault keeps it
        if not nhs.is_valid(kept):
            raise ValueError
        return kept

    monkeypatch.setattr(NhsNumber, "parse", classmethod(as_typed))
    with pytest.raises(AssertionError):
        test_a_number_is_one_text_however_it_is_written(NhsNumber.parse, NUMBERS)
