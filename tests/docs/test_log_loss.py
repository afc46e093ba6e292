"""Whoever lost the log types the page's commands in their order, and gets as far as it says."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from demo.processes.ports import free_port
from demo.processes.postgres import Postgres
from gateway.audit.log.embedded import AuditLog
from gateway.audit.log.postgres import PostgresLog
from gateway.audit.store.contract import Log
from gateway.cli.database.upgrade import upgrade_server
from tests.support.audit.database import ROLE, ROLES, make_roles
from tests.support.audit.publishing import write
from tests.support.audit.signing import open_as_gateway
from tests.support.docs.pages import blocks, text
from tests.support.docs.shell import Typist, archiving, dsn_of, reachable_folder
from tests.support.gateway.reloading import until

PAGE = text("docs/operate/log-loss.md")
BACKUP, RESTORE = "sqlite3 ", "mv state/audit.sqlite*"
IS_MISSING, ANOTHER, BOTH = "teamaround audit export after", "mkdir -p lost", "NEW_KEY="
DUMP, RESTORED, NEW = "pg_dump", "pg_restore", "teamaround db upgrade"
BASE, STANDBY = (
    f'pg_basebackup --dbname="$OWNER_DSN" --pgdata={data}' for data in ("backup/base", "standby")
)
RECOVER, PROMOTE = "cp -a backup/base", "pg_ctl --pgdata=standby --wait promote"
TYPED = [BACKUP, RESTORE, IS_MISSING, ANOTHER, BOTH, DUMP, RESTORED, NEW, BASE, STANDBY, RECOVER]


@pytest.fixture
def typist() -> Iterator[Typist]:
    with reachable_folder() as folder:
        made = Typist(PAGE, folder)
        yield made
        for data in ("recovered", "standby"):
            made.shell(f"pg_ctl --pgdata={data} --mode=immediate stop")


async def grow(log: Log, folder: Path, count: int) -> None:
    async with open_as_gateway(log, folder / "state", "teamaround.example/borough"):
        await write(log, count)


async def entries_in(dsn: str, folder: Path) -> int:
    log = await PostgresLog.open(dsn, folder / f"{urlsplit(dsn).port}{urlsplit(dsn).path[1:]}")
    try:
        return await log.size()
    finally:
        await log.aclose()


async def archived(server: Postgres, archive: Path) -> None:
    """Wait until the server has put away all that was written so far."""
    connection = await asyncpg.connect(server.dsn())
    name = await connection.fetchval("SELECT pg_walfile_name(pg_switch_wal())")
    await connection.close()

    async def there() -> bool:
        return await asyncio.to_thread((archive / str(name)).exists)

    await until(there)


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="needs the command sqlite3")
async def test_a_lost_file_is_restored_or_followed_by_another_log(typist: Typist) -> None:
    file = typist.folder / "state" / "audit.sqlite"
    typist.known["LOG_KEY"] = typist.shell("teamaround audit key").stdout.strip()
    await grow(await AuditLog.open(file), typist.folder, 3)
    typist.types(BACKUP)
    typist.types(RESTORE)
    typist.types(IS_MISSING)
    await grow(await AuditLog.open(file), typist.folder, 2)
    assert typist.shell("teamaround audit export backup/export").returncode == 0
    typist.types(RESTORE)
    short = typist.ends(IS_MISSING)
    assert (short.returncode, "the log has 4 entries, and 8 were signed" in short.stderr) == (
        2,
        True,
    )
    assert "docs/operate/log-loss.md" in short.stderr
    typist.types(ANOTHER)
    said = typist.types(BOTH)
    assert "the gap: its entries from 8 on, to an unknown one" in said
    assert "decided by The data protection officer: The disk broke" in said


async def test_a_database_is_restored_recovered_or_promoted(typist: Typist) -> None:
    known, folder = typist.known, typist.folder
    (settings,) = blocks(PAGE, "ini")
    with archiving(typist, settings) as server:
        known["OWNER_DSN"], known["ARCHIVE"] = server.dsn(), str(folder / "archive")
        await make_roles(server)
        await upgrade_server(server.dsn(), ROLES)
        typist.write_settings(server.dsn(user=ROLE))
        assert typist.shell("teamaround audit key").returncode == 0
        await grow(await PostgresLog.open(server.dsn(user=ROLE), folder / "found-by"), folder, 3)
        for step in (DUMP, BASE, STANDBY):
            typist.types(step)
        standby = typist.starts("standby")
        server.run("ALTER SYSTEM SET synchronous_standby_names = '*'")
        server.run("SELECT pg_reload_conf()")
        await grow(await PostgresLog.open(server.dsn(user=ROLE), folder / "found-by"), folder, 2)
        await archived(server, folder / "archive")
        server.fail()
    typist.types(PROMOTE)
    assert await entries_in(standby, folder) == 6
    known["NEW_PORT"] = str(free_port())
    typist.types(RECOVER)
    assert await entries_in(dsn_of(known["NEW_PORT"]), folder) == 6
    port = standby.rpartition(":")[2].partition("/")[0]
    known["OWNER_DSN"], known["RESTORED_DSN"] = standby, dsn_of(port, "restored")
    typist.types(RESTORED)
    assert await entries_in(known["RESTORED_DSN"], folder) == 4
    (folder / "new-owner.dsn").touch(mode=0o600)
    (folder / "new-owner.dsn").write_text(dsn_of(port, "borough_2"))
    typist.write_settings(dsn_of(port, "borough_2", ROLE))
    typist.types(NEW)
    assert await entries_in(dsn_of(port, "borough_2"), folder) == 0


def test_no_command_of_the_page_is_left_out() -> None:
    steps = [*TYPED, PROMOTE]
    there = [
        sum(any(line.startswith(step) for line in block.splitlines()) for step in steps)
        for block in blocks(PAGE, "sh")
    ]
    assert there == [1] * len(steps)
