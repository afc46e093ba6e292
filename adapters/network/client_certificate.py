"""Mutual TLS: the gateway's certificate and key for one source, from its own secrets."""

import os
import ssl

from adapters.manifest.auth import Auth, MutualTlsAuth
from adapters.network.secrets import SecretMissing, SecretTexts


def client_context(auth: Auth, secrets: SecretTexts) -> ssl.SSLContext | None:
    """The TLS settings that show our certificate; None for any other login.

    SecretMissing if a part is absent or does not fit the others.
    """
    if not isinstance(auth, MutualTlsAuth):
        return None
    authority = None if auth.ca is None else secrets.text(auth.ca)
    try:
        context = ssl.create_default_context(cadata=authority)
        _load(context, secrets.text(auth.certificate), secrets.text(auth.key))
    except (ssl.SSLError, ValueError):
        place = auth.certificate.env or auth.certificate.file
        raise SecretMissing(f"{place} and its key are not a certificate in PEM") from None
    return context


def _load(context: ssl.SSLContext, certificate: str, key: str) -> None:
    # OpenSSL's Python binding reads a chain from a path only. This one leads into memory: no disk
    # ever has the key, and the memory goes with its last descriptor.
    with os.fdopen(os.memfd_create("client-certificate", os.MFD_CLOEXEC), "wb") as memory:
        memory.write(f"{certificate}\n{key}\n".encode())
        memory.flush()
        context.load_cert_chain(f"/proc/self/fd/{memory.fileno()}")
