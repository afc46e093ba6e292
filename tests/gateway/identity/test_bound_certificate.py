"""A token bound to a client's certificate is good over that client's own TLS alone (RFC 8705)."""

import json
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.config.settings import Settings
from gateway.config.settings_tables import TlsSettings
from gateway.http.client_certificate import open_tls
from gateway.http.served import bounded_server, bounds_of
from gateway.model.errors import ConfigurationInvalid
from tests.support.edge import QUESTION, edge
from tests.support.gateway.bindings import WIDE_TOML
from tests.support.gateway.sign_in import Provider, digest
from tests.support.settings import settings_with
from tests.support.town import Town

ISSUERS = f"""
[[issuer]]
issuer = "https://sign-in.example"
audience = "teamaround"
jwks = {{ file = "keys.json" }}
proof = "certificate"
{WIDE_TOML}"""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A self-signed certificate with its key, in one file of PEM."""

    file: Path
    thumbprint: str

    @classmethod
    def made(cls, file: Path) -> "Certificate":
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, file.stem)])
        now = datetime.now(UTC)
        built = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        file.touch(mode=0o600)
        file.write_bytes(pem + built.public_bytes(serialization.Encoding.PEM))
        return cls(file, digest(built.public_bytes(serialization.Encoding.DER)))


@asynccontextmanager
async def over_tls(town: Town, settings: Settings) -> AsyncIterator[str]:
    """The town's gateway over TLS, on a free port."""
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"https://127.0.0.1:{listening.getsockname()[1]}"
    tls = open_tls(settings.tls, settings.environment)
    server = bounded_server(town.pipeline, town.settings, bounds_of(settings, 4096), tls)
    await server.startup(sockets=[listening])
    try:
        yield url
    finally:
        await server.shutdown()


async def status(town: Town, url: str, token: str, shown: Certificate | None) -> int:
    """Ask over TLS, with a client certificate or without."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if shown is not None:
        context.load_cert_chain(shown.file)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = json.dumps(QUESTION)
    async with town.session.post(
        f"{url}/graphql", data=body, headers=headers, ssl=context
    ) as answer:
        return answer.status


async def test_a_bound_token_is_good_with_its_certificate_alone(tmp_path: Path) -> None:
    provider = Provider()
    keys = {"keys": [provider.key.as_dict(private=False)]}
    (tmp_path / "keys.json").write_text(json.dumps(keys))
    (tmp_path / "issuers.toml").write_text(ISSUERS)
    server, client, thief = (Certificate.made(tmp_path / f"{n}.pem") for n in "sct")
    (tmp_path / "clients.pem").write_bytes(client.file.read_bytes() + thief.file.read_bytes())
    tls: dict[str, Any] = {"tls__certificate": server.file, "tls__key": server.file}
    settings = settings_with(tls__client_authorities=tmp_path / "clients.pem", **tls)
    now = int(datetime.now(UTC).timestamp())
    said = {"iat": now, "exp": now + 600, "cnf": {"x5t#S256": client.thumbprint}}
    token = provider.token(**said)
    async with (
        edge(tmp_path, tokens__issuers=tmp_path / "issuers.toml") as gateway,
        over_tls(gateway.town, settings) as url,
    ):
        shown = [await status(gateway.town, url, token, one) for one in (client, thief, None)]
    assert shown == [200, 401, 401]


def test_half_of_what_tls_needs_is_named() -> None:
    with pytest.raises(ConfigurationInvalid, match="TLS needs both"):
        open_tls(TlsSettings(key=Path("key.pem")), "production")
    assert open_tls(TlsSettings(), "development") is None


def test_a_key_that_others_may_read_serves_no_tls(tmp_path: Path) -> None:
    made = Certificate.made(tmp_path / "gateway.pem").file
    tls = TlsSettings(certificate=made, key=made)
    assert open_tls(tls, "production") is not None
    made.chmod(0o640)
    with pytest.raises(ConfigurationInvalid, match=r"tls.key: .* set mode 0600"):
        open_tls(tls, "production")


def test_production_takes_no_questions_in_the_clear() -> None:
    with pytest.raises(ConfigurationInvalid, match="certificate =") as refusal:
        open_tls(TlsSettings(), "production")
    assert "ends_at_proxy = true" in str(refusal.value)
    assert open_tls(TlsSettings(ends_at_proxy=True), "production") is None
