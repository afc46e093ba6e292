"""An auditor takes entries elsewhere, and no cell of theirs becomes a formula."""

import csv
import io
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.entry.entry import Entry
from gateway.audit.entry.logged import Logged
from gateway.audit.reports.csv_json import COLUMNS, HEADING, as_json_lines, as_table
from tests.support.audit.examples import MAYA, asked, released
from tests.support.audit.golden_entries import ENTRIES


def table(*entries: Entry) -> list[dict[str, str]]:
    rows = as_table(Logged(n, entry.leaf()) for n, entry in enumerate(entries))
    text = "".join([HEADING, *rows])
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_row_says_who_asked_whom_and_what_was_given() -> None:
    first, second = table(asked("q1", MAYA), released("q1"))
    assert (first["user"], first["agencies"]) == ("j.okafor", "anywhere-schools=ASKED")
    assert second["agencies"] == "anywhere-gp=TIMEOUT anywhere-schools=HAS_RECORD"
    assert second["withheld"] == "anywhere-schools=LOCATION:shield"
    assert first["child_pseudonyms"] == MAYA


@pytest.mark.parametrize(
    "user",
    ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\N{FULLWIDTH EQUALS SIGN}1"],
)
def test_a_name_that_looks_like_a_formula_is_text(user: str) -> None:
    (row,) = table(replace(asked(), user=user))
    assert row["user"] == f"'{user}"


@given(st.lists(ENTRIES, max_size=4))
def test_every_entry_is_one_row_whatever_its_names_hold(entries: list[Entry]) -> None:
    rows = table(*entries)
    assert len(rows) == len(entries)
    assert all(row.keys() == {*COLUMNS} for row in rows)


@given(st.lists(ENTRIES, max_size=4))
def test_every_entry_is_one_line_of_json_with_the_leaf_as_it_stands(entries: list[Entry]) -> None:
    logged = [Logged(n, entry.leaf()) for n, entry in enumerate(entries)]
    lines = "".join(as_json_lines(logged)).split("\n")[:-1]
    assert [json.loads(line)["index"] for line in lines] == list(range(len(entries)))
    for line, each in zip(lines, logged, strict=True):
        assert each.leaf.decode() in line
