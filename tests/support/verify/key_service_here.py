"""A key service in the test's own process, where nothing of the test is about processes."""

import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from gateway.audit.keys.epoch_name import FIRST_EPOCH
from gateway.audit.keys.service.clients import Clients
from gateway.audit.keys.service.journal import Journal
from gateway.audit.keys.service.routes import key_app
from gateway.audit.keys.service.service import open_room
from gateway.http.connections.bounds import of_a_service
from gateway.http.connections.server import BoundedServer
from tests.support.verify.key_service_process import KeyService

_DESCRIPTORS = 1024


@asynccontextmanager
async def serving_here(service: KeyService) -> AsyncIterator[KeyService]:
    """Serve it at its socket until the end; later again."""
    clients = Clients.read(service.folder / "clients.toml")
    journal = Journal.at(service.folder / "journal", lambda: datetime.now(UTC))
    keys = service.folder / "keys"
    room = open_room(keys, clients, journal, time.monotonic, first_epoch=FIRST_EPOCH)
    path = service.folder / "socket"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        server = BoundedServer(key_app(room), of_a_service(_DESCRIPTORS))
        await server.startup(sockets=[listening])
        try:
            yield service
        finally:
            await server.shutdown()
            path.unlink()
            journal.close()
