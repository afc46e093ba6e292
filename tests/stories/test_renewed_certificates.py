"""New certificates come into use at a signal or a reload; nobody who is connected is cut off."""

import asyncio
import json
import os
import signal
import ssl
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from gateway.audit.errors import KeysUnavailable
from gateway.audit.keys.service.client import KeyAccess, remote_keys
from gateway.audit.tree.note import NoteSigner
from gateway.config.certificates.renewal import Certificates
from gateway.identity.development_token import issue
from tests.support.adapters.tls import CertificateAuthority, Pem
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.edge import logged
from tests.support.gateway.registering import OPERATOR
from tests.support.gateway.reloading import until
from tests.support.loopback import serving
from tests.support.served_gateway import COMMAND, Served, environment, served
from tests.support.verify.key_service_process import key_service

LIVE = b"GET /live HTTP/1.1\r\nHost: a\r\n\r\n"
OURS = CertificateAuthority.called("The council")


def put(folder: Path, pem: Pem) -> tuple[Path, Path]:
    files = (folder / "own.pem", folder / "own.key")
    for file, text in zip(files, (pem.certificate, pem.key), strict=True):
        file.touch(mode=0o600)
        file.write_text(text)
    return files


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def connected(port: int) -> Stream:
    context = ssl.create_default_context(cadata=OURS.pem.certificate)
    return await asyncio.open_connection("127.0.0.1", port, ssl=context)


async def shown(port: int) -> str:
    """By which name a server calls itself to whoever connects now."""
    _, writer = await connected(port)
    with closing(writer):
        der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    (name,) = x509.load_der_x509_certificate(der).subject.get_attributes_for_oid(
        NameOID.COMMON_NAME
    )
    return str(name.value)


async def lives(stream: Stream) -> bool:
    stream[1].write(LIVE)
    return (await stream[0].readuntil(b'{"live":true}')).startswith(b"HTTP/1.1 200")


async def says(gateway: Served, event: str, count: int) -> None:
    async def said() -> bool:
        return sum(f'"event": "{event}"' in line for line in gateway.said) >= count

    await until(said)


