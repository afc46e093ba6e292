"""A database that sends without end, or one huge cell, is cut off before the gateway holds it."""

import sqlite3
import tracemalloc
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import pytest

from adapters.contract.contract import Malformed, Reply, TooMany
from demo.processes.postgres import Postgres
from tests.support.adapters.asking import manifest_text, only, opened, question

MIB: Final = 1024 * 1024
PATIENT_S: Final = 60.0
DSN: Final = 'dsn = { env = "TEAMAROUND_SOURCE_SOME_SOURCE_DSN" }'
OPERATION: Final = """
[[operation]]
name = "by-number"
sql = '''SELECT {columns} FROM {table} WHERE :nhs_number > '0' '''
{detail}
[operation.map]
record_id = "record_id"
family_name = "family"
[[operation.involvement]]
each = "workers"
practitioner = "name"
"""
DETAIL: Final = """
[operation.detail.workers]
sql = '''SELECT 1 AS record_id, {name} AS name FROM {table} WHERE 1 IN :record_ids'''
"""
CELL: Final = {"postgresql": f"repeat('x', {40 * MIB})", "sqlite": f"hex(zeroblob({20 * MIB}))"}
NUMBERS: Final = (
    "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c) AS every"
)
MOST_HELD: Final = 32 * MIB  # what is imported meanwhile among it
ONE: Final = "(SELECT 1 AS n) AS one"


@pytest.fixture(params=["postgresql", "sqlite"])
def dsn(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        return server.dsn("postgres")
    with closing(sqlite3.connect(tmp_path / "council.db")) as made:
        made.execute("CREATE TABLE person (id integer)")
    return f"sqlite:///{tmp_path / 'council.db'}"


@contextmanager
def held_at_most(most: int) -> Iterator[None]:
    """That no more than so many bytes are held by Python at any moment."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


async def asked(dsn: str, columns: str, table: str, detail: str = "") -> Reply:
    operation = OPERATION.format(columns=columns, table=table, detail=detail)
    text = manifest_text("sql", rest=operation, source=DSN)
    environ = {"TEAMAROUND_SOURCE_SOME_SOURCE_DSN": dsn}
    async with opened(text, dsn, environ=environ) as adapter:
        return await adapter.source.ask(
            question("by-number", timeout_s=PATIENT_S, nhs_number="9990000018")
        )


def cell(dsn: str) -> str:
    return CELL[dsn.partition(":")[0]]


async def test_a_huge_cell_is_too_large_and_never_held(dsn: str) -> None:
    with held_at_most(MOST_HELD):
        reply = await asked(dsn, f"1 AS record_id, {cell(dsn)} AS family", ONE)
    assert isinstance(reply, Malformed)
    assert reply.rule == "too_large"


async def test_a_huge_cell_of_a_detail_is_too_large_and_never_held(dsn: str) -> None:
    detail = DETAIL.format(name=cell(dsn), table=ONE)
    with held_at_most(MOST_HELD):
        reply = await asked(dsn, "1 AS record_id, 'Hill' AS family", ONE, detail)
    assert isinstance(reply, Malformed)
    assert reply.rule == "too_large"


async def test_rows_without_end_are_too_many(dsn: str) -> None:
    with held_at_most(MOST_HELD):
        assert await asked(dsn, "n AS record_id, 'Hill' AS family", NUMBERS) == TooMany()


async def test_rows_of_a_detail_without_end_are_one_list_too_long(dsn: str) -> None:
    detail = DETAIL.format(name="n", table=NUMBERS)
    with held_at_most(MOST_HELD):
        reply = await asked(dsn, "1 AS record_id, 'Hill' AS family", ONE, detail)
    assert isinstance(reply, Malformed)
    assert reply.rule == "list"


async def test_a_connection_that_was_cut_off_is_not_used_again(dsn: str) -> None:
    await asked(dsn, f"1 AS record_id, {cell(dsn)} AS family", ONE)
    assert only(await asked(dsn, "1 AS record_id, 'Hill' AS family", ONE)).record_id == "1"
