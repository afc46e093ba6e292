"""A council's database is read by SELECT alone, and what it says becomes records."""

import asyncio
import csv
import sqlite3
from pathlib import Path

import asyncpg
import pytest

from adapters.contract.contract import (
    Fault,
    Malformed,
    MoreNeeded,
    NoRecord,
    Records,
    TooMany,
    Unavailable,
)
from adapters.contract.dates import PartialDate
from adapters.contract.record import Identifier
from adapters.network.egress import EgressRefused
from adapters.network.secrets import SecretMissing
from demo.processes.postgres import Postgres
from tests.support.adapters.asking import manifest_text, only, opened, question, resolves_names
from tests.support.patience import PATIENCE_S

HACKNEY = Path(__file__).parents[4] / "shared/samples/csc-hackney"
DSN = 'dsn = { env = "TEAMAROUND_SOURCE_SOME_SOURCE_DSN" }'
PERSON = """
[[operation]]
name = "by-number"
sql = "SELECT id AS record_id, * FROM person WHERE nhs = :nhs_number"
{detail}
[operation.map]
record_id = "record_id"
nhs_number = "nhs"
family_name = "family"
birth_date = "born"
restricted = {{ path = "restricted", codes = "yes_no" }}
[[operation.involvement]]
each = "workers"
practitioner = "name"
start = "since"
end = "until"
[codes.yes_no]
N = false
Y = true
"*" = true
[[operation]]
name = "by-name"
sql = '''SELECT id AS record_id, * FROM person
  WHERE family = :family_name AND born = :birth_date'''
[operation.map]
record_id = "record_id"
family_name = "family"
birth_date = "born"
"""
DETAIL = """
[operation.detail.workers]
sql = "SELECT person AS record_id, name, since, until FROM worker WHERE person IN :record_ids"
"""
SCHEMA = """
CREATE TABLE person (id integer, nhs text, family text, born date, restricted text);
INSERT INTO person VALUES
 (1, '9990000018', 'Hill', '2015-03-09', 'N'), (2, '9990000026', 'Vale', '2016-01-02', NULL),
 (3, 'many', 'Many', '2015-01-01', 'N'), (4, 'many', 'Many', '2015-01-02', 'N'),
 (5, 'many', 'Many', '2015-01-03', 'N'), (6, 'many', 'Many', '2015-01-04', 'N');
CREATE TABLE worker (person integer, name text, since date, until date);
INSERT INTO worker VALUES
 (1, 'Ann Reed', '2024-01-01', NULL), (1, 'Bo Low', '2020-01-01', '2021-01-01');
"""
PERSON_TEXT = manifest_text("sql", rest=PERSON.format(detail=DETAIL), source=DSN)


def environ(dsn: str) -> dict[str, str]:
    return {"TEAMAROUND_SOURCE_SOME_SOURCE_DSN": dsn}


@pytest.fixture(scope="module")
def council(postgres: Postgres) -> str:
    postgres.run("CREATE DATABASE council")
    postgres.run(SCHEMA, "council")
    return postgres.dsn("council")


@pytest.fixture
def file_dsn(tmp_path: Path) -> str:
    path = tmp_path / "council.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(SCHEMA)
    connection.close()
    return f"sqlite:///{path}"


@pytest.fixture(params=["postgresql", "sqlite"])
def dsn(request: pytest.FixtureRequest) -> str:
    name = "council" if request.param == "postgresql" else "file_dsn"
    return str(request.getfixturevalue(name))


async def test_a_child_and_its_workers_are_read_from_a_councils_database(dsn: str) -> None:
    async with opened(PERSON_TEXT, dsn, environ=environ(dsn)) as adapter:
        record = only(await adapter.source.ask(question("by-number", nhs_number="9990000018")))
    assert record.record_id == "1"
    assert record.identifiers == (Identifier("nhs_number", "9990000018"),)
    assert record.birth_date == PartialDate(2015, 3, 9)
    assert record.restricted is False
    workers = [(i.practitioner.name, i.status) for i in record.involvements if i.practitioner]
    assert workers == [("Ann Reed", "OPEN"), ("Bo Low", "CLOSED")]


async def test_a_child_the_database_does_not_hold_is_no_record(dsn: str) -> None:
    async with opened(PERSON_TEXT, dsn, environ=environ(dsn)) as adapter:
        reply = await adapter.source.ask(question("by-number", nhs_number="9990000034"))
    assert reply == NoRecord()


