"""Our own PostgreSQL is reached where it takes writes, and only over a session that is ours."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from demo.processes.postgres import Postgres
from gateway.audit.errors import LogUnavailable
from gateway.audit.log.postgres import PostgresLog
from gateway.cli.database.privileges import Roles
from gateway.cli.database.upgrade import upgrade_server
from gateway.config.addresses.postgres import postgres_hosts
from gateway.config.database.connecting import connected
from gateway.config.database.contract import DatabaseRefused, Lock
from gateway.config.database.postgres import PostgresDatabase
from gateway.config.sql import PooledByTransaction
from gateway.model.errors import ConfigurationInvalid
from gateway.registry.ledger.contract import LedgerUnavailable
from gateway.registry.ledger.store import SqlLedger
from tests.support.adapters.tls import CertificateAuthority
from tests.support.audit.database import ROLE, as_owner, new_database
from tests.support.audit.examples import asked
from tests.support.patience import patiently
from tests.support.pooler import pooled
from tests.support.tls_postgres import tls_postgres

BUSY = 6


@pytest.mark.parametrize(
    ("dsn", "hosts"),
    [
        ("postgresql://log@one/log", [("one", 5432)]),
        ("postgres://one:1,two,[::1]:3/log", [("one", 1), ("two", 5432), ("::1", 3)]),
        ("postgresql://a:b%40c@one,two:6/log", [("one", 5432), ("two", 6)]),
        ("postgresql:///log?host=one,two&port=7", [("one", 7), ("two", 7)]),
        ("postgresql:///log?host=/run/a,two&port=7,8", [("/run/a", 7), ("two", 8)]),
    ],
)
def test_an_address_names_one_server_or_several(dsn: str, hosts: list[tuple[str, int]]) -> None:
    assert list(postgres_hosts(dsn)) == hosts


@pytest.mark.parametrize(
    "dsn",
    [
        *("mysql://one/log", "postgresql:///log", "postgresql://one,/log", "postgresql://:5/log"),
        *("postgresql://one:0/log", "postgresql://one:x/log", "postgresql://one:70000/log"),
        *("postgresql:///log?host=one,two&port=1,2,3", "postgresql://one/log?host=two"),
    ],
)
def test_what_names_no_server_is_no_address(dsn: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        postgres_hosts(dsn)


@asynccontextmanager
async def silent() -> AsyncIterator[int]:
    """The port of a machine that takes connections and never says anything."""

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_server_that_hangs_leaves_time_for_the_next(postgres: Postgres) -> None:
    async with silent() as hanging:
        hosts = f"127.0.0.1:{hanging},127.0.0.1:{postgres.port}"
        connection = await patiently(connected(f"postgresql://postgres@{hosts}/postgres"))
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()


async def test_a_server_that_is_not_there_or_refuses_is_passed_over(postgres: Postgres) -> None:
    name = await new_database(postgres)
    hosts = f"127.0.0.1:1,127.0.0.1:{postgres.port}"
    connection = await connected(f"postgresql://postgres@{hosts}/{name}")
    await connection.close()
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await connected(f"postgresql://postgres@{hosts}/no_such_database")


async def test_connections_to_a_server_that_takes_no_more_writes_are_made_anew(
    postgres: Postgres,
) -> None:
    database = PostgresDatabase(postgres.dsn(await new_database(postgres), ROLE))
    try:
        await database.read(lambda it: it.exec_driver_sql("SELECT 1").scalar())
        read_only = "SELECT set_config('default_transaction_read_only', 'on', false)"
        await database.write(lambda it: it.exec_driver_sql(read_only).scalar())
        deleted = "DELETE FROM lease"
        assert await database.write(lambda it: it.exec_driver_sql(deleted).rowcount) == 0
    finally:
        await database.aclose()


async def test_over_a_pooler_of_whole_sessions_the_log_and_the_locks_hold(
    postgres: Postgres, tmp_path: Path
) -> None:
    place = await new_database(postgres)
    with pooled(postgres, "session") as port:
        dsn = f"postgresql://{ROLE}@127.0.0.1:{port}/{place}"
        log = await PostgresLog.open(dsn, tmp_path / "found-by", unsynced=True)
        assert await log.append(asked()) == 0
        await log.aclose()
        one, other = PostgresDatabase(dsn), PostgresDatabase(dsn)
        async with one.turn(Lock(1), 30):
            with pytest.raises(DatabaseRefused, match="another change"):
                async with other.turn(Lock(1), 0.1):
                    pass
        await one.aclose()
        await other.aclose()


async def test_who_waits_for_a_turn_is_not_cut_off_as_if_it_held_it(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    dsn = postgres.dsn(await new_database(postgres), ROLE)
    one, other = PostgresDatabase(dsn), PostgresDatabase(dsn)
    async with one.turn(Lock(1), 30):
        monkeypatch.setattr("gateway.config.database.postgres._BETWEEN_TRIES_S", 0.4)
        monkeypatch.setattr("gateway.config.database.postgres._LEFT_ALONE", 0.1)
        with pytest.raises(DatabaseRefused, match="another change"):
            async with other.turn(Lock(1), 1):
                pass
    await one.aclose()
    await other.aclose()


@asynccontextmanager
async def busy(dsn: str) -> AsyncIterator[None]:
    """Others who use the pooler meanwhile, so that nobody gets the same session again by luck."""

    async def use(connection: Any) -> None:
        while True:
            await connection.execute("SELECT 1")

    connections = [await asyncpg.connect(dsn) for _ in range(BUSY)]
    using = [asyncio.create_task(use(each)) for each in connections]
    try:
        yield
    finally:
        for task in using:
            task.cancel()
        for each in connections:
            each.terminate()


@pytest.mark.parametrize("mode", ["transaction", "statement"])
async def test_a_pooler_that_shares_sessions_is_refused_with_what_to_do(
    postgres: Postgres, tmp_path: Path, mode: str
) -> None:
    place = await new_database(postgres)
    with pooled(postgres, mode) as port:
        dsn = f"postgresql://{ROLE}@127.0.0.1:{port}/{place}"
        told = "name the PostgreSQL server itself, or set pool_mode = session"
        async with busy(dsn):
            for _ in range(3):
                with pytest.raises(PooledByTransaction):
                    await connected(dsn)
        with pytest.raises(LogUnavailable, match=told):
            await PostgresLog.open(dsn, tmp_path / "found-by", unsynced=True)
        with pytest.raises(LedgerUnavailable, match=told):
            await SqlLedger.at_server(dsn)
        with pytest.raises(ConfigurationInvalid, match=told):
            await upgrade_server(dsn, Roles(frozenset({ROLE})))
    await as_owner(postgres.dsn(), f"DROP DATABASE {place} WITH (FORCE)")


async def test_each_of_several_servers_has_to_show_a_certificate_of_its_own_name(
    tmp_path: Path,
) -> None:
    authority, file = CertificateAuthority.called("our own"), tmp_path / "ca.pem"
    file.write_text(authority.pem.certificate)
    with tls_postgres(authority.signs()) as server:
        asked = f"sslmode=verify-full&sslrootcert={file}"
        here, named = f"127.0.0.1:{server.port}", f"localhost:{server.port}"
        connection = await connected(f"postgresql://postgres@{named},{here}/postgres?{asked}")
        assert await connection.fetchval("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        await connection.close()
        with pytest.raises(ssl.SSLCertVerificationError):
            await connected(f"postgresql://postgres@{named}/postgres?{asked}")
