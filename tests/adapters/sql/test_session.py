"""What a connection to PostgreSQL asks of it: no row hidden in silence, no birthday a day off."""

import pytest

from adapters.contract.contract import Malformed, NoRecord, Records, Refused, Reply
from demo.processes.postgres import Postgres
from tests.support.adapters.asking import manifest_text, opened, question

VARIABLE = "TEAMAROUND_SOURCE_SOME_SOURCE_DSN"
CHILD = """
[[operation]]
name = "by-number"
conclusive = true
sql = '''SELECT id AS record_id, nhs, family, {born} AS born, {mark} AS restricted
  FROM {table} WHERE nhs = :nhs_number'''
[operation.map]
record_id = "record_id"
nhs_number = "nhs"
family_name = "family"
birth_date = "born"
restricted = {{ path = "restricted", codes = "yes_no" }}
[codes.yes_no]
N = false
Y = true
"*" = true
"""
SCHEMA = """
ALTER DATABASE watched SET timezone = 'UTC';
CREATE TABLE person (id int, nhs text, family text, born timestamptz, restricted text);
INSERT INTO person VALUES (1, '9990000018', 'Hill', '2015-06-09 00:00 Europe/London', 'N');
CREATE TABLE hidden AS SELECT * FROM person;
ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
CREATE TABLE flag (person int);
INSERT INTO flag VALUES (1);
ALTER TABLE flag ENABLE ROW LEVEL SECURITY;
CREATE VIEW flags AS SELECT * FROM flag;
CREATE TABLE ancient (id int, nhs text, family text, born date, restricted text);
INSERT INTO ancient VALUES (1, '9990000018', 'Hill', '0044-03-15 BC', 'N');
CREATE ROLE watched_reader LOGIN;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO watched_reader;
"""
MARKED = "CASE WHEN EXISTS (SELECT 1 FROM {} WHERE person = id) THEN 'Y' ELSE 'N' END"


@pytest.fixture(scope="module")
def watched(postgres: Postgres) -> str:
    postgres.run("CREATE DATABASE watched")
    postgres.run(SCHEMA, "watched")
    return postgres.dsn("watched", "watched_reader")


async def asked(
    dsn: str,
    table: str = "person",
    *,
    born: str = "born::date",
    mark: str = "restricted",
    number: str = "9990000018",
) -> Reply:
    rest = CHILD.format(table=table, born=born, mark=mark)
    text = manifest_text("sql", rest=rest, source=f'dsn = {{ env = "{VARIABLE}" }}\n')
    async with opened(text, dsn, environ={VARIABLE: dsn}) as adapter:
        return await adapter.source.ask(question("by-number", nhs_number=number))


async def test_a_child_whom_row_security_hides_is_not_called_absent(watched: str) -> None:
    assert await asked(watched, "hidden") == Refused(place="operation.by-number.sql")


async def test_a_child_whose_mark_row_security_hides_is_not_cleared(watched: str) -> None:
    reply = await asked(watched, mark=MARKED.format("flag"))
    assert reply == Refused(place="operation.by-number.sql")


async def test_a_mark_behind_row_security_is_read_by_a_view_of_its_owner(watched: str) -> None:
    reply = await asked(watched, mark=MARKED.format("flags"))
    assert isinstance(reply, Records)
    assert reply.records[0].restricted is True


async def test_nobody_is_hidden_where_there_is_no_row_security(watched: str) -> None:
    assert await asked(watched, number="9990000034") == NoRecord()


@pytest.mark.parametrize("born", ["born::date", "born", "to_char(born, 'YYYY-MM-DD')"])
async def test_a_child_born_in_summer_has_her_birthday_in_a_database_set_to_utc(
    watched: str, born: str
) -> None:
    reply = await asked(watched, born=born)
    assert isinstance(reply, Records)
    assert str(reply.records[0].birth_date) == "2015-06-09"


async def test_a_day_before_all_years_is_an_unreadable_answer(watched: str) -> None:
    reply = await asked(watched, "ancient", born="born")
    assert reply == Malformed("value", place="operation.by-number.sql")