async def test_an_empty_restricted_column_is_taken_for_restricted(dsn: str) -> None:
    async with opened(PERSON_TEXT, dsn, environ=environ(dsn)) as adapter:
        record = only(await adapter.source.ask(question("by-number", nhs_number="9990000026")))
    assert record.restricted is True


async def test_a_birth_date_finds_a_child_in_a_date_column(dsn: str) -> None:
    asked = question("by-name", family_name="Hill", birth_date="2015-03-09")
    async with opened(PERSON_TEXT, dsn, environ=environ(dsn)) as adapter:
        assert only(await adapter.source.ask(asked)).record_id == "1"


async def test_more_children_than_the_page_are_too_many(dsn: str) -> None:
    async with opened(PERSON_TEXT, dsn, environ=environ(dsn)) as adapter:
        reply = await adapter.source.ask(question("by-number", nhs_number="many"))
    assert reply == TooMany()


async def test_a_key_that_is_not_known_is_more_needed(dsn: str) -> None:
    async with opened(PERSON_TEXT, dsn, environ=environ(dsn)) as adapter:
        reply = await adapter.source.ask(question("by-name", family_name="Hill"))
    assert reply == MoreNeeded(("birth_date",))


async def test_a_month_of_birth_is_not_bound_as_a_day(council: str) -> None:
    asked = question("by-name", family_name="Hill", birth_date="2015-03")
    async with opened(PERSON_TEXT, council, environ=environ(council)) as adapter:
        assert await adapter.source.ask(asked) == MoreNeeded(("birth_date",))


async def test_a_birth_date_finds_a_child_in_a_text_column_by_a_cast(council: str) -> None:
    rest = """
[[operation]]
name = "cast"
sql = "SELECT 'Hill' AS family, '2015-03-09' AS born WHERE '2015-03-09' = CAST(:birth_date AS text)"
map = { family_name = "family", birth_date = "born" }
"""
    text = manifest_text("sql", rest=rest, source=DSN)
    async with opened(text, council, environ=environ(council)) as adapter:
        record = only(await adapter.source.ask(question("cast", birth_date="2015-03-09")))
    assert record.birth_date == PartialDate(2015, 3, 9)


async def test_a_quote_in_a_name_is_a_value_and_no_sql(dsn: str) -> None:
    asked = question("by-name", family_name="' OR '1'='1", birth_date="2015-03-09")
    async with opened(PERSON_TEXT, dsn, environ=environ(dsn)) as adapter:
        assert await adapter.source.ask(asked) == NoRecord()


async def test_rows_of_a_join_are_one_record(dsn: str) -> None:
    rest = """
[[operation]]
name = "joined"
sql = '''SELECT p.id AS record_id, p.family, p.born, w.name AS worker FROM person p
  JOIN worker w ON w.person = p.id WHERE p.nhs = :nhs_number ORDER BY w.name'''
map = { record_id = "record_id", family_name = "family", birth_date = "born" }
[[operation.involvement]]
each = "rows"
practitioner = "worker"
"""
    text = manifest_text("sql", rest=rest, source=DSN)
    async with opened(text, dsn, environ=environ(dsn)) as adapter:
        record = only(await adapter.source.ask(question("joined", nhs_number="9990000018")))
    names = [i.practitioner.name for i in record.involvements if i.practitioner]
    assert names == ["Ann Reed", "Bo Low"]


async def test_workers_in_rows_that_the_manifest_does_not_read_are_told(dsn: str) -> None:
    rest = """
[[operation]]
name = "joined"
sql = '''SELECT p.id AS record_id, p.family, p.born, w.name AS worker FROM person p
  JOIN worker w ON w.person = p.id WHERE p.nhs = :nhs_number ORDER BY w.name'''
map = { record_id = "record_id", family_name = "family", birth_date = "born" }
[[operation.involvement]]
practitioner = "worker"
"""
    text = manifest_text("sql", rest=rest, source=DSN)
    async with opened(text, dsn, environ=environ(dsn)) as adapter:
        record = only(await adapter.source.ask(question("joined", nhs_number="9990000018")))
    assert len(record.involvements) == 1
    assert record.cut == ("involvements",)


