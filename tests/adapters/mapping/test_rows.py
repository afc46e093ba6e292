"""Rows of one record are one document, and rows of nobody's number are each their own."""

import pytest

from adapters.mapping.rows import merged, record_keys

TWINS = [{"given": "Ann"}, {"given": "Amy"}]


@pytest.mark.parametrize("number", ["N/A", " n/a ", "0", "-1", "#REF!", "9.99E+09", None])
def test_twins_under_a_number_that_is_none_are_two(number: str | None) -> None:
    rows = [{"record_id": number, **twin} for twin in TWINS]
    assert [len(one.documents) for one in merged(rows, {})] == [1, 1]
    assert record_keys(rows) == [None, None]


@pytest.mark.parametrize("number", [0, 7, "p-1", "00017", "1E10", "111111"])
def test_rows_of_one_record_are_one(number: str | int) -> None:
    rows = [{"record_id": number, "teacher": one} for one in ("Ms Reed", "Mr Low")]
    assert [len(one.documents) for one in merged(rows, {})] == [2]
    assert record_keys(rows) == [number]
