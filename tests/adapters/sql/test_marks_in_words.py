"""A mark written into an address of another table restricts, whatever a question wants to know."""

import sqlite3
from pathlib import Path

import pytest

from tests.support.adapters.asking import manifest_text, only, opened, question

VARIABLE = "TEAMAROUND_SOURCE_SOME_SOURCE_DSN"
CHILD = """
[[operation]]
name = "by-number"
sql = "SELECT id AS record_id, nhs, family, born, restricted FROM person WHERE nhs = :nhs_number"
[operation.detail.homes]
sql = "SELECT person AS record_id, line, postcode FROM home WHERE person IN :record_ids"
[operation.map]
record_id = "record_id"
nhs_number = "nhs"
family_name = "family"
birth_date = "born"
restricted = { path = "restricted", codes = "yes_no" }
[[operation.address]]
each = "homes"
lines = "line"
postcode = "postcode"
[codes.yes_no]
N = false
Y = true
"*" = true
"""
SCHEMA = """
CREATE TABLE person (id integer, nhs text, family text, born text, restricted text);
INSERT INTO person VALUES (1, '9990000018', 'Hill', '2015-03-09', 'N');
CREATE TABLE home (person integer, line text, postcode text);
INSERT INTO home VALUES (1, '12 Mill Lane', 'ZZ1 1AA');
"""


@pytest.mark.parametrize(("line", "restricted"), [("PROTECTED ADDRESS", True), ("Flat 2", False)])
async def test_a_mark_in_a_table_of_homes_restricts_though_no_home_is_wanted(
    tmp_path: Path, line: str, *, restricted: bool
) -> None:
    file = tmp_path / "council.db"
    with sqlite3.connect(file) as connection:
        connection.executescript(SCHEMA)
        connection.execute("INSERT INTO home VALUES (1, ?, NULL)", (line,))
    connection.close()
    dsn = f"sqlite:///{file}"
    text = manifest_text("sql", rest=CHILD, source=f'dsn = {{ env = "{VARIABLE}" }}\n')
    async with opened(text, dsn, environ={VARIABLE: dsn}) as adapter:
        wanted = question("by-number", frozenset(), nhs_number="9990000018")
        record = only(await adapter.source.ask(wanted))
    assert (record.restricted, record.addresses) == (restricted, ())
