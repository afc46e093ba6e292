"""Whoever looks each day learns in time that a store's or an agency's certificate ends."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.network.egress import Egress
from adapters.network.secrets import Secrets
from demo.processes.ports import free_port
from demo.processes.postgres import Postgres
from gateway.cli.checking.online.agency_certificates import look_at_agency
from gateway.cli.checking.online.certificates import look_at_place
from gateway.cli.checking.online.findings import Finding, FindingState, LookFailed
from gateway.cli.checking.online.store_certificates import store_places
from tests.support.adapters.asking import manifest_of, manifest_text
from tests.support.adapters.tls import CertificateAuthority, Pem, serving_tls
from tests.support.postgres_over_tls import over_tls
from tests.support.settings import settings_with

AUTHORITY: Final = CertificateAuthority.called("The borough's authority")
NOW: Final = datetime.now(UTC)  # before any of these certificates is signed


def written(folder: Path, authority: CertificateAuthority = AUTHORITY) -> Path:
    """The file of an authority."""
    file = folder / "authority.pem"
    file.write_text(authority.pem.certificate)
    return file


async def of_postgres(
    postgres: Postgres, shown: Pem, folder: Path, mode: str = "verify-full"
) -> list[Finding]:
    """What is found of a PostgreSQL that shows this certificate."""
    async with over_tls(postgres.port, shown, folder) as port:
        asked = f"sslmode={mode}&sslrootcert={folder / 'authority.pem'}"
        dsn = f"postgresql://gateway@127.0.0.1:{port}/log?{asked}"
        return await found({"log__dsn": dsn})


async def found(given: dict[str, Any]) -> list[Finding]:
    settings = settings_with(environment="development", **given)
    found: list[Finding] = []
    for part, place, believed in store_places(settings):
        found += await look_at_place(part, place, believed, NOW)
    return found


async def test_the_end_of_a_databases_certificate_is_told_before_it_comes(
    postgres: Postgres, tmp_path: Path
) -> None:
    written(tmp_path)
    (soon,) = await of_postgres(postgres, AUTHORITY.signs(days=(-2, 12)), tmp_path)
    assert (soon.part, soon.state) == ("certificate of log.dsn", FindingState.WARNING)
    assert soon.what == "ends in 12 days: tell its operator"
    (late,) = await of_postgres(postgres, AUTHORITY.signs(days=(-2, 200)), tmp_path)
    assert late.state is FindingState.OK


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        (AUTHORITY.signs(host="another.example"), "it is for another name"),
        (AUTHORITY.signs(days=(-9, -1)), "certificate has expired"),
        (CertificateAuthority.called("A stranger").signs(), "unable to get local issuer"),
    ],
    ids=["another name", "ended", "another authority"],
)
async def test_a_databases_certificate_that_is_not_believed_is_told_with_why(
    shown: Pem, why: str, postgres: Postgres, tmp_path: Path
) -> None:
    written(tmp_path)
    with pytest.raises(LookFailed, match=why):
        await of_postgres(postgres, shown, tmp_path)


async def test_a_certificate_that_nobody_verifies_is_still_read(
    postgres: Postgres, tmp_path: Path
) -> None:
    written(tmp_path)
    ended = AUTHORITY.signs(days=(-9, -1))
    (told,) = await of_postgres(postgres, ended, tmp_path, mode="require")
    assert (told.state, told.what) == (FindingState.WRONG, "has ended: tell its operator")


async def test_a_database_that_speaks_no_tls_is_told(postgres: Postgres, tmp_path: Path) -> None:
    asked = f"sslmode=verify-full&sslrootcert={written(tmp_path)}"
    with pytest.raises(LookFailed, match="shows no certificate"):
        await found({"log__dsn": f"postgresql://gateway@127.0.0.1:{postgres.port}/log?{asked}"})


async def test_one_of_several_servers_may_be_away(postgres: Postgres, tmp_path: Path) -> None:
    written(tmp_path)
    async with over_tls(postgres.port, AUTHORITY.signs(days=(-2, 200)), tmp_path) as port:
        asked = f"sslmode=verify-full&sslrootcert={tmp_path / 'authority.pem'}"
        at = f"127.0.0.1:{free_port()},127.0.0.1:{port}"
        away, well = await found({"log__dsn": f"postgresql://gateway@{at}/log?{asked}"})
    assert (away.state, away.what) == (
        FindingState.WARNING,
        "cannot be reached (ConnectionRefusedError): tell its operator",
    )
    assert well.state is FindingState.OK


async def test_the_only_server_may_not_be_away(tmp_path: Path) -> None:
    asked = f"sslmode=verify-full&sslrootcert={written(tmp_path)}"
    with pytest.raises(LookFailed, match="cannot be reached"):
        await found({"log__dsn": f"postgresql://gateway@127.0.0.1:{free_port()}/log?{asked}"})


def test_every_server_and_sentinel_of_an_address_is_looked_at() -> None:
    settings = settings_with(
        environment="development",
        log__dsn="postgresql://gateway@db1.example,db2.example:5433/log?sslmode=verify-full",
        replicas__valkey="valkeys+sentinel://one.example,two.example:26380/counts",
    )
    places = {part: (place.name, place.port) for part, place, _ in store_places(settings)}
    assert places == {
        "certificate of log.dsn, server 1": ("db1.example", 5432),
        "certificate of log.dsn, server 2": ("db2.example", 5433),
        "certificate of replicas.valkey, server 1": ("one.example", 26379),
        "certificate of replicas.valkey, server 2": ("two.example", 26380),
    }


async def test_the_valkeys_certificate_is_looked_at(tmp_path: Path) -> None:
    async with serving_tls(nobody, AUTHORITY.signs(days=(-1, 5)), tmp_path) as url:
        place = url.removeprefix("https://")
        address = f"valkeys://{place}?ssl_ca_certs={written(tmp_path)}"
        (told,) = await found({"replicas__valkey": address})
    assert (told.part, told.state) == ("certificate of replicas.valkey", FindingState.WARNING)


async def nobody(_: Any) -> Any:
    raise AssertionError("a handshake asks nothing")


@pytest.mark.parametrize(
    ("days", "state"),
    [((-2, 200), FindingState.OK), ((-2, 12), FindingState.WARNING)],
)
async def test_an_agencys_certificate_is_looked_at_without_a_question(
    days: tuple[int, int], state: FindingState, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(written(tmp_path)))
    async with serving_tls(nobody, AUTHORITY.signs(days=days), tmp_path) as url:
        (told,) = await of_agency(url, Egress.of([url]), tmp_path)
    assert told.state is state


async def test_an_agency_that_the_operator_did_not_list_is_not_called(tmp_path: Path) -> None:
    with pytest.raises(LookFailed, match="may not be called"):
        await of_agency("https://roll.example", Egress.of(["https://other.example"]), tmp_path)


async def of_agency(url: str, egress: Egress, folder: Path) -> list[Finding]:
    manifest = manifest_of(manifest_text("rest", url))
    secrets = Secrets(manifest.source.id, {}, folder)
    return list(await look_at_agency("certificate of source roll", manifest, secrets, egress, NOW))
