"""TLS with client certificates, and what a connection shows of its client's."""

import ssl
from asyncio import BaseTransport
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gateway.audit.errors import KeysUnreadable
from gateway.audit.keys.private_file import read_private
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


def certificate_shown(transport: BaseTransport) -> Mapping[str, Any]:
    """Who a client is by TLS, for the scope of its requests; ASGI has no word for it yet."""
    tls = transport.get_extra_info("ssl_object")
    shown = None if tls is None else tls.getpeercert(binary_form=True)
    return {} if shown is None else {CERTIFICATE: {"thumbprint": thumbprint_of(shown)}}


def refuse_shown_key(key: Path, what: str) -> None:
    """ConfigurationInvalid if others may read a private key, or nobody can; `what` names it."""
    try:
        read_private(key)
    except KeysUnreadable as error:
        raise ConfigurationInvalid(f"{what}: {error}") from None
    except OSError as error:
        name = type(error).__name__
        raise ConfigurationInvalid(f"{what}: {key} cannot be read ({name})") from None


def tls_options(tls: TlsSettings, environment: str) -> dict[str, Any]:
    """Uvicorn's options for these settings; none where TLS ends before the gateway.

    ConfigurationInvalid if only a part of what TLS needs is named, and in production if questions
    would come in the clear.
    """
    certificate, key = tls.certificate, tls.key
    plain = tls.ends_at_proxy or environment == "development"
    if (certificate or key) is None and not plain:
        raise ConfigurationInvalid(_IN_THE_CLEAR)
    if certificate is None and key is None and tls.client_authorities is None:
        return {}
    if certificate is None or key is None:
        raise ConfigurationInvalid("tls.certificate, tls.key: TLS needs both")
    refuse_shown_key(key, "tls.key")
    options: dict[str, Any] = {"ssl_certfile": str(certificate), "ssl_keyfile": str(key)}
    if tls.client_authorities is not None:
        options["ssl_ca_certs"] = str(tls.client_authorities)
        options["ssl_cert_reqs"] = ssl.CERT_OPTIONAL
    return options
