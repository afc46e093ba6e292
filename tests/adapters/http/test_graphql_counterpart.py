"""GraphQL over a database, by a server that none of us wrote, is asked by a manifest alone."""

from adapters.contract.contract import NoRecord, Records
from adapters.contract.dates import PartialDate
from demo.processes.postgres import Postgres
from tests.support.adapters.asking import manifest_text, only, opened, question
from tests.support.adapters.foreign_servers import postgraphile
from tests.support.patience import PATIENCE_S

PEOPLE = """
[[operation]]
name = "by-number"
path = "/graphql"
document = '''query Child($nhs: String!, $after: Cursor) {
  allPeople(condition: {nhsNumber: $nhs}, first: 2, after: $after) {
    nodes { id surname born workersByPersonId { nodes { name role } } }
    pageInfo { hasNextPage endCursor }
    totalCount
  }
}'''
variables = { nhs = "{nhs_number}" }
records = "body.data.allPeople.nodes"
total = "body.data.allPeople.totalCount"
[operation.page]
style = "cursor"
param = "after"
next = "body.data.allPeople.pageInfo | hasNextPage && endCursor"
[operation.map]
record_id = "id"
family_name = "surname"
birth_date = { path = "born", as = "date" }
[[operation.involvement]]
each = "workersByPersonId.nodes"
practitioner = "name"
role = "role"
"""
TABLES = """
CREATE TABLE person (id integer PRIMARY KEY, nhs_number text, surname text, born date);
CREATE TABLE worker (id integer PRIMARY KEY, person_id integer REFERENCES person, name text,
  role text);
CREATE INDEX ON person (nhs_number);
CREATE INDEX ON worker (person_id);
INSERT INTO person VALUES (1, '9990000018', 'Hill', '2015-03-09'), (2, '3', 'A', '2015-01-01'),
  (3, '3', 'B', '2015-01-01'), (4, '3', 'C', '2015-01-01');
INSERT INTO worker VALUES (1, 1, 'Jo Reed', 'social worker');
"""


async def test_children_in_a_database_behind_graphql_are_found(postgres: Postgres) -> None:
    postgres.run("CREATE DATABASE graphql")
    postgres.run(TABLES, "graphql")
    text = manifest_text("graphql", rest=PEOPLE, base_url="{base}")
    async with (
        postgraphile(postgres.dsn("graphql")) as base,
        opened(text.replace("{base}", base), base) as adapter,
    ):
        ask = adapter.source.ask
        record = only(
            await ask(question("by-number", timeout_s=PATIENCE_S, nhs_number="9990000018"))
        )
        several = await ask(question("by-number", timeout_s=PATIENCE_S, nhs_number="3"))
        nobody = await ask(question("by-number", timeout_s=PATIENCE_S, nhs_number="9990000026"))
    assert record.birth_date == PartialDate(2015, 3, 9)
    assert [i.practitioner.name for i in record.involvements if i.practitioner] == ["Jo Reed"]
    assert isinstance(several, Records)
    assert [one.record_id for one in several.records] == ["2", "3", "4"]
    assert nobody == NoRecord()
