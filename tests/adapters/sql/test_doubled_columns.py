"""A join may give two columns one name: no value of a child is lost behind another."""

import sqlite3
from pathlib import Path

import pytest

from adapters.contract.contract import Malformed, Reply
from tests.support.adapters.asking import manifest_text, only, opened, question

DSN = 'dsn = { env = "TEAMAROUND_SOURCE_SOME_SOURCE_DSN" }'
ALONE = """
[[operation]]
name = "by-number"
sql = "SELECT id AS record_id, * FROM person WHERE nhs = :nhs_number"
[operation.detail.workers]
sql = "SELECT person AS record_id, name, since, until FROM worker WHERE person IN :record_ids"
[operation.map]
record_id = "record_id"
nhs_number = "nhs"
family_name = "family"
birth_date = "born"
restricted = { path = "restricted", codes = "yes_no" }
[[operation.involvement]]
each = "workers"
practitioner = "name"
start = "since"
end = "until"
[codes.yes_no]
N = false
Y = true
"*" = true
"""
JOINED = ALONE.replace(
    "SELECT id AS record_id, * FROM person WHERE nhs",
    "SELECT p.id AS record_id, p.*, f.* FROM person p JOIN flag f ON f.person = p.id WHERE p.nhs",
)
TWICE = Malformed("doubled_column", "operation.by-number.sql")
SCHEMA = """
CREATE TABLE person (id, nhs, family, born, restricted, changed);
CREATE TABLE flag (person, restricted, changed);
CREATE TABLE worker (person, name, since, until, role);
INSERT INTO person VALUES (1, '9990000018', 'Hill', '2015-03-09', 'Y', '2026-01-01'),
  (2, '9990000026', 'Vale', '2016-01-02', 'N', '2026-01-01');
INSERT INTO flag VALUES (1, 'N', '2025-01-01'), (2, 'N', '2025-01-01');
INSERT INTO worker VALUES (2, 'Ann Reed', '2024-01-01', NULL, 'nurse');
"""


async def asked(folder: Path, manifest: str, number: str, more: str = "") -> Reply:
    database = folder / "people.db"
    with sqlite3.connect(database) as connection:
        connection.executescript(SCHEMA + more)
    dsn = f"sqlite:///{database}"
    text = manifest_text("sql", rest=manifest, source=DSN)
    secrets = {"TEAMAROUND_SOURCE_SOME_SOURCE_DSN": dsn}
    async with opened(text, dsn, environ=secrets) as adapter:
        return await adapter.source.ask(question("by-number", nhs_number=number))


async def test_a_mark_hidden_behind_a_column_of_its_name_is_no_answer(tmp_path: Path) -> None:
    assert await asked(tmp_path, JOINED, "9990000018") == TWICE


async def test_a_column_said_twice_in_the_same_words_loses_nothing(tmp_path: Path) -> None:
    assert only(await asked(tmp_path, JOINED, "9990000026")).restricted is False


async def test_an_empty_column_hides_no_mark(tmp_path: Path) -> None:
    emptied = "UPDATE flag SET restricted = NULL;"
    assert await asked(tmp_path, JOINED, "9990000018", emptied) == TWICE


async def test_a_worker_hidden_behind_a_column_of_their_name_is_no_answer(tmp_path: Path) -> None:
    manifest = ALONE.replace("since, until FROM", "since, until, role AS name FROM")
    assert await asked(tmp_path, manifest, "9990000026") == TWICE


@pytest.mark.parametrize("written", ["x'426f204c6f77'", "x'00'"])
async def test_a_worker_whose_name_is_kept_as_bytes_is_told_to_be_unread(
    tmp_path: Path, written: str
) -> None:
    more = f"INSERT INTO worker VALUES (2, {written}, '2025-01-01', NULL, 'teacher');"
    record = only(await asked(tmp_path, ALONE, "9990000026", more))
    assert record.defects == ("involvements.practitioner",)


async def test_a_mark_kept_as_bytes_is_never_read_as_none(tmp_path: Path) -> None:
    plain = ALONE.replace('{ path = "restricted", codes = "yes_no" }', '"restricted"')
    emptied = "UPDATE person SET restricted = x'01';"
    reply = await asked(tmp_path, plain, "9990000026", emptied)
    assert isinstance(reply, Malformed)
    assert reply.rule == "record"
