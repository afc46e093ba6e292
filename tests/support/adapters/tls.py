"""Agencies over TLS on this machine: an authority, certificates good and bad, a server."""

import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Self

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.loopback import Handler

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pem:
    """A certificate and its private key."""

    certificate: str
    key: str

    def load_into(self, context: ssl.SSLContext, folder: Path) -> None:
        """Have a server show this certificate."""
        file = folder / f"{id(self)}.pem"
        file.touch(mode=0o600)
        file.write_text(self.certificate + self.key)
        context.load_cert_chain(file)


@dataclass(frozen=True, slots=True)
class CertificateAuthority:
    """Signs certificates; `pem` is what a client has to trust."""

    name: x509.Name
    key: ec.EllipticCurvePrivateKey
    pem: Pem

    @classmethod
    def called(cls, name: str) -> Self:
        """An authority of its own."""
        key, subject = ec.generate_private_key(ec.SECP256R1()), _named(name)
        return cls(subject, key, _pem(_builder(subject, subject, key, ca=True), key, key))

    def between(self, name: str) -> Self:
        """An authority whose certificate this one signed."""
        key, subject = ec.generate_private_key(ec.SECP256R1()), _named(name)
        builder = _builder(subject, self.name, key, ca=True)
        return replace(self, name=subject, key=key, pem=_pem(builder, key, self.key))

    def signs(
        self,
        name: str = "agency",
        *,
        address: str = "127.0.0.1",
        days: tuple[int, int] = (-2, 2),
        host: str = "",
    ) -> Pem:
        """A certificate for a host's name, else an IP address, good between so many days."""
        key = ec.generate_private_key(ec.SECP256R1())
        known = x509.DNSName(host) if host else x509.IPAddress(ip_address(address))
        here = x509.SubjectAlternativeName([known])
        builder = _builder(_named(name), self.name, key, ca=False, days=days)
        return _pem(builder.add_extension(here, critical=False), key, self.key)


@asynccontextmanager
async def serving_tls(handler: Handler, shown: Pem, folder: Path) -> AsyncIterator[str]:
    """Serve one handler over TLS with the certificate `shown`; gives its base URL."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    shown.load_into(context, folder)
    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", handler)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    try:
        yield f"https://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@contextmanager
def refusing_strangers(shown: Pem, clients: CertificateAuthority, folder: Path) -> Iterator[str]:
    """A server that speaks only to who shows a certificate of `clients`; gives its base URL.

    A plain socket in a thread: asyncio's servers drop the alert that says so.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=clients.pem.certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # 1.3 refuses after the handshake
    shown.load_into(context, folder)
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=_shake_hands, args=(server, context))
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _shake_hands(server: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with suppress(OSError), connection, context.wrap_socket(connection, server_side=True):
            pass


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    *,
    ca: bool,
    days: tuple[int, int] = (-2, 2),
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + days[0] * _DAY)
        .not_valid_after(now + days[1] * _DAY)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )


def _pem(
    builder: x509.CertificateBuilder,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
) -> Pem:
    certificate = builder.sign(signer, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return Pem(certificate.public_bytes(serialization.Encoding.PEM).decode(), private.decode())
