"""Bytes of PEM become what a connection is made with, without a second look at their files."""

import os
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509

from gateway.config.certificates.kept import CertificateUnusable, Validity


@dataclass(frozen=True, slots=True)
class ServedTls:
    """The TLS of a server that shows our certificate, and when that ends."""

    context: ssl.SSLContext
    valid: Validity


def serving(contents: Sequence[bytes]) -> ServedTls:
    """TLS that shows a certificate chain, with its key, and asks clients for one of authorities.

    Without authorities, a third part, clients are asked for none. CertificateUnusable says why.
    """
    chain, key, *authorities = contents
    valid = validity_of(chain)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION  # a stranger would have us sign without end
    load_pair(context, chain, key)
    for each in authorities:
        load_authorities(context, each)
        context.verify_mode = ssl.CERT_OPTIONAL
    return ServedTls(context, valid)


def trusting(contents: Sequence[bytes]) -> ssl.SSLContext:
    """TLS that believes these authorities alone, or the system's; CertificateUnusable."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    for each in contents:
        load_authorities(context, each)
    if not contents:
        context.load_default_certs()
    return context


def validity_of(chain: bytes) -> Validity:
    """When the first certificate of a chain is good; CertificateUnusable if it is none."""
    try:
        own = x509.load_pem_x509_certificate(chain)
        return Validity(own.not_valid_before_utc, own.not_valid_after_utc)
    except ValueError:
        raise CertificateUnusable("NOT_PEM", "the certificate is not PEM") from None


def refuse_out_of_time(contents: Sequence[bytes]) -> None:
    """CertificateUnusable if the certificate, the first part, has ended or has not begun."""
    valid, now = validity_of(contents[0]), datetime.now(UTC)
    if valid.ends <= now:
        raise CertificateUnusable("ENDED", "the certificate has ended")
    if valid.begins > now:
        raise CertificateUnusable("NOT_BEGUN", "the certificate has not begun")


def load_pair(context: ssl.SSLContext, chain: bytes, key: bytes, password: str = "") -> None:
    """Have `context` show a chain with its key; CertificateUnusable if they are no pair."""
    try:
        with in_memory(chain) as certificates, in_memory(key or chain) as keys:
            # Without a password for a locked key OpenSSL would ask at a terminal.
            context.load_cert_chain(certificates, keys, password=lambda: password)
    except ssl.SSLError as error:
        if "KEY_VALUES_MISMATCH" in str(error.reason):
            what = "the certificate does not belong to this key"
            raise CertificateUnusable("NOT_A_PAIR", what) from None
        what = "the certificate or its key is not PEM, or is locked"
        raise CertificateUnusable("NOT_PEM", what) from None


def load_authorities(context: ssl.SSLContext, authorities: bytes) -> None:
    """Have `context` believe these too; CertificateUnusable if there is no certificate."""
    try:
        with in_memory(authorities) as path:
            context.load_verify_locations(path)
    except ssl.SSLError:
        raise CertificateUnusable(
            "NO_AUTHORITY", "the authorities hold no certificate in PEM"
        ) from None


@contextmanager
def in_memory(content: bytes) -> Iterator[str]:
    """A path to `content` that no disk has: OpenSSL's Python binding reads keys from paths only."""
    with os.fdopen(os.memfd_create("certificate", os.MFD_CLOEXEC), "wb") as memory:
        memory.write(content)
        memory.flush()
        yield f"/proc/self/fd/{memory.fileno()}"
