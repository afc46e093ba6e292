"""Of several exports the newest is meant, in capitals or not, or none where that is not told."""

from collections.abc import Mapping
from functools import partial

import pytest

from adapters.files.choose import ListedFile, SameMomentError, TooManyWaysError, newest
from adapters.manifest.manifest import FileTable


def chosen(pattern: str, written: Mapping[str, float], **table: object) -> str | None:
    files = [ListedFile(name, partial(float, at)) for name, at in written.items()]
    found = newest(files, pattern, FileTable.model_validate(table))
    return None if found is None else found.name


def test_an_export_in_capitals_is_another_one() -> None:
    assert chosen("*.csv", {"a.csv": 1, "B.CSV": 2}, newest="written") == "B.CSV"
    assert chosen("*.csv", {"roll-9.csv": 2, "ROLL-10.CSV": 1}, newest="name") == "ROLL-10.CSV"
    days = {"roll-20260901.csv": 1, "ROLL-20260902.CSV": 1}
    assert chosen("roll-*.csv", days, dated=("roll-%Y%m%d.csv",)) == "ROLL-20260902.CSV"


@pytest.mark.parametrize("table", [{"newest": "name"}, {"newest": "written"}])
def test_two_that_differ_by_capitals_alone_are_of_one_moment(table: dict[str, str]) -> None:
    with pytest.raises(SameMomentError):
        chosen("*.csv", {"roll.csv": 1, "ROLL.CSV": 1}, **table)


def test_a_whole_name_means_that_file_alone() -> None:
    assert chosen("roll.csv", {"roll.csv": 1, "ROLL.CSV": 2}, newest="written") == "roll.csv"
    assert chosen("roll.csv", {"ROLL.CSV": 2}, newest="written") is None


def test_a_number_of_thousands_of_digits_stands_in_its_order() -> None:
    longer = f"roll-{'9' * 5000}.csv"
    assert chosen("*.csv", {"roll-10.csv": 1, longer: 1, "roll-9.csv": 1}, newest="name") == longer
    with pytest.raises(SameMomentError):
        chosen("*.csv", {"roll-7.csv": 1, "roll-007.csv": 1}, newest="name")


def test_names_that_a_form_may_read_in_too_many_ways_are_refused() -> None:
    dated = ("a*_*_*_%Y%m%d.csv",)
    assert chosen("*", {"a1_2_3_20260901.csv": 1}, dated=dated) == "a1_2_3_20260901.csv"
    with pytest.raises(TooManyWaysError):
        chosen("*", {f"a{'_' * 250}": 1}, dated=dated)
