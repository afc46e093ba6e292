"""A log that hangs costs a question no more than its deadline, and takes no receipt with it."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest
from aiohttp import web

from demo.processes.postgres import Postgres
from gateway.audit.log import postgres_readers
from gateway.audit.store import sqlite as sqlite_store
from gateway.audit.store import sqlite_file
from gateway.config.database.connecting import connected
from tests.support.agencies import AgencyServer
from tests.support.audit.database import ROLE, new_schema
from tests.support.edge import Said, edge, logged

DEADLINE_S: Final = 2.0
FAR_BELOW_ITS_OWN_S: Final = 60.0
ITS_OWN_S: Final = 120.0  # after which a lock or a statement is given up by itself, in these tests


@pytest.fixture(autouse=True)
def patient_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the deadline ends a wait, however busy the machine is."""
    for module in (sqlite_file, sqlite_store):
        monkeypatch.setattr(module, "BUSY_SECONDS", ITS_OWN_S)
    monkeypatch.setattr(postgres_readers, "SECONDS", ITS_OWN_S)
    assert connected.__kwdefaults__ is not None
    monkeypatch.setitem(connected.__kwdefaults__, "seconds", ITS_OWN_S)


async def refused_in_time(asking: Any) -> None:
    async with asyncio.timeout(FAR_BELOW_ITS_OWN_S):
        said: Said = await asking
    assert (said.status, said.code) == (503, "LOG_UNAVAILABLE")
    assert "Retry-After" in said.headers


async def test_while_another_holds_the_file_of_the_log_nobody_waits_past_the_deadline(
    tmp_path: Path,
) -> None:
    async with edge(tmp_path, questions__deadline=DEADLINE_S) as gateway:
        file = gateway.town.settings.files.state / "audit.sqlite"
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await refused_in_time(gateway.send())
            assert gateway.agency_server.asked == []
            other.execute("ROLLBACK")
        said = await gateway.send()
    assert said.status == 200


async def test_a_log_that_hangs_once_the_agencies_were_asked_lets_nothing_leave(
    tmp_path: Path,
) -> None:
    holding: list[sqlite3.Connection] = []

    async def hold(_: web.Request) -> None:
        file = tmp_path / "state" / "audit.sqlite"
        holding.append(sqlite3.connect(file, isolation_level=None))
        holding[0].execute("BEGIN IMMEDIATE")

    agency = AgencyServer(before=hold)
    async with edge(tmp_path, agency, questions__deadline=DEADLINE_S) as gateway:
        await refused_in_time(gateway.send())
        holding[0].close()
    assert logged(tmp_path / "state")[0]["kind"] == "INTENT"


async def test_a_postgres_whose_table_another_holds_is_waited_for_until_the_deadline(
    tmp_path: Path, durable: Postgres
) -> None:
    place = await new_schema(durable)
    dsn = durable.dsn(place, user=ROLE)
    async with edge(
        tmp_path, questions__deadline=DEADLINE_S, log__dsn=dsn, replicas__lease=120
    ) as gateway:
        other = await asyncpg.connect(durable.dsn(place))
        held = other.transaction()
        await held.start()
        await other.execute("LOCK TABLE entry IN ACCESS EXCLUSIVE MODE")
        await refused_in_time(gateway.send())
        await held.rollback()
        await other.close()
        said = await gateway.send()
    assert said.status == 200
