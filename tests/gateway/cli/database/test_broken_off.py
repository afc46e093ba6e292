"""An upgrade or a copy that breaks off at any moment leaves what was there, and can be repeated."""

import asyncio
import sys
from pathlib import Path

import asyncpg
import pytest

from demo.postgres import Postgres
from gateway.cli.database import upgrade as upgrading
from gateway.cli.database.privileges import Roles
from gateway.cli.database.upgrade import upgrade_server
from gateway.model.errors import ConfigurationInvalid
from tests.support.audit.recorded import Recorded, verify
from tests.support.audit.stores import Stores, recorded_stores

KILLED = -9


async def killed(stores: Stores, last: int) -> int:
    """How an upgrade ends that is killed after so many statements."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.support.audit.killed_upgrade", str(last), "db", "upgrade"),
        *stores.write_settings(),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode in {KILLED, 0}, said
    return process.returncode or 0


@pytest.mark.parametrize("name", ["three_tables", "before_numbers"])
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
async def test_killed_after_any_statement_an_upgrade_has_done_all_of_a_database_or_nothing(
    tmp_path: Path, postgres: Postgres, name: str, database: str
) -> None:
    stores = await recorded_stores(tmp_path, name, postgres if database == "postgres" else None)
    was, rows = await stores.shape(), await stores.rows()
    kills, last = 0, 3
    while await killed(stores, last) == KILLED:
        kills += 1
        last += 19
        now = await stores.shape()
        if database == "postgres":
            assert now == was
        else:  # each file is a database
            assert sum(now[file] != was[file] for file in now) < len(now)
        assert await stores.rows() == rows
    assert kills > 1
    assert (await stores.db("status")).exit_code == 0
    assert verify(await stores.rows(), Recorded.of(name), tmp_path / "after") == 266


async def test_an_upgrade_waits_for_a_table_no_longer_than_questions_can(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = await recorded_stores(tmp_path, "before_numbers", postgres)
    shape = await stores.shape()
    monkeypatch.setattr(upgrading, "_NOT_LONG", "SET LOCAL lock_timeout = '50ms'")
    holding = await asyncpg.connect(stores.owner)
    try:
        async with holding.transaction():
            await holding.execute("LOCK TABLE source_version IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(ConfigurationInvalid, match="somebody holds a table"):
                await upgrade_server(stores.owner, Roles())
    finally:
        await holding.close()
    assert await stores.shape() == shape
    assert (await stores.db("upgrade")).exit_code == 0
