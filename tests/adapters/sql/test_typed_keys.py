"""Whatever type a number's column has, its child is found, or the answer is no answer."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from adapters.contract.contract import Malformed, NoRecord, Records, Reply
from demo.processes.postgres import Postgres
from tests.support.adapters.asking import manifest_text, only, opened, question
from tests.support.adapters.problems import problems

DSN = 'dsn = { env = "TEAMAROUND_SOURCE_SOME_SOURCE_DSN" }'
ALEX, LOST, SAM, NOBODY = "9990000018", "0788448870", "9990000026", "9990000034"
COUNT = """unreadable = '''SELECT count(*) FROM child
  WHERE nhs IS NULL OR length(CAST(nhs AS text)) <> 10'''
"""
BATCH = """
[operation.batch]
as = "in-list"
sql = "SELECT id AS record_id, nhs, family, born FROM child WHERE nhs IN :nhs_numbers"
"""
REST = """
[[operation]]
name = "by-number"
sql = "SELECT id AS record_id, nhs, family, born FROM child WHERE {where} = :nhs_number"
{unreadable}
{batch}
[operation.map]
record_id = "record_id"
nhs_number = {{ path = "nhs", as = "nhs_number" }}
family_name = "family"
birth_date = "born"
"""


def text(where: str = "nhs", unreadable: str = "", batch: str = "") -> str:
    rest = REST.format(where=where, unreadable=unreadable, batch=batch)
    return manifest_text("sql", rest=rest, source=f'{DSN}\nbulk_roles = ["panel"]')


async def asked(dsn: str, number: str, written: str = "") -> Reply:
    environ = {"TEAMAROUND_SOURCE_SOME_SOURCE_DSN": dsn}
    async with opened(written or text(), dsn, environ=environ) as adapter:
        return await adapter.source.ask(question("by-number", nhs_number=number))


def sqlite(folder: Path, column: str, *cells: Any) -> str:
    path = folder / "child.db"
    with sqlite3.connect(path) as base:
        base.execute(f"CREATE TABLE child (id integer, nhs {column}, family text, born text)")
        rows = [(n, cell, "Part", "2015-03-09") for n, cell in enumerate(cells)]
        base.executemany("INSERT INTO child VALUES (?, ?, ?, ?)", rows)
    base.close()
    return f"sqlite:///{path}"


COLUMNS = ["text", "integer", "numeric", "real", "blob", "", "varchar(10)"]
CELLS = [None, "", "999 000 0018", "N/A", "9990000018.0", "NHS: 9990000018"]


@pytest.mark.parametrize("number", [ALEX, LOST])
@pytest.mark.parametrize("cell", [str, int, float])
@pytest.mark.parametrize("column", COLUMNS)
async def test_in_sqlite_a_number_is_found_in_a_column_of_any_type(
    column: str, cell: Any, number: str, tmp_path: Path
) -> None:
    dsn = sqlite(tmp_path, column, cell(SAM), cell(number))
    if cell is float and column in {"text", "varchar(10)"}:
        # SQLite makes a text with a fraction of it, which only the count can show.
        reply = await asked(dsn, number, text(unreadable=COUNT))
        assert isinstance(reply, NoRecord)
        assert not reply.whole
        return
    assert only(await asked(dsn, number)).identifier("nhs_number") == number
    absent = await asked(dsn, NOBODY)
    assert isinstance(absent, NoRecord)


@pytest.mark.parametrize("number", [ALEX, LOST])
@pytest.mark.parametrize("column", ["text", "varchar(12)", "char(12)", "bigint", "numeric(10)"])
async def test_in_postgresql_a_number_is_found_or_the_statement_is_refused(
    column: str, number: str, postgres: Postgres
) -> None:
    name = f"typed_{column.split('(', maxsplit=1)[0]}_{number}"
    postgres.run(f"CREATE DATABASE {name}")
    postgres.run(
        f"CREATE TABLE child (id integer, nhs {column}, family text, born date);"
        f"INSERT INTO child VALUES (1, '{number}', 'Part', '2015-03-09');",
        name,
    )
    reply = await asked(postgres.dsn(name), number)
    if column in {"bigint", "numeric(10)"}:
        assert reply == Malformed("statement")
        reply = await asked(postgres.dsn(name), number, text("lpad(CAST(nhs AS text), 10, '0')"))
    assert only(reply).identifier("nhs_number") == number


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_while_a_row_has_a_key_that_nothing_equals_nobody_is_absent(
    kind: str, cell: str | None, tmp_path: Path, postgres: Postgres
) -> None:
    if kind == "sqlite":
        dsn = sqlite(tmp_path, "text", SAM, cell)
    else:
        name = "unequal_" + "".join(filter(str.isalnum, str(cell).lower()))
        postgres.run(f"CREATE DATABASE {name}")
        written = "NULL" if cell is None else f"'{cell}'"
        postgres.run(
            "CREATE TABLE child (id integer, nhs text, family text, born date);"
            f"INSERT INTO child VALUES (1, '{SAM}', 'Other', '2014-01-02'),"
            f" (2, {written}, 'Part', '2015-03-09');",
            name,
        )
        dsn = postgres.dsn(name)
    absent = await asked(dsn, ALEX, text(unreadable=COUNT))
    assert isinstance(absent, NoRecord)
    assert not absent.whole
    found = await asked(dsn, SAM, text(unreadable=COUNT))
    assert isinstance(found, Records)
    assert found.whole


async def test_where_every_key_can_be_equal_a_child_who_is_not_there_is_absent(
    tmp_path: Path,
) -> None:
    absent = await asked(sqlite(tmp_path, "text", SAM), ALEX, text(unreadable=COUNT))
    assert isinstance(absent, NoRecord)
    assert absent.whole


@pytest.mark.parametrize("cell", [str, int])
async def test_children_asked_about_at_once_are_found_and_proved_alike(
    cell: Any, tmp_path: Path
) -> None:
    dsn = sqlite(tmp_path, "", cell(SAM), cell(ALEX), None)
    written = text(unreadable=COUNT, batch=BATCH)
    environ = {"TEAMAROUND_SOURCE_SOME_SOURCE_DSN": dsn}
    async with opened(written, dsn, environ=environ) as adapter:
        assert adapter.several is not None
        questions = [question("by-number", nhs_number=n) for n in (SAM, ALEX, NOBODY)]
        sam, alex, nobody = await adapter.several.ask_many(tuple(questions))
    assert [only(one).record_id for one in (sam, alex)] == ["0", "1"]
    assert isinstance(nobody, NoRecord)
    assert not nobody.whole


async def test_a_count_that_is_no_number_proves_nothing(tmp_path: Path) -> None:
    written = text(unreadable='unreadable = "SELECT nhs FROM child"\n')
    reply = await asked(sqlite(tmp_path, "text", SAM), ALEX, written)
    assert isinstance(reply, NoRecord)
    assert not reply.whole


@pytest.mark.parametrize(
    ("count", "what"),
    [
        ("SELECT count(*) FROM child WHERE nhs = :nhs_number", "so it takes no bind"),
        ("DELETE FROM child", "one SELECT"),
        ("SELECT 1; SELECT 2", "one statement"),
    ],
)
def test_a_count_that_is_none_is_refused(count: str, what: str) -> None:
    found = problems(text(unreadable=f'unreadable = "{count}"\n'))
    assert any(what in said for _, said in found), found


def test_other_kinds_have_no_such_count() -> None:
    rest = REST.format(where="nhs", unreadable=COUNT, batch="")
    rest = rest.replace("sql = ", 'path = "/{nhs_number}"\nrecords = "[body]"\nsql = ', 1)
    found = problems(manifest_text("rest", "http://a.example", rest=rest))
    assert any("kind rest has no unreadable" in said for _, said in found), found


@pytest.mark.parametrize("select", ["SELECT 0 UNION ALL SELECT 3", "SELECT 0, 3", "SELECT NULL"])
async def test_a_count_that_is_not_one_number_leaves_it_open(tmp_path: Path, select: str) -> None:
    written = text(unreadable=f'unreadable = "{select}"\n')
    assert await asked(sqlite(tmp_path, "text", SAM), ALEX, written) == NoRecord(whole=False)
