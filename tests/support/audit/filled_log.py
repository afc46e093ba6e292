"""A filled log in either store, how a gateway opens it, and who else writes it."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.processes.postgres import Postgres
from gateway.audit.log.embedded import AuditLog
from gateway.audit.log.postgres import PostgresLog
from gateway.audit.publish.local_signer import local_signer
from gateway.audit.publish.publication import Publication
from gateway.audit.store.contract import Log
from gateway.audit.store.sqlite import create_log
from tests.support.audit.database import ROLE, new_schema
from tests.support.audit.meddler import PostgresMeddler, Rows, SqliteMeddler
from tests.support.audit.publishing import ORIGIN, Minutes, write
from tests.support.audit.store_tampering import SIGNED


@dataclass(frozen=True, slots=True)
class Place:
    """A log's store, how a gateway opens it, and who else writes it."""

    folder: Path
    opened: Callable[[], Awaitable[Log]]
    meddler: SqliteMeddler | PostgresMeddler

    @asynccontextmanager
    async def publication(self) -> AsyncIterator[Publication]:
        """The log as a gateway has it; signed at the end too."""
        log = await self.opened()
        try:
            async with local_signer(self.folder / "log-key", ORIGIN) as signer:
                publication = await Publication.open(log, signer, Minutes())
                yield publication
                await publication.leave()
        finally:
            await log.aclose()


@dataclass(frozen=True, slots=True)
class Filled:
    """A log of 300 entries, signed at 100, 200 and 300, and at rest: its rows, key and memory."""

    rows: dict[str, Rows]
    files: dict[str, bytes]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """Made once, since each of its entries waits for the disk."""
    folder = tmp_path_factory.mktemp("filled")
    return asyncio.run(_filled(folder))


async def _filled(folder: Path) -> Filled:
    made = _in_file(folder)
    async with made.publication() as publication:
        for _ in SIGNED:
            await write(publication.log, 100)
            await publication.newest()
    files = {name: (folder / name).read_bytes() for name in ("log-key", "log-key-memory")}
    return Filled((await made.meddler.read()).rows, files)


@pytest.fixture(scope="module")
def schema(postgres: Postgres) -> str:
    """One place for all of these logs, one after another."""
    return asyncio.run(new_schema(postgres))


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path, filled: Filled) -> Place:
    """The filled log in its store."""
    for name, content in filled.files.items():
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o600)
    if request.param == "sqlite":
        made = _in_file(tmp_path)
        create_log(tmp_path / "log.db")
    else:
        server: Postgres = request.getfixturevalue("postgres")
        made = _in_server(server, request.getfixturevalue("schema"), tmp_path)
    asyncio.run(made.meddler.write(filled.rows))
    return made


def _in_file(folder: Path) -> Place:
    path = folder / "log.db"
    return Place(folder, lambda: AuditLog.open(path), SqliteMeddler(path))


def _in_server(server: Postgres, name: str, folder: Path) -> Place:
    dsn = server.dsn(name, user=ROLE)

    async def opened() -> Log:
        # Of a machine of its own each: on the same one, what it was told to be durable is looked
        # for before anything is signed.
        machine = folder / secrets.token_hex(4)
        machine.mkdir()
        return await PostgresLog.open(dsn, machine / "found-by", unsynced=True)

    return Place(folder, opened, PostgresMeddler(server.dsn(name)))
