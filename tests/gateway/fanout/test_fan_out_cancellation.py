"""Who no longer waits for an answer no longer burdens an agency."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from demo.processes.postgres import Postgres
from tests.support.agencies import NATIONAL, rest_source
from tests.support.faults.sql_faults import PERSON, SqlFault, columns, view
from tests.support.loopback import serving_raw
from tests.support.patience import patiently
from tests.support.town import small_town


class Waiting:
    """An agency that notices when it is asked, and when nobody waits any more."""

    def __init__(self) -> None:
        self.asked, self.left = asyncio.Event(), asyncio.Event()

    async def answer(self, reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked.set()
        await reader.read()
        self.left.set()


async def test_a_client_that_goes_away_ends_the_question_at_the_agency(tmp_path: Path) -> None:
    agency = Waiting()
    async with serving_raw(agency.answer) as url:
        source = rest_source("slow", url, claims=NATIONAL, timeout="60s")
        async with small_town(tmp_path, [source], questions__deadline=60) as town:
            asking = asyncio.create_task(town.ask())
            await patiently(agency.asked.wait())
            asking.cancel()
            await patiently(agency.left.wait())
            with pytest.raises(asyncio.CancelledError):
                await asking


async def test_the_deadline_ends_the_question_at_the_agency(tmp_path: Path) -> None:
    agency = Waiting()
    async with serving_raw(agency.answer) as url:
        source = rest_source("slow", url, claims=NATIONAL, timeout="60s")
        async with small_town(tmp_path, [source], questions__deadline=2) as town:
            answer = await town.ask()
            await patiently(agency.left.wait())
    assert answer.outcomes == {"slow": "TIMEOUT"}


async def test_the_deadline_ends_the_statement_in_the_agencys_database(
    tmp_path: Path, postgres: Postgres
) -> None:
    postgres.run("CREATE DATABASE slow_agency")
    slow = view("slow", f"SELECT {columns()}, pg_sleep(60)::text AS slept FROM person")
    postgres.run(PERSON + slow, "slow_agency")
    dsn = postgres.dsn("slow_agency")
    origin = f"postgresql://127.0.0.1:{postgres.port}"
    source = SqlFault("hangs", frozenset(), "slow").source("slow", dsn, origin)
    async with small_town(tmp_path, [source.with_(timeout="60s")], questions__deadline=1) as town:
        answer = await town.ask(agencies=["slow"])
        assert answer.outcomes == {"slow": "TIMEOUT"}
        await patiently(no_statement_runs(postgres.dsn()))
    postgres.run("DROP DATABASE slow_agency WITH (FORCE)")


async def no_statement_runs(dsn: str) -> None:
    """Return once no client of the slow agency's database has a statement under way."""
    running = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'slow_agency' AND state = $1"
    watcher = await asyncpg.connect(dsn)
    try:
        while await watcher.fetchval(running, "active"):
            pass
    finally:
        watcher.terminate()
