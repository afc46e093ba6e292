"""A failover of the database costs the time that it takes, and no acknowledged entry."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from gateway.audit.errors import LogNotContinued, LogUnavailable
from gateway.audit.log.postgres import PostgresLog
from gateway.model.causes import cause_of
from tests.support.audit.database import ROLE, new_database
from tests.support.audit.examples import asked
from tests.support.patience import patiently
from tests.support.replicated import ALONE, Replicated, replicated

CANCELLED = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
READ_ONLY = "ALTER SYSTEM SET default_transaction_read_only = on; SELECT pg_reload_conf()"
READY_TO_WRITE = "ALTER SYSTEM RESET default_transaction_read_only; SELECT pg_reload_conf()"


@pytest.fixture
def servers() -> Iterator[Replicated]:
    with replicated() as both:
        yield both


async def written(log: PostgresLog, *names: str) -> list[int]:
    return [await patiently(log.append(asked(name))) for name in names]


async def names_in(log: PostgresLog) -> list[str | None]:
    return [each.entry.query_id for each in await log.entries()]


async def cancelled_wait(dsn: str) -> None:
    """End the wait of a commit for its standby, as an operator's pg_cancel_backend does."""
    connection = await asyncpg.connect(dsn)
    try:
        while not await connection.fetchval(CANCELLED):
            await connection.fetchval("SELECT pg_sleep(0.01)")
    finally:
        await connection.close()


async def until_taken(log: PostgresLog, name: str) -> int:
    """The index of an entry that is refused as long as the servers are away."""
    while True:
        try:
            return await log.append(asked(name))
        except LogUnavailable:
            await asyncio.sleep(0.05)


async def test_of_two_servers_the_log_is_where_it_goes_on_and_nowhere_else(
    servers: Replicated, tmp_path: Path
) -> None:
    place = await new_database(servers.primary)
    servers.wait_for_the_standby()
    dsn, index = servers.dsn(place, ROLE), tmp_path / "found-by"

    # A commit that gave up its wait for the standby is on one server alone, and gets no receipt.
    log = await PostgresLog.open(dsn, index)
    assert await written(log, "first") == [0]
    servers.standby.fail()
    unsure = asyncio.create_task(log.append(asked("unsure")))
    await patiently(cancelled_wait(servers.primary.dsn(place)))
    with pytest.raises(LogUnavailable, match="could not be written"):
        await unsure
    servers.standby.start_again()
    assert await written(log, "second") == [2]

    # A primary that takes no writes any more costs nobody anything once the other one does.
    servers.primary.run(READ_ONLY)
    servers.standby.promote()
    assert await written(log, "third", "fourth") == [3, 4]
    assert len(await log.entries()) == 5

    # A server that ends is missed as long as it is away.
    servers.standby.fail()
    with pytest.raises(LogUnavailable) as away:
        await written(log, "away")
    assert cause_of(away.value) == "TargetServerAttributeNotMatched"
    servers.standby.start_again()
    index_of_fifth = await patiently(until_taken(log, "fifth"))
    assert (await names_in(log))[index_of_fifth] == "fifth"
    acknowledged = {"first", "second", "third", "fourth", "fifth"}

    # The primary of before takes writes again, and lacks what was acknowledged since.
    servers.primary.run(READY_TO_WRITE)
    servers.primary.run(ALONE)
    servers.standby.fail()
    with pytest.raises(LogNotContinued):
        await patiently(log.append(asked("nowhere")))
    with pytest.raises(LogNotContinued):
        await log.entries()
    with pytest.raises(LogNotContinued):
        await log.size()
    await log.aclose()
    with pytest.raises(LogNotContinued, match="found-by-known"):
        await PostgresLog.open(dsn, index)

    # The one that has everything is there again.
    servers.primary.fail()
    servers.standby.start_again()
    log = await PostgresLog.open(dsn, index)
    names = await names_in(log)
    assert acknowledged <= set(names)
    assert len(names) == len(set(names))
    await log.aclose()
