"""Databases over TLS: a new connection uses the files of now, and broken ones replace nothing."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from demo.processes.postgres import Postgres
from gateway.config.certificates.addresses import POSTGRES, VALKEY, KeptAddress
from gateway.config.certificates.renewal import Certificates, RenewedCertificates
from gateway.identity.counters import Count
from gateway.identity.counts.opening import open_counts
from gateway.model.errors import TryLater
from tests.support.adapters.tls import CertificateAuthority
from tests.support.postgres_over_tls import over_tls


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.touch(mode=0o600)
    file.write_text(text)
    return file


async def renewed(kept: KeptAddress) -> RenewedCertificates:
    certificates = Certificates(lambda: datetime.now(UTC))
    certificates.add(kept.kept)
    return await certificates.renew()


async def speaks(dsn: str) -> bool:
    """Whether a new connection believes the server."""
    try:
        connection = await asyncpg.connect(dsn)
    except (OSError, ssl.SSLError):
        return False
    await connection.close()
    return True


async def test_postgresql_is_believed_by_the_authority_that_is_there_at_a_reload(
    postgres: Postgres, tmp_path: Path
) -> None:
    authority = CertificateAuthority.called("The council's databases")
    async with over_tls(postgres.port, authority.signs("database"), tmp_path) as port:
        await hold_to_the_authority_of_now(authority, port, tmp_path)


async def hold_to_the_authority_of_now(
    authority: CertificateAuthority, port: int, folder: Path
) -> None:
    file = write(folder, "authority.pem", authority.pem.certificate)
    at = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    dsn = f"{at}?sslmode=verify-full&sslrootcert={file}"
    kept = KeptAddress.of("log.dsn", dsn, POSTGRES)
    running = await asyncpg.connect(kept.address)
    other = CertificateAuthority.called("Another authority")
    write(folder, "authority.pem", "-----BEGIN CERTIFICATE-----\nbroken")
    with capture_logs() as events:
        assert (await renewed(kept)).kept == ("log.dsn",)
    assert await speaks(kept.address)
    assert not await speaks(dsn)  # as it would be without
    write(folder, "authority.pem", other.pem.certificate)
    assert (await renewed(kept)).new == ("log.dsn",)
    assert not await speaks(kept.address)
    write(folder, "authority.pem", authority.pem.certificate)
    assert (await renewed(kept)).new == ("log.dsn",)
    assert await speaks(kept.address)
    assert await running.fetchval("SELECT 1") == 1
    await running.close()
    kept.close()
    assert {key: value for key, value in events[0].items() if key != "log_level"} == {
        "event": "certificate_not_renewed",
        "setting": "log.dsn",
        "cause": "NO_AUTHORITY",
    }


@asynccontextmanager
async def hearing(authority: CertificateAuthority, folder: Path) -> AsyncIterator[tuple[int, Any]]:
    """Something in the place of a Valkey that hears whose certificates it is shown."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=authority.pem.certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    authority.signs().load_into(context, folder)
    shown: list[str] = []

    async def hear(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        subject = writer.get_extra_info("peercert")["subject"]
        shown.append(subject[0][0][1])
        writer.close()

    async with await asyncio.start_server(hear, "127.0.0.1", 0, ssl=context) as server:
        yield server.sockets[0].getsockname()[1], shown


async def test_a_valkey_is_shown_the_certificate_that_is_there_at_a_reload(tmp_path: Path) -> None:
    authority = CertificateAuthority.called("The council's stores")
    first, second = authority.signs("first"), authority.signs("second")
    ended = authority.signs("third", days=(-3, -1))
    write(tmp_path, "authority.pem", authority.pem.certificate)
    write(tmp_path, "own.pem", first.certificate)
    write(tmp_path, "own.key", first.key)
    async with hearing(authority, tmp_path) as (port, shown):
        files = {"ssl_ca_certs": "authority.pem", "ssl_certfile": "own.pem"}
        named = "&".join(f"{k}={tmp_path / f}" for k, f in files.items())
        url = f"valkeys://127.0.0.1:{port}?{named}&ssl_keyfile={tmp_path / 'own.key'}"
        kept = KeptAddress.of("replicas.valkey", url, VALKEY)
        async with open_counts(kept.address, lambda: 0.0) as counts:
            for pair in (None, second, ended):
                if pair is not None:
                    write(tmp_path, "own.pem", pair.certificate)
                    assert (await renewed(kept)).kept == ("replicas.valkey",)  # half a pair
                    write(tmp_path, "own.key", pair.key)
                    await renewed(kept)
                with pytest.raises(TryLater):
                    await counts.add([Count("minute", 60)])
        kept.close()
    assert shown == ["first", "second", "second"]
