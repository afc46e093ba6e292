"""A gateway that is stopped with a lock of all gateways in its hands holds up nobody for long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from demo.processes.postgres import Postgres
from gateway.audit.log import postgres_writing
from gateway.audit.log.postgres import PostgresLog
from gateway.config.database.connecting import connected
from gateway.registry.ledger import store
from gateway.registry.ledger.store import SqlLedger
from tests.support.audit.database import ROLE, new_schema
from tests.support.audit.examples import asked
from tests.support.patience import patiently


@pytest.fixture
async def dsn(durable: Postgres) -> str:
    return durable.dsn(await new_schema(durable), ROLE)


@pytest.fixture
async def logs(dsn: str, tmp_path: Path) -> AsyncIterator[tuple[PostgresLog, PostgresLog]]:
    """The log as two gateways have it open."""
    async with AsyncExitStack() as stack:
        one, other = [await PostgresLog.open(dsn, tmp_path / name) for name in ("one", "other")]
        stack.push_async_callback(one.aclose)
        stack.push_async_callback(other.aclose)
        yield one, other


class Stops:
    """Stops a gateway as it reads under the lock what others wrote, until `goes_on`."""

    def __init__(self) -> None:
        self.reads = 0
        self.stopped, self.goes_on = asyncio.Event(), asyncio.Event()
        self._followed = postgres_writing.followed

    async def followed(self, connection: Any, known: Any) -> Any:
        self.reads += 1
        if self.reads == 2:  # the first is before the lock
            self.stopped.set()
            await self.goes_on.wait()
        return await self._followed(connection, known)


async def test_who_is_stopped_as_it_appends_holds_up_nobody_and_its_entry_is_there_once(
    logs: tuple[PostgresLog, PostgresLog], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = logs
    await other.append(asked("first"))
    stops = Stops()
    monkeypatch.setattr(postgres_writing, "followed", stops.followed)
    appending = asyncio.create_task(one.append(asked("stopped")))
    await patiently(stops.stopped.wait())
    assert await patiently(other.append(asked("meanwhile"))) == 1
    stops.goes_on.set()
    assert await patiently(appending) == 2
    held = [logged.entry.query_id for logged in await other.entries()]
    assert held == ["first", "meanwhile", "stopped"]


async def test_who_is_stopped_in_the_middle_of_a_change_lets_others_change(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "TURN_SECONDS", 1.0)
    one, other = [await SqlLedger.at_server(dsn) for _ in range(2)]
    async with one.turn():
        async with other.turn():
            assert await other.generation() == await one.generation()
        async with other.turn():  # what is let go twice is still whole
            pass
    async with one.turn():
        pass
    await one.aclose()
    await other.aclose()


@pytest.mark.parametrize(("seconds", "left_alone"), [(5.0, "5s"), (None, "0")])
async def test_only_who_makes_tables_or_copies_them_leaves_a_transaction_alone_for_long(
    dsn: str, seconds: float | None, left_alone: str
) -> None:
    session = await connected(dsn, seconds=seconds)
    assert await session.fetchval("SHOW idle_in_transaction_session_timeout") == left_alone
    await session.close()
