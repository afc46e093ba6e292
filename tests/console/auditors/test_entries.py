import pytest

from console.auditors.entries import _cell


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@x", " =1", "\t=1", "\n=1", "\r\n@x", "\uff1d1", "\u00a0=1", "\tx"],
)
def test_no_cell_of_a_file_is_a_formula(text: str) -> None:
    assert _cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["x.other", "<b>x</b>", "", "a=1"])
def test_a_cell_that_is_none_stays_as_it_is(text: str) -> None:
    assert _cell(text) == text