@pytest.mark.parametrize("second", ["'Y'", "NULL"])
async def test_one_restricted_row_restricts_the_record(second: str, dsn: str) -> None:
    rest = f"""
[[operation]]
name = "twice"
sql = '''SELECT 1 AS record_id, 'Hill' AS family, '2015-03-09' AS born, r.flag
  FROM (SELECT 'N' AS flag UNION ALL SELECT {second}) AS r WHERE :nhs_number <> '' '''
[operation.map]
record_id = "record_id"
family_name = "family"
birth_date = "born"
restricted = {{ path = "flag", codes = "yes_no" }}
[codes.yes_no]
N = false
"*" = true
"""
    text = manifest_text("sql", rest=rest, source=DSN)
    async with opened(text, dsn, environ=environ(dsn)) as adapter:
        record = only(await adapter.source.ask(question("twice", nhs_number="x")))
    assert record.restricted is True


async def test_one_key_with_two_birth_dates_is_no_record_of_anyone(dsn: str) -> None:
    rest = """
[[operation]]
name = "mixed"
sql = '''SELECT 1 AS record_id, 'Hill' AS family, d.born
  FROM (SELECT '2015-03-09' AS born UNION SELECT '2016-01-01') AS d WHERE :nhs_number <> '' '''
map = { record_id = "record_id", family_name = "family", birth_date = "born" }
"""
    text = manifest_text("sql", rest=rest, source=DSN)
    async with opened(text, dsn, environ=environ(dsn)) as adapter:
        assert await adapter.source.ask(question("mixed", nhs_number="x")) == Malformed("record")


async def test_a_table_that_is_gone_is_malformed(dsn: str) -> None:
    text = PERSON_TEXT.replace("FROM person", "FROM gone")
    async with opened(text, dsn, environ=environ(dsn)) as adapter:
        reply = await adapter.source.ask(question("by-number", nhs_number="x"))
    assert reply == Malformed("statement")


async def test_a_database_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    for dsn in (f"sqlite:///{tmp_path}/none.db", "postgresql://x@127.0.0.1:1/x"):
        async with opened(PERSON_TEXT, dsn, environ=environ(dsn)) as adapter:
            reply = await adapter.source.ask(question("by-number", nhs_number="x"))
        assert reply == Unavailable(Fault.CONNECTION)
    assert not (tmp_path / "none.db").exists()


async def test_a_login_that_the_database_does_not_know_is_refused(postgres: Postgres) -> None:
    dsn = postgres.dsn("council", user="stranger")
    async with opened(PERSON_TEXT, dsn, environ=environ(dsn)) as adapter:
        reply = await adapter.source.ask(question("by-number", nhs_number="x"))
    assert type(reply).__name__ == "Refused"


async def test_a_statement_that_writes_by_a_function_is_stopped(
    council: str, postgres: Postgres
) -> None:
    postgres.run("CREATE SEQUENCE counter", "council")
    rest = """
[[operation]]
name = "sly"
sql = "SELECT nextval('counter') AS record_id, 'A' AS family WHERE :nhs_number <> ''"
map = { record_id = "record_id", family_name = "family" }
"""
    text = manifest_text("sql", rest=rest, source=DSN)
    async with opened(text, council, environ=environ(council)) as adapter:
        reply = await adapter.source.ask(question("sly", nhs_number="x"))
    assert reply == Malformed("statement")


SLOW = """
[[operation]]
name = "slow"
sql = "SELECT 1 AS record_id, 'A' AS family, pg_sleep(30) WHERE :nhs_number <> ''"
map = { record_id = "record_id", family_name = "family" }
"""


async def _running(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        return int(
            await connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
                " AND application_name = 'teamaround 1234 q-42'"
            )
        )
    finally:
        await connection.close()


