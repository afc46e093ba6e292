"""What `teamaround keys serve` does."""

import asyncio
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import typer

from gateway.audit.errors import KeysUnavailable, KeysUnreadable
from gateway.audit.keys.service.clients import Clients
from gateway.audit.keys.service.journal import Journal
from gateway.audit.keys.service.routes import key_app
from gateway.audit.keys.service.service import open_room
from gateway.config.certificates.contexts import ServedTls
from gateway.config.certificates.kept import KeptFiles
from gateway.http.client_certificate import shown_to_clients
from gateway.http.connections.bounds import of_a_service
from gateway.http.connections.descriptors import raise_descriptors
from gateway.http.connections.renewed import of_kept, served_beside
from gateway.http.connections.server import BoundedServer
from gateway.model.errors import ConfigurationInvalid

_FOR_THE_GROUP: Final = 0o660


class Place(NamedTuple):
    """Where the key service listens: a Unix socket, or an address with its certificate and key."""

    socket: Path | None
    host: str
    port: int
    certificate: Path | None
    key: Path | None


def serve(clients: Path, journal: Path, folder: Path, first_epoch: str, place: Place) -> None:
    """Serve the keys of `folder` until stopped; ends with 2 where it cannot be begun."""
    try:
        rule_set = Journal.at(journal, lambda: datetime.now(UTC))
        room = open_room(
            folder, Clients.read(clients), rule_set, time.monotonic, first_epoch=first_epoch
        )
        listening = _listening(place)
    except (KeysUnavailable, KeysUnreadable, ConfigurationInvalid) as error:
        raise _fail(str(error)) from None
    tls = _tls(place)
    rule_set.note(None, "serve", "BEGUN")
    typer.echo(f"serving the keys of {len(room.ring.epochs)} epochs at {_named(listening)}")
    server = BoundedServer(key_app(room), of_a_service(raise_descriptors()), tls=of_kept(tls))
    asyncio.run(served_beside(server, listening, tls))


def _listening(place: Place) -> socket.socket:
    try:
        if place.socket is not None:
            return _unix(place.socket)
        return socket.create_server((place.host, place.port), backlog=128)
    except OSError as error:
        where = place.socket or f"{place.host}:{place.port}"
        raise ConfigurationInvalid(f"cannot listen on {where}: {error.strerror}") from None


def _unix(path: Path) -> socket.socket:
    if path.is_socket() and not _answers(path):  # left by a process that was killed
        path.unlink()
    made = socket.socket(socket.AF_UNIX)
    made.bind(str(path))
    path.chmod(_FOR_THE_GROUP)
    made.listen(128)
    return made


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def _tls(place: Place) -> KeptFiles[ServedTls] | None:
    if place.socket is not None:
        return None
    if place.certificate is None or place.key is None:
        raise _fail("--certificate, --key: without --socket the keys are served over TLS only")
    try:
        return shown_to_clients(("--certificate", "--key"), place.certificate, place.key)
    except ConfigurationInvalid as error:
        raise _fail(str(error)) from None


def _named(listening: socket.socket) -> str:
    name = listening.getsockname()
    return str(name) if isinstance(name, str) else f"{name[0]}:{name[1]}"


def _fail(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(2)
