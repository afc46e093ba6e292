"""The tables that statements name are those that the revisions make, in either database."""

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, create_engine, inspect

from demo.processes.postgres import Postgres
from gateway.config.database.migrations import Migrations, revision
from gateway.config.database.postgres import server_engine
from gateway.config.database.schema import EMPTY, SchemaUnknown, unserved
from gateway.config.database.sqlite import empty_file, file_engine, writing
from gateway.oversight.break_glass.store.schema import SCHEMA as BREAK_GLASS
from gateway.oversight.break_glass.store.tables import METADATA as GRANT_TABLES
from gateway.registry.ledger.schema import SCHEMA as LEDGER
from gateway.registry.ledger.tables import METADATA as LEDGER_TABLES
from tests.support.audit.database import new_schema

BOTH = pytest.mark.parametrize(
    ("schema", "tables"), [(LEDGER, LEDGER_TABLES), (BREAK_GLASS, GRANT_TABLES)]
)


def differences(connection: Connection, schema: Migrations, tables: MetaData) -> list[Any]:
    """What alembic would change so that the database has the tables that the code names."""
    context = MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "include_name": lambda name, kind, _: kind != "table" or name in tables.tables,
            # Keys between tables, and indexes, are the revisions' alone.
            "include_object": lambda _, __, kind, ___, ____: kind in {"table", "column"},
            "version_table": schema.table,
        },
    )
    return list(compare_metadata(context, tables))


@BOTH
def test_in_a_file(tmp_path: Path, schema: Migrations, tables: MetaData) -> None:
    file = tmp_path / "store.sqlite"
    file.write_bytes(empty_file(schema))
    with writing(file_engine(file)) as connection:
        assert differences(connection, schema, tables) == []
        connection.exec_driver_sql(f"ALTER TABLE {next(iter(tables.tables))} ADD COLUMN more text")
        assert len(differences(connection, schema, tables)) == 1


@BOTH
async def test_in_postgresql(postgres: Postgres, schema: Migrations, tables: MetaData) -> None:
    engine = server_engine(postgres.dsn(await new_schema(postgres)), connections=1)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences, schema, tables) == []
    await engine.dispose()


@BOTH
def test_the_numbers_of_a_stores_revisions_have_no_gap(
    schema: Migrations, tables: MetaData
) -> None:
    assert tables
    files = sorted(file.name for file in schema.folder.glob("schema_*.py"))
    assert [int(name.split("_")[1]) for name in files] == [*range(1, schema.newest + 1)]


@BOTH
@pytest.mark.parametrize("rows", [["0001", "0002"], ["3f2a9c"], [""]])
def test_a_number_that_is_none_of_ours_is_refused(
    schema: Migrations, tables: MetaData, rows: list[str]
) -> None:
    assert tables
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        schema.upgrade(connection, EMPTY)
        connection.exec_driver_sql(f"DELETE FROM {schema.table}")
        for row in rows:
            connection.exec_driver_sql(f"INSERT INTO {schema.table} VALUES (?)", (row,))
        with pytest.raises(SchemaUnknown, match="names no schema"):
            schema.found(connection)
    engine.dispose()


@BOTH
def test_an_upgrade_goes_on_from_any_number(schema: Migrations, tables: MetaData) -> None:
    for number in range(1, schema.newest):
        engine = create_engine("sqlite://")
        older = Migrations(schema.store, schema.folder, schema.table, number, schema.unnumbered)
        with engine.begin() as connection:
            older.upgrade(connection, EMPTY)
            assert schema.found(connection) == number
            assert unserved("s", number, schema.newest)
            connection.exec_driver_sql(f"DROP TABLE {schema.table}")
            assert schema.found(connection) == min(number, 2)
            schema.upgrade(connection, min(number, 2))
            assert schema.found(connection) == schema.newest
            assert {*tables.tables} <= {*inspect(connection).get_table_names()}
        engine.dispose()
    assert revision(schema.newest) == f"000{schema.newest}"


@pytest.mark.parametrize(
    ("found", "refused"), [(0, True), (1, True), (2, True), (3, False), (4, False), (5, True)]
)
def test_a_release_serves_its_own_schema_and_the_next_ones(found: int, *, refused: bool) -> None:
    assert bool(unserved("ledger", found, 3)) is refused
