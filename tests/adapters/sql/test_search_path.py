"""A table's name has to mean one table, whatever a role's search path is: else it proves nothing.

A deputy's empty copy of a table, found first, would make every child absent and every mark clear.
"""

import asyncpg
import pytest

from adapters.contract.contract import Malformed, NoRecord, Records, Reply
from adapters.sql.tables import unqualified
from demo.processes.postgres import Postgres
from tests.support.adapters.asking import manifest_text, opened, question

VARIABLE = "TEAMAROUND_SOURCE_SOME_SOURCE_DSN"
CHILD = """
[[operation]]
name = "by-number"
conclusive = true
sql = '''{sql}'''
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
COLUMNS = "SELECT id AS record_id, nhs, family, born,"
PLAIN = f"{COLUMNS} 'N' AS restricted FROM {{}} WHERE nhs = :nhs_number"
MARKED = (
    f"{COLUMNS} CASE WHEN EXISTS (SELECT 1 FROM {{}} WHERE person = id) THEN 'Y' ELSE 'N' END"
    " AS restricted FROM live.person WHERE nhs = :nhs_number"
)
SCHEMA = """
CREATE SCHEMA live;
CREATE SCHEMA copied;
CREATE SCHEMA shut;
CREATE TABLE live.person (id int, nhs text, family text, born date);
INSERT INTO live.person VALUES (1, '9990000018', 'Hill', '2015-03-09');
CREATE TABLE live.alone AS SELECT * FROM live.person;
CREATE TABLE live.flag AS SELECT 1 AS person;
CREATE TABLE copied.person (LIKE live.person);
CREATE TABLE copied.flag (LIKE live.flag);
CREATE TABLE shut.alone (LIKE live.alone);
CREATE TABLE live."Old Register" AS SELECT * FROM live.person;
CREATE TABLE copied."Old Register" (LIKE live.person);
CREATE ROLE path_reader LOGIN;
GRANT USAGE ON SCHEMA live, copied TO path_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA live, copied, shut TO path_reader;
ALTER ROLE path_reader SET search_path = copied, live, shut;
"""
NAMESAKES = """
CREATE TABLE live.{0} AS SELECT * FROM live.person;
CREATE TABLE shut.{0} (LIKE live.person);
GRANT SELECT ON live.{0} TO path_reader;
"""
TWO = Malformed("several_tables", place="operation.by-number.sql")


@pytest.fixture(scope="module")
def led_astray(postgres: Postgres) -> str:
    postgres.run("CREATE DATABASE led_astray")
    postgres.run(SCHEMA, "led_astray")
    return postgres.dsn("led_astray", "path_reader")


async def asked(dsn: str, sql: str, number: str = "9990000018") -> Reply:
    text = manifest_text(
        "sql", rest=CHILD.format(sql=sql), source=f'dsn = {{ env = "{VARIABLE}" }}\n'
    )
    async with opened(text, dsn, environ={VARIABLE: dsn}) as adapter:
        return await adapter.source.ask(question("by-number", nhs_number=number))


@pytest.mark.parametrize("table", ["person", "PERSON", "(person)", "ONLY person", '"Old Register"'])
async def test_a_child_is_not_absent_from_an_empty_table_of_the_same_name(
    led_astray: str, table: str
) -> None:
    assert await asked(led_astray, PLAIN.format(table)) == TWO


@pytest.mark.parametrize("table", ["flag", "live.person p, flag", "live.alone JOIN flag ON true"])
async def test_a_mark_is_not_looked_for_in_an_empty_table_of_the_same_name(
    led_astray: str, table: str
) -> None:
    assert await asked(led_astray, MARKED.format(table)) == TWO


async def test_a_child_is_found_in_the_schema_that_the_statement_names(led_astray: str) -> None:
    reply = await asked(led_astray, MARKED.format("live.flag"))
    assert isinstance(reply, Records)
    assert reply.records[0].restricted is True


async def test_a_table_that_our_role_may_not_read_changes_nothing(led_astray: str) -> None:
    assert isinstance(await asked(led_astray, PLAIN.format("alone")), Records)
    assert await asked(led_astray, PLAIN.format("alone"), "9990000034") == NoRecord()


@pytest.mark.parametrize("inner", ["live.person", "person"])
async def test_a_child_is_not_absent_by_a_part_of_the_statement_that_is_called_as_its_table(
    led_astray: str, inner: str
) -> None:
    within = f"WITH person AS (SELECT * FROM {inner}) {PLAIN.format('person')}"
    assert await asked(led_astray, within) == TWO


@pytest.mark.parametrize("table", ["tables", "parameters", "hidden_view", "lonely"])
async def test_a_child_is_found_in_a_table_with_a_namesake_where_no_path_leads(
    led_astray: str, postgres: Postgres, table: str
) -> None:
    """Namesakes of the catalogue, and in a schema whose tables our role may not read."""
    postgres.run(NAMESAKES.format(table), "led_astray")
    assert isinstance(await asked(led_astray, PLAIN.format(table)), Records)


@pytest.mark.parametrize("kind", ["VIEW", "MATERIALIZED VIEW"])
async def test_a_child_is_not_absent_by_a_view_that_is_called_as_a_table(
    led_astray: str, postgres: Postgres, kind: str
) -> None:
    name = f"as_{kind.split(maxsplit=1)[0].lower()}"
    postgres.run(NAMESAKES.format(name), "led_astray")
    empty = f"CREATE {kind} copied.{name} AS SELECT * FROM live.person WHERE false"
    postgres.run(f"{empty}; GRANT SELECT ON copied.{name} TO path_reader", "led_astray")
    assert await asked(led_astray, PLAIN.format(name)) == TWO


async def test_a_child_is_not_absent_by_a_table_of_partitions_that_is_called_as_another(
    led_astray: str, postgres: Postgres
) -> None:
    postgres.run(NAMESAKES.format("parted"), "led_astray")
    parted = "CREATE TABLE copied.parted (LIKE live.person) PARTITION BY LIST (nhs)"
    postgres.run(f"{parted}; GRANT SELECT ON copied.parted TO path_reader", "led_astray")
    assert await asked(led_astray, PLAIN.format("parted")) == TWO


async def test_a_copy_that_is_made_while_we_are_connected_is_noticed(
    led_astray: str, postgres: Postgres
) -> None:
    rest = CHILD.format(sql=PLAIN.format("lately"))
    text = manifest_text("sql", rest=rest, source=f'dsn = {{ env = "{VARIABLE}" }}\n')
    owner = await asyncpg.connect(postgres.dsn("led_astray"))
    await owner.execute("CREATE TABLE live.lately AS SELECT * FROM live.person")
    await owner.execute("GRANT SELECT ON live.lately TO path_reader")
    async with opened(text, led_astray, environ={VARIABLE: led_astray}) as adapter:
        ask = question("by-number", nhs_number="9990000018")
        assert isinstance(await adapter.source.ask(ask), Records)
        await owner.execute("CREATE TABLE copied.lately (LIKE live.person)")
        await owner.execute("GRANT SELECT ON copied.lately TO path_reader")
        assert await adapter.source.ask(ask) == TWO
    await owner.close()


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT 1 FROM live.person", set()),
        ("SELECT 1 FROM Person p JOIN live.flag f ON true LEFT JOIN place ON true", {"person"}),
        ("SELECT 'FROM hidden', id FROM person -- FROM note\n, flag /* , x */", {"person", "flag"}),
        ('SELECT 1 FROM "Per""son"', {'Per"son'}),
        ("SELECT 1 FROM lateral_view, LATERAL given(1)", {"lateral_view"}),
        ("WITH a(x) AS MATERIALIZED (SELECT 1 FROM b), c AS (SELECT 2) SELECT 1 FROM a, c", {"b"}),
        ("WITH a AS (SELECT 1 FROM a) SELECT 1 FROM a", {"a"}),
        ("SELECT $$it's$$, $x$FROM hidden$x$ FROM flag WHERE n = 'a'", {"flag"}),
        (r"SELECT E'it\'s' FROM flag WHERE n = 'FROM hidden'", {"flag"}),
        ("SELECT 1 FROM (TABLE flag) f UNION TABLE alone", {"flag", "alone"}),
        ("SELECT id, 'N' FROM flag", {"flag"}),
        ("SELECT 1 FROM live.a, ONLY flag, (alone JOIN live.b ON true)", {"flag", "alone"}),
        ("SELECT 1 FROM (ONLY (flag) JOIN live.b ON true)", {"flag"}),
        ("SELECT 1 FROM old$person", {"old$person"}),
        ('SELECT 1 FROM "it\'s" JOIN "that\'s" ON true', {"it's", "that's"}),
    ],
)
def test_every_table_without_a_schema_is_seen(sql: str, names: set[str]) -> None:
    assert unqualified([sql]) >= names
    assert not {"hidden", "note", "live"} & unqualified([sql])
