"""Opens the listener of the figures beside a gateway, and closes it after it."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from gateway.audit.keys.service.client import kept_credential
from gateway.config.certificates.contexts import ServedTls
from gateway.config.certificates.kept import CertificateUnusable, KeptFiles
from gateway.config.certificates.renewal import Certificates
from gateway.config.settings import Settings
from gateway.http.connections.bounds import ConnectionBounds
from gateway.http.connections.renewed import of_kept
from gateway.http.connections.server import BoundedServer
from gateway.http.metrics.exposition import Exposition
from gateway.http.metrics.listener import metrics_app
from gateway.http.metrics.readings import PartReader
from gateway.http.routes.response_headers import ResponseHeaders
from gateway.model.errors import ConfigurationInvalid

_BACKLOG: Final = 16
_BOUNDS: Final = ConnectionBounds(
    in_all=32,
    per_peer=16,
    per_person=16,
    handshake_s=5.0,
    head_s=5.0,
    body_s=5.0,
    send_s=10.0,
    idle_s=60.0,
    stop_s=1.0,
)


@asynccontextmanager
async def figures_served(  # noqa: PLR0913  what is read, and how it is served
    exposition: Exposition,
    reader: PartReader,
    settings: Settings,
    listening: socket.socket,
    *,
    certificates: Certificates,
    tls: KeptFiles[ServedTls] | None,
) -> AsyncIterator[None]:
    """Serve these figures; ConfigurationInvalid without credential.

    The credential is read again with the certificates.
    """
    credential = _credential(settings)
    certificates.add(credential)
    app = metrics_app(exposition, reader.read, lambda: credential.now if credential else None)
    served = BoundedServer(ResponseHeaders(app, settings.tls), _BOUNDS, tls=of_kept(tls))
    listening.listen(_BACKLOG)
    await served.startup(sockets=[listening])
    try:
        yield
    finally:
        await served.shutdown()


def _credential(settings: Settings) -> KeptFiles[str] | None:
    file = settings.metrics.credential
    if file is None:
        return None
    try:
        return kept_credential("metrics.credential", file)
    except CertificateUnusable as error:
        raise ConfigurationInvalid(f"metrics.credential: {error}") from None