async def reload_typed(gateway: Served, folder: Path) -> str:
    """What `teamaround reload` prints to an operator."""
    token, authority = folder / "token", folder / "authority.pem"
    token.write_text(issue(OPERATOR, gateway.settings, now=time.time(), lifetime_s=600))
    authority.write_text(OURS.pem.certificate)
    told = {
        "TEAMAROUND_GATEWAY": f"{gateway.url.replace('http:', 'https:')}/graphql",
        "TEAMAROUND_TOKEN_FILE": str(token),
        "SSL_CERT_FILE": str(authority),
    }
    process = await asyncio.create_subprocess_exec(
        *(str(COMMAND), "reload"),
        env=environment(folder, **told),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    return (await process.communicate())[0].decode()


@asynccontextmanager
async def two_workers(folder: Path) -> AsyncIterator[tuple[Served, int]]:
    certificate, key = put(folder, OURS.signs("first", days=(-2, 90)))
    tls: dict[str, Any] = {"tls__certificate": certificate, "tls__key": key}
    async with serving(AgencyServer().answer) as url:
        sources = [rest_source("spine", url, claims=AUTHORITY)]
        async with served(folder, sources, server__workers=2, **tls) as gateway:
            await says(gateway, "serving", 2)
            yield gateway, int(gateway.url.rpartition(":")[2])


async def test_workers_take_a_new_certificate_at_a_signal_and_at_a_reload(tmp_path: Path) -> None:
    second, third = OURS.signs("second", days=(-2, 90)), OURS.signs("third", days=(-60, 5))
    async with two_workers(tmp_path) as (gateway, port):
        running = await connected(port)
        assert await lives(running)
        put(tmp_path, second)
        gateway.process.send_signal(signal.SIGHUP)
        await says(gateway, "certificate_renewed", 2)
        assert {await shown(port) for _ in range(8)} == {"second"}
        put(tmp_path, Pem(third.certificate, second.key))
        gateway.process.send_signal(signal.SIGHUP)
        await says(gateway, "certificate_not_renewed", 2)
        kept = await reload_typed(gateway, tmp_path)
        assert {await shown(port) for _ in range(8)} == {"second"}
        put(tmp_path, third)
        new = await reload_typed(gateway, tmp_path)
        assert {await shown(port) for _ in range(8)} == {"third"}
        assert await lives(running)  # who came by the first certificate is answered still
        running[1].close()
    assert "certificate that cannot be read or used, the old one stays: tls.certificate\n" in kept
    assert "new certificate: tls.certificate\n" in new
    assert "certificate that has ended or soon does: tls.certificate\n" in new
    changes = [e for e in logged(tmp_path / "state") if e["kind"] == "CONFIGURATION_CHANGE"]
    assert [(e["change"]["subject"], e["detail"]) for e in changes if "CERT" in e["detail"]] == [
        ("settings.tls.certificate", "CERTIFICATE_RENEWED")
    ] * 3  # by each worker at the signal, and once at the reload
    assert [json.loads(x)["days"] for x in gateway.said if '"certificate_ends"' in x][:1] == [4]


async def test_a_key_service_takes_a_new_certificate_at_a_signal(tmp_path: Path) -> None:
    other = CertificateAuthority.called("Another authority")
    certificate, key = put(tmp_path, OURS.signs("first"))
    believed = tmp_path / "authority.pem"
    believed.write_text(OURS.pem.certificate)
    with key_service(serving=False) as service:
        line = service.start(*("--port", "0", "--certificate", str(certificate), "--key", str(key)))
        access = KeyAccess.of(service.credential("gateway"), believed)
        certificates = Certificates(lambda: datetime.now(UTC))
        certificates.add(access.authority)
        place = f"https://{line.split()[-1]}"
        async with remote_keys(place, access) as running:
            await running.protect([b"one"])
            put(tmp_path, other.signs("second"))
            service.signal(signal.SIGHUP)

            async def is_taken() -> bool:
                async with remote_keys(place, access) as keys:
                    try:
                        await keys.protect([b"one"])
                    except KeysUnavailable:
                        return True
                    return False

            await until(is_taken)
            await running.protect([b"one"])  # over the connection that it has
            believed.write_text("broken")
            assert (await certificates.renew()).kept == ("keys.authority",)
            believed.write_text(other.pem.certificate)
            assert (await certificates.renew()).new == ("keys.authority",)
            await running.protect([b"one"])  # over a new one: what it believes is another thing
            assert not await is_taken()


async def test_a_witness_serves_tls_and_takes_a_new_certificate_at_a_signal(
    tmp_path: Path,
) -> None:
    certificate, key = put(tmp_path, OURS.signs("first"))
    log_key = NoteSigner.at(tmp_path / "log-key", "gateway.example/log").verifier_key
    options = ["--name", "w.example/1", "--log-key", log_key, "--port", "0"]
    tls = ["--certificate", str(certificate), "--key", str(key)]
    with subprocess.Popen(  # noqa: S603, ASYNC220  our own command
        [str(COMMAND), "witness", "serve", *options, *tls],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        line = await asyncio.to_thread(process.stdout.readline)
        port = int(line.strip().rpartition(":")[2])
        assert await shown(port) == "first"
        second = OURS.signs("second")
        put(tmp_path, Pem(second.certificate, "nothing"))
        process.send_signal(signal.SIGHUP)
        await asyncio.to_thread(heard, process.stdout, '"certificate_not_renewed"')
        assert await shown(port) == "first"
        put(tmp_path, second)
        process.send_signal(signal.SIGHUP)
        await asyncio.to_thread(heard, process.stdout, '"certificate_renewed"')
        assert await shown(port) == "second"
        process.terminate()


def heard(said: IO[str], event: str) -> None:
    while event not in (line := said.readline()):
        assert line
