"""An agency that knows us by our certificate is answered to only with it."""

import json
import os
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.contract.contract import Fault, NoRecord, Reply, Unavailable
from adapters.network.secrets import SecretMissing
from tests.support.adapters.asking import PUPIL, manifest_text, opened, question
from tests.support.adapters.problems import problems

AUTH = """
[auth]
scheme = "mtls"
certificate = { env = "TEAMAROUND_SOURCE_SOME_SOURCE_CERTIFICATE" }
key = { env = "TEAMAROUND_SOURCE_SOME_SOURCE_KEY" }
ca = { env = "TEAMAROUND_SOURCE_SOME_SOURCE_CA" }
"""


def pair(name: str) -> tuple[str, str]:
    """A self-signed certificate and its key, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now().astimezone()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode(), private.decode()


SERVER, OURS, STRANGER = pair("agency"), pair("gateway"), pair("stranger")


@asynccontextmanager
async def agency(folder: Path) -> AsyncIterator[str]:
    (folder / "server.pem").write_text("".join(SERVER))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=OURS[0])
    context.load_cert_chain(folder / "server.pem")
    context.verify_mode = ssl.CERT_REQUIRED

    async def handler(_request: web.Request) -> web.Response:
        return web.json_response({"code": "NO_SUCH_PUPIL"}, status=404)

    application = web.Application()
    application.router.add_get("/{rest:.*}", handler)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    try:
        yield f"https://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def asked(base: str, ours: tuple[str, str] = OURS, authority: str = SERVER[0]) -> Reply:
    names = ("CERTIFICATE", "KEY", "CA")
    values = zip(names, (*ours, authority), strict=True)
    environ = {f"TEAMAROUND_SOURCE_SOME_SOURCE_{name}": value for name, value in values}
    async with opened(manifest_text("rest", base, rest=PUPIL + AUTH), environ=environ) as adapter:
        return await adapter.source.ask(question())


async def test_an_agency_answers_the_gateways_certificate(tmp_path: Path) -> None:
    async with agency(tmp_path) as base:
        assert await asked(base) == NoRecord()


async def test_neither_a_strangers_certificate_nor_a_strangers_server_will_do(
    tmp_path: Path,
) -> None:
    async with agency(tmp_path) as base:
        stranger = await asked(base, STRANGER)  # TLS 1.3 shows it once the connection stands
        assert stranger in (Unavailable(Fault.CONNECTION), Unavailable(Fault.DROPPED))
        assert await asked(base, authority=STRANGER[0]) == Unavailable(Fault.CONNECTION)


async def test_a_certificate_without_its_own_key_is_named_by_its_place() -> None:
    with pytest.raises(SecretMissing, match="CERTIFICATE and its key are not a certificate"):
        await asked("https://127.0.0.1:1", (OURS[0], STRANGER[1]))


WATCHED = """
import json, os, sys
from pathlib import Path
from adapters.manifest.auth import MutualTlsAuth, Secret
from adapters.network.client_certificate import client_context
from adapters.network.secrets import Secrets
from gateway.config.no_dumps import forbid_dumps
touched = []
def heard(event, arguments):
    writes = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if (writes and isinstance(arguments[0], str)) or event in {"os.mkdir", "tempfile.mkstemp"}:
        touched.append(str(arguments[0]))
sys.addaudithook(heard)
parts = {n: Secret(env=f"TEAMAROUND_SOURCE_S_{n.upper()}") for n in ("certificate", "key")}
forbid_dumps()
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)  # as a service runs: memory that others may not read is still our own
secrets = Secrets("s", os.environ, Path("secrets"))
assert client_context(MutualTlsAuth(scheme="mtls", **parts), secrets) is not None
print(json.dumps(touched))
"""


def test_no_disk_ever_has_the_gateways_key() -> None:
    certificate, key = OURS
    ours = {"TEAMAROUND_SOURCE_S_CERTIFICATE": certificate, "TEAMAROUND_SOURCE_S_KEY": key}
    places = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
    began = subprocess.run(  # noqa: S603 - the program above
        [sys.executable, "-c", WATCHED], env=ours | places, capture_output=True, check=False
    )
    assert (began.stderr, json.loads(began.stdout)) == (b"", [])


def test_a_certificate_is_shown_over_tls_only() -> None:
    found = problems(manifest_text("rest", "http://roll.example", rest=PUPIL + AUTH))
    assert any("scheme mtls needs an address that begins with https" in said for _, said in found)
