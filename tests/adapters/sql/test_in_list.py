"""Several children are read from a council's database by one SELECT, on either database."""

import sqlite3
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest

from adapters.contract.contract import Malformed, NoRecord, Records, Reply, TooMany
from demo.processes.postgres import Postgres
from tests.support.adapters.asking import manifest_text, only, opened, resolves_names
from tests.support.adapters.batches import ANN, BEA, BULK, CAT, many
from tests.support.adapters.in_list import DSN, PERSON

SCHEMA: Final = """
CREATE TABLE person (id integer, nhs text, family text, born text);
INSERT INTO person VALUES
 (1, '9990000018', 'Hill', '2015-03-09'), (2, '9990000026', 'Vale', '2016-01-02');
CREATE TABLE worker (person integer, name text);
INSERT INTO worker VALUES (1, 'Ann Reed'), (2, 'Bo Low');
"""
STRANGER: Final = "INSERT INTO person VALUES (9, '9990000042', 'Else', '2014-01-01');"
TWINS: Final = "".join(
    f"INSERT INTO person VALUES ({n}, '9990000034', 'Cole', '2015-01-0{n - 10}');"
    for n in range(11, 15)
)


@pytest.fixture(params=["postgresql", "sqlite"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def asked(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, more: str = ""
) -> tuple[Reply, ...]:
    if kind == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        name = f"in_list_{sha256(request.node.nodeid.encode()).hexdigest()[:12]}"
        postgres.run(f"CREATE DATABASE {name}")
        postgres.run(SCHEMA + more, name)
        dsn = postgres.dsn(name)
    else:
        path = tmp_path / "council.db"
        connection = sqlite3.connect(path)
        connection.executescript(SCHEMA + more)
        connection.close()
        dsn = f"sqlite:///{path}"
    environ = {"TEAMAROUND_SOURCE_SOME_SOURCE_DSN": dsn}
    text = manifest_text("sql", rest=PERSON, source=f"{DSN}\n{BULK}")
    async with opened(text, dsn, environ=environ) as adapter:
        return await many(adapter, BEA, ANN, CAT)


@resolves_names
async def test_each_child_has_their_own_workers_and_the_third_is_not_there(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    bea, ann, cat = await asked(kind, tmp_path, request)
    workers = [
        one.practitioner.name
        for reply in (bea, ann)
        for one in only(reply).involvements
        if one.practitioner
    ]
    assert (workers, cat) == (["Bo Low", "Ann Reed"], NoRecord())


@resolves_names
async def test_the_database_is_told_every_childs_place_in_the_log(postgres: Postgres) -> None:
    postgres.run("CREATE DATABASE in_list_named")
    postgres.run(SCHEMA, "in_list_named")
    said = "current_setting('application_name') || '; ' || current_setting('teamaround.questions')"
    sql = f"SELECT nhs, born, {said} AS family FROM person WHERE nhs IN :nhs_numbers"
    text = PERSON.replace(
        "SELECT id AS record_id, * FROM person WHERE nhs IN :nhs_numbers OR id = 9", sql
    )
    dsn = postgres.dsn("in_list_named")
    environ = {"TEAMAROUND_SOURCE_SOME_SOURCE_DSN": dsn}
    plain = text[: text.index("[operation.detail")] + text[text.index("[operation.map]") :]
    source = manifest_text("sql", rest=plain, source=f"{DSN}\n{BULK}")
    async with opened(source, dsn, environ=environ) as adapter:
        ann, bea = await many(adapter, ANN, BEA)
    named = "teamaround 1234 q-42 +1; 1234 q-42, 1234 q-42"
    assert [only(each).names[0].family for each in (ann, bea)] == [named, named]


@resolves_names
async def test_a_row_of_nobody_asked_for_makes_an_absence_prove_nothing(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    bea, ann, cat = await asked(kind, tmp_path, request, STRANGER)
    assert isinstance(bea, Records)
    assert isinstance(ann, Records)
    assert cat == Malformed("batch")


@resolves_names
async def test_too_many_under_one_number_are_that_numbers_alone(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    bea, _, cat = await asked(kind, tmp_path, request, TWINS)
    assert (only(bea).names[0].family, cat) == ("Vale", TooMany())
