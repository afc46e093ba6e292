"""A start that fails says what to do, and by its status whether to begin again may help."""

import asyncio
import errno
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from demo.processes.ports import free_port
from demo.processes.postgres import Postgres
from gateway.audit.keys.private_file import create_once
from gateway.cli.serving.endings import AWAY, FAULTY
from gateway.config.database.connecting import connected
from gateway.config.sql import REFUSED, unusable
from gateway.config.state_folder import unwritable
from gateway.model.errors import ConfigurationInvalid, ServiceAway
from tests.support.adapters.tls import CertificateAuthority
from tests.support.agencies import AUTHORITY, rest_source
from tests.support.audit.database import ROLE, as_owner, make_roles
from tests.support.command_here import Ran, here
from tests.support.postgres_over_tls import over_tls
from tests.support.served_gateway import settings_file
from tests.support.town import settings_for
from tests.support.verify.authority import certificate
from tests.support.verify.published import REAL

__all__ = ["here"]

Run = Callable[..., Ran]
PASSWORD = "hunter2"


@contextmanager
def taken() -> Iterator[int]:
    """A port that another process has."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield int(other.getsockname()[1])


def served(folder: Path, here: Run, **settings: Any) -> Ran:
    """How a gateway ends that cannot begin with these settings."""
    source = rest_source("spine", "http://127.0.0.1:9", claims=AUTHORITY)
    file = settings_file(folder, settings_for(folder, [source], **settings), **settings)
    return here("serve", "--settings", str(file))


def test_a_port_that_another_process_has_may_be_free_later(tmp_path: Path, here: Run) -> None:
    with taken() as port:
        ended = served(tmp_path, here, server__port=port)
    assert ended.status == AWAY
    assert f"server.port: cannot listen on 127.0.0.1:{port}" in ended.err
    assert "`ss -ltnp` names it" in ended.err


def test_an_address_of_another_machine_is_told(tmp_path: Path, here: Run) -> None:
    ended = served(tmp_path, here, server__host="192.0.2.1")
    assert (ended.status, "no such address now" in ended.err) == (AWAY, True)


def test_a_database_that_is_away_may_come_back(tmp_path: Path, here: Run) -> None:
    dsn = f"postgresql://gateway:{PASSWORD}@127.0.0.1:{free_port()}/log"
    ended = served(tmp_path, here, log__dsn=dsn)
    assert ended.status == AWAY
    assert ended.err.startswith("log.dsn: the database cannot be used (ConnectionRefusedError)")
    assert "see whether PostgreSQL runs" in ended.err
    assert PASSWORD not in ended.err


async def test_a_gateway_before_the_upgrade_stays_down_until_a_person_upgrades(
    tmp_path: Path, durable: Postgres, here: Run
) -> None:
    dsn = await empty_database(durable)
    ended = await asyncio.to_thread(served, tmp_path, here, log__dsn=dsn)
    assert ended.status == FAULTY
    assert "its tables are not there yet; run `teamaround db upgrade`" in ended.err


async def empty_database(durable: Postgres) -> str:
    await make_roles(durable)
    await as_owner(durable.dsn(), "CREATE DATABASE never_upgraded")
    return durable.dsn("never_upgraded", ROLE)


def test_a_key_service_that_is_away_may_come_back(tmp_path: Path, here: Run) -> None:
    create_once(tmp_path / "credential", b"a credential of forty-three letters, or more")
    ended = served(
        *(tmp_path, here),
        keys__service=f"https://127.0.0.1:{free_port()}",
        keys__credential=tmp_path / "credential",
    )
    assert ended.status == AWAY
    assert ended.err.startswith("keys.service: the key service: ClientConnectorError")
    assert "see whether it runs" in ended.err


def test_a_missing_file_needs_a_person(tmp_path: Path, here: Run) -> None:
    ended = served(tmp_path, here, tokens__revocations=tmp_path / "revocations.txt")
    assert (ended.status, "tokens.revocations" in ended.err) == (FAULTY, True)


@pytest.mark.parametrize(
    ("number", "kind", "what"),
    [
        (errno.ENOSPC, ServiceAway, "No space left on device): make room"),
        (errno.EACCES, ConfigurationInvalid, "Permission denied): see who may write there"),
    ],
)
def test_a_full_disk_may_be_cleared_and_a_wrong_owner_may_not(
    number: int, kind: type[Exception], what: str
) -> None:
    told = unwritable(Path("state/settings-key"), OSError(number, os.strerror(number)))
    assert (type(told), what in str(told)) == (kind, True)


def test_the_key_service_and_a_witness_say_who_has_their_port(tmp_path: Path, here: Run) -> None:
    (tmp_path / "clients.toml").write_text(
        f'[[client]]\nname = "gateway"\ncredential_sha256 = "{"0" * 64}"\nmay = ["protect"]\n'
    )
    shown = certificate(tmp_path / "made")
    with taken() as port:
        at = ("--host", "127.0.0.1", "--port", str(port))
        tls = ("--certificate", str(shown.chain), "--key", str(shown.key))
        folder = ("--folder", str(tmp_path / "keys"), "--journal", str(tmp_path / "journal"))
        keys = here(
            "keys", "serve", "--clients", str(tmp_path / "clients.toml"), *folder, *at, *tls
        )
        witness = here(
            *("witness", "serve", "--name", "regulator.example", "--log-key", REAL.verifier_key),
            *("--state", str(tmp_path / "witness"), *at),
        )
    for ended in (keys, witness):
        assert ended.status == AWAY, ended
        assert f"cannot listen on 127.0.0.1:{port}" in ended.err
        assert "`ss -ltnp` names it" in ended.err


@pytest.mark.parametrize(
    ("name", "what"),
    [("127.0.0.1", "is of another authority: see sslrootcert"), ("db", "is not for this address")],
)
async def test_a_database_with_another_certificate_is_told_with_what_to_change(
    name: str, what: str, durable: Postgres, tmp_path: Path
) -> None:
    authority = CertificateAuthority.called("The council's databases")
    believed = authority if name == "db" else CertificateAuthority.called("Another")
    (tmp_path / "authority.pem").write_text(believed.pem.certificate)
    async with over_tls(
        durable.port, authority.signs(host=name if name == "db" else ""), tmp_path
    ) as port:
        at = f"postgresql://postgres:{PASSWORD}@127.0.0.1:{port}/postgres"
        with pytest.raises(REFUSED) as refused:
            await connected(f"{at}?sslmode=verify-full&sslrootcert={tmp_path}/authority.pem")
    assert what in unusable(refused.value)
    assert PASSWORD not in unusable(refused.value)
