"""An upgrade or a copy that breaks off at any moment leaves what was there, and can be repeated."""

import asyncio
import shlex
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from demo.processes.postgres import Postgres
from gateway.cli.database import upgrade as upgrading
from gateway.cli.database.privileges import Roles
from gateway.cli.database.upgrade import upgrade_server
from gateway.model.errors import ConfigurationInvalid
from tests.support.audit.database import as_owner
from tests.support.audit.examples import asked
from tests.support.audit.recorded import Recorded, verify
from tests.support.audit.stores import Stores, empty_tables, recorded_stores
from tests.support.gateway.reloading import until
from tests.support.patience import patiently
from tests.support.served_gateway import COMMAND

KILLED = -9


async def run(program: str, *arguments: str) -> tuple[int, str]:
    """How a program of the tests ends, and what it says of its failure."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", f"tests.support.audit.{program}", *arguments),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await patiently(process.communicate())
    return process.returncode or 0, said.decode()


@pytest.fixture(scope="module")
def killed() -> Iterator[Callable[[Stores, int], int]]:
    """How an upgrade ends that is killed after so many statements."""
    command = [sys.executable, "-m", "tests.support.audit.killed_upgrade"]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:

        def upgrade(stores: Stores, last: int) -> int:
            assert process.stdin
            assert process.stdout
            given = shlex.join((str(last), "db", "upgrade", *map(str, stores.write_settings())))
            process.stdin.write(f"{given}\n")
            status = int(process.stdout.readline())
            assert status in {KILLED, 0}
            return status

        yield upgrade


@pytest.mark.parametrize("name", ["three_tables", "before_numbers"])
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
async def test_killed_after_any_statement_an_upgrade_has_done_all_of_a_database_or_nothing(
    tmp_path: Path,
    postgres: Postgres,
    killed: Callable[[Stores, int], int],
    name: str,
    database: str,
) -> None:
    stores = await recorded_stores(tmp_path, name, postgres if database == "postgres" else None)
    was, rows = await stores.shape(), await stores.rows()
    kills, last = 0, 3
    while killed(stores, last) == KILLED:
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


STALLING = """
CREATE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NEW; END $$;
CREATE TRIGGER stalls BEFORE INSERT ON notice FOR EACH ROW EXECUTE FUNCTION stall();
"""
STALLED = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND NOT granted"


async def test_killed_before_its_last_rows_a_copy_has_copied_nothing_and_the_old_log_goes_on(
    tmp_path: Path, postgres: Postgres
) -> None:
    files = await recorded_stores(tmp_path, "before_numbers", None)
    await files.db("upgrade")
    stores = await empty_tables(tmp_path, postgres)
    await as_owner(stores.owner, STALLING)
    holding = await asyncpg.connect(stores.owner)
    await holding.execute("SELECT pg_advisory_lock(42)")
    copying = await asyncio.create_subprocess_exec(
        *(str(COMMAND), "db", "copy", *stores.write_settings())
    )
    await until(partial(holding.fetchval, STALLED))
    copying.kill()
    await copying.wait()
    await holding.close()
    await as_owner(stores.owner, "DROP FUNCTION stall CASCADE")
    assert (await stores.rows())["leaf_hash"] == []
    log = await Stores(tmp_path).log()
    assert await log.append(asked("goes-on")) == 266
    await log.aclose()
    assert (await stores.db("copy")).exit_code == 0
    await (await stores.log()).aclose()


async def test_a_backup_that_reads_every_table_holds_up_no_upgrade_from_the_release_before(
    tmp_path: Path, postgres: Postgres
) -> None:
    stores = await recorded_stores(tmp_path, "before_numbers", postgres)
    backup = await asyncpg.connect(stores.owner)
    try:
        async with backup.transaction(isolation="repeatable_read", readonly=True):
            for row in await backup.fetch("SELECT tablename FROM pg_tables"):
                if row[0] in {"entry", "leaf_hash", "source_version", "enactment", "leave"}:
                    await backup.execute(f"LOCK TABLE {row[0]} IN ACCESS SHARE MODE")
            assert (await stores.db("upgrade")).exit_code == 0
            assert await backup.fetchval("SELECT count(*) FROM entry") == 262
    finally:
        await backup.close()


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
            with pytest.raises(ConfigurationInvalid, match="another session holds a table"):
                await upgrade_server(stores.owner, Roles())
    finally:
        await holding.close()
    assert await stores.shape() == shape
    assert (await stores.db("upgrade")).exit_code == 0


@pytest.mark.parametrize("name", ["first_sqlite", "three_tables", "before_numbers"])
async def test_on_a_full_disk_an_upgrade_changes_nothing_and_is_repeated_when_there_is_room(
    tmp_path: Path, name: str
) -> None:
    stores = await recorded_stores(tmp_path, name, None)
    shape, rows = await stores.shape(), await stores.rows()
    status, said = await run("full_disk_upgrade", *stores.write_settings())
    assert (status, "cannot be used" in said) == (2, True)
    assert await stores.shape() == shape
    assert await stores.rows() == rows
    assert (await stores.db("upgrade")).exit_code == 0
    said_then = Recorded.of(name)
    assert verify(await stores.rows(), said_then, tmp_path / "after") == said_then.size


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
@pytest.mark.parametrize(("name", "status"), [("two_tables", 2), ("before_numbers", 0)])
async def test_gateways_that_cannot_go_on_beside_this_release_are_stopped_before_an_upgrade(
    tmp_path: Path, postgres: Postgres, database: str, name: str, status: int
) -> None:
    stores = await recorded_stores(tmp_path, name, postgres if database == "postgres" else None)
    await serve(stores, 600)
    shape = await stores.shape()
    ran = await stores.db("upgrade")
    assert ran.exit_code == status
    assert ("stop every gateway" in ran.stderr) == bool(status)
    assert (await stores.shape() == shape) == bool(status)
    await serve(stores, -1)
    assert (await stores.db("upgrade")).exit_code == 0


async def serve(stores: Stores, seconds: float) -> None:
    """Hold a lease as a gateway of an earlier release does."""
    if stores.server:
        until = f"clock_timestamp() + make_interval(secs => {seconds})"
        await as_owner(
            stores.owner, f"DELETE FROM lease; INSERT INTO lease VALUES ('one', 1, {until})"
        )
        return
    with closing(sqlite3.connect(stores.state / "ledger.sqlite")) as file:
        file.execute("DELETE FROM lease")
        file.execute("INSERT INTO lease VALUES ('one', 1, ?)", (time.monotonic() + seconds,))
        file.commit()