async def _until(dsn: str, running: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await _running(dsn) != running:
            pass


async def test_a_question_given_up_ends_its_statement_at_the_agency(council: str) -> None:
    text = manifest_text("sql", rest=SLOW, source=DSN)
    async with opened(text, council, environ=environ(council)) as adapter:
        asked = asyncio.create_task(adapter.source.ask(question("slow", nhs_number="x")))
        await _until(council, running=1)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        await _until(council, running=0)


async def test_a_slow_database_is_timed_out_and_its_statement_ended(council: str) -> None:
    text = manifest_text("sql", rest=SLOW, source=DSN)
    async with opened(text, council, environ=environ(council)) as adapter:
        asked = question("slow", timeout_s=0.2, nhs_number="x")
        assert await adapter.source.ask(asked) == Unavailable(Fault.TIMED_OUT)
        await _until(council, running=0)


async def test_a_long_search_in_a_file_ends_with_the_question(file_dsn: str) -> None:
    rest = """
[[operation]]
name = "endless"
sql = '''WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
  SELECT max(i) AS record_id FROM n WHERE :nhs_number <> '' '''
map = { record_id = "record_id" }
"""
    text = manifest_text("sql", rest=rest, source=DSN)
    async with (
        asyncio.timeout(60),  # the search itself would never end
        opened(text, file_dsn, environ=environ(file_dsn)) as adapter,
    ):
        asked = question("endless", timeout_s=0.2, nhs_number="x")
        assert await adapter.source.ask(asked) == Unavailable(Fault.TIMED_OUT)


async def test_a_database_elsewhere_than_listed_is_never_opened(file_dsn: str) -> None:
    with pytest.raises(EgressRefused):
        async with opened(PERSON_TEXT, "sqlite:////other.db", environ=environ(file_dsn)):
            pass


@resolves_names
@pytest.mark.parametrize(("networks", "reached"), [((), False), (("127.0.0.0/8", "::1/128"), True)])
async def test_a_database_servers_name_leads_only_where_the_operator_meant_it_to(
    council: str, networks: tuple[str, ...], *, reached: bool
) -> None:
    named = council.replace("127.0.0.1", "localhost")
    listed = f"postgresql://{named.partition('@')[2].partition('/')[0]}"
    async with opened(PERSON_TEXT, listed, *networks, environ=environ(named)) as adapter:
        reply = await adapter.source.ask(question("by-number", nhs_number="9990000018"))
    assert isinstance(reply, Records) is reached
    assert reached or reply == Unavailable(Fault.CONNECTION)


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://listed/x?host=elsewhere",
        "sqlite:////listed.db?mode=rwc",
        "sqlite://",
        "postgresql:///x",
        "mysql://listed/x",
        "s3cr3t",
    ],
)
async def test_an_address_that_could_lead_elsewhere_is_refused_unseen(dsn: str) -> None:
    listed = ("postgresql://listed", "sqlite:////listed.db")
    with pytest.raises(SecretMissing) as caught:
        async with opened(PERSON_TEXT, *listed, environ=environ(dsn)):
            pass
    assert "elsewhere" not in str(caught.value)
    assert "s3cr3t" not in str(caught.value)


HACKNEY_REST = """
[[operation]]
name = "by-number"
sql = '''SELECT person_id AS record_id, nhs_id, first_name, last_name, date_of_birth, restricted,
    gender FROM dm_persons WHERE nhs_id = CAST(:nhs_number AS numeric)'''
[operation.map]
record_id = "record_id"
nhs_number = "nhs_id"
given_names = "first_name"
family_name = "last_name"
birth_date = "date_of_birth"
sex = { path = "gender", codes = "sex" }
restricted = { path = "restricted", codes = "yes_no" }
[codes.yes_no]
N = false
"*" = true
[codes.sex]
F = "female"
M = "male"
"*" = "unknown"
"""


def _hackney(postgres: Postgres) -> str:
    with (HACKNEY / "dm_persons.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    keys = [
        "person_id",
        "nhs_id",
        "first_name",
        "last_name",
        "date_of_birth",
        "gender",
        "restricted",
    ]
    values = ", ".join(
        "("
        + ", ".join("NULL" if not r[k] else "'" + r[k].replace("'", "''") + "'" for k in keys)
        + ")"
        for r in rows
    )
    postgres.run("CREATE DATABASE hackney")
    postgres.run(
        "CREATE TABLE dm_persons (person_id bigint, nhs_id numeric(10), first_name text,"
        " last_name text, date_of_birth timestamp, gender text, restricted text);"
        f"INSERT INTO dm_persons ({', '.join(keys)}) SELECT a::bigint, b::numeric, c, d,"
        f" e::timestamp, f, g FROM (VALUES {values}) AS v(a, b, c, d, e, f, g);",
        "hackney",
    )
    return postgres.dsn("hackney")


@pytest.mark.skipif(not HACKNEY.exists(), reason="the sample payloads are not beside this clone")
async def test_a_councils_numeric_column_gives_its_lost_zero_back(postgres: Postgres) -> None:
    dsn = _hackney(postgres)
    text = manifest_text("sql", rest=HACKNEY_REST, source=DSN)
    async with opened(text, dsn, environ=environ(dsn)) as adapter:
        reply = await adapter.source.ask(question("by-number", nhs_number="0788448870"))
    assert isinstance(reply, Records)
    assert reply.records[0].identifier("nhs_number") == "0788448870"
    assert reply.records[0].birth_date is not None
