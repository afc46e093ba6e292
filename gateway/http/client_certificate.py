"""TLS with client certificates, and what a connection shows of its client's."""

from asyncio import BaseTransport
from collections.abc import Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

from gateway.audit.errors import KeysUnreadable
from gateway.audit.keys.private_file import read_private
from gateway.config.certificates.contexts import ServedTls, refuse_out_of_time, serving
from gateway.config.certificates.kept import CertificateUnusable, KeptFiles, NamedFile
from gateway.config.settings_tables import TlsSettings
from gateway.identity.proof_of_possession import thumbprint_of
from gateway.model.errors import ConfigurationInvalid
from gateway.model.signed_in import CERTIFICATE

_IN_THE_CLEAR: Final = """\
production takes no questions without TLS. Serve TLS by adding to the settings:
  [tls]
  certificate = "gateway.pem"
  key = "gateway-key.pem"
or, if your own proxy ends TLS and nobody else can reach the gateway:
  [tls]
  ends_at_proxy = true"""
_OPEN: Final = "OPEN_TO_OTHERS"


def certificate_shown(transport: BaseTransport) -> Mapping[str, Any]:
    """Who a client is by TLS, for the scope of its requests; ASGI has no word for it yet."""
    tls = transport.get_extra_info("ssl_object")
    shown = None if tls is None else tls.getpeercert(binary_form=True)
    return {} if shown is None else {CERTIFICATE: {"thumbprint": thumbprint_of(shown)}}


def open_tls(tls: TlsSettings, environment: str) -> KeptFiles[ServedTls] | None:
    """The TLS of these settings, to be read again; None where it ends before the gateway.

    ConfigurationInvalid if only a part of what TLS needs is named, or cannot be used, and in
    production if questions would come in the clear.
    """
    certificate, key = tls.certificate, tls.key
    plain = tls.ends_at_proxy or environment == "development"
    if (certificate or key) is None and not plain:
        raise ConfigurationInvalid(_IN_THE_CLEAR)
    if certificate is None and key is None and tls.client_authorities is None:
        return None
    if certificate is None or key is None:
        raise ConfigurationInvalid("tls.certificate, tls.key: TLS needs both")
    names = ("tls.certificate", "tls.key")
    return shown_to_clients(names, certificate, key, tls.client_authorities)


def shown_to_clients(
    names: tuple[str, str], certificate: Path, key: Path, authorities: Path | None = None
) -> KeptFiles[ServedTls]:
    """What a server shows, by its two options; ConfigurationInvalid if it cannot be used."""
    files = [NamedFile(certificate), NamedFile(key, _private)]
    if authorities is not None:
        files.append(NamedFile(authorities))
    try:
        return KeptFiles(
            names[0],
            tuple(files),
            serving,
            own=attrgetter("valid"),
            refuse_new=refuse_out_of_time,
        )
    except CertificateUnusable as error:
        where = names[error.cause == _OPEN]
        raise ConfigurationInvalid(f"{where}: {error}") from None


def _private(key: Path) -> bytes:
    try:
        return read_private(key)
    except KeysUnreadable as error:
        raise CertificateUnusable(_OPEN, str(error)) from None
