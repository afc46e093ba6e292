"""What `teamaround keys` does: it serves the keys, and gives the log's signer its memory."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import typer

from gateway.audit.errors import KeysUnavailable, KeysUnreadable, LogCorrupt, LogUnavailable
from gateway.audit.keys.private_file import read_private
from gateway.audit.keys.service.clients import Clients
from gateway.audit.keys.service.journal import Journal
from gateway.audit.keys.service.service import KeyServer, open_room
from gateway.audit.keys.signing.growth_signer import GrowthSigner
from gateway.audit.keys.signing.state import SignedState
from gateway.audit.publish.local_signer import local_signer
from gateway.cli.serving.endings import told
from gateway.cli.serving.sockets import cannot_listen
from gateway.model.errors import ConfigurationInvalid, ServiceAway

if TYPE_CHECKING:  # only what serves the keys needs a server
    from gateway.config.certificates.contexts import ServedTls
    from gateway.config.certificates.kept import KeptFiles

_FOR_THE_GROUP: Final = 0o660


class Place(NamedTuple):
    """Where the key service listens: a Unix socket, or an address with its certificate and key."""

    socket: Path | None
    host: str
    port: int
    certificate: Path | None
    key: Path | None


class SignedLog(NamedTuple):
    """The log that the service signs, by its origin, and where several share what was signed."""

    origin: str
    memory_dsn: Path | None


def serve(  # noqa: PLR0913, PLR0917 - a thing that the process needs each
    clients: Path,
    journal: Path,
    folder: Path,
    first_epoch: str,
    place: Place,
    log: SignedLog | None,
) -> None:
    """Serve the keys of `folder` until stopped; what cannot begin ends as `endings` says."""
    try:
        asyncio.run(_serve(clients, journal, folder, first_epoch, place, log))
    except (KeysUnavailable, LogUnavailable) as error:
        raise typer.Exit(told(ServiceAway(str(error)))) from None
    except KeysUnreadable as error:
        raise _fail(str(error)) from None
    except ConfigurationInvalid as error:
        raise typer.Exit(told(error)) from None


async def _serve(  # noqa: PLR0913, PLR0917 - as above
    clients: Path,
    journal: Path,
    folder: Path,
    first_epoch: str,
    place: Place,
    log: SignedLog | None,
) -> None:
    async with AsyncExitStack() as stack:
        signer = await stack.enter_async_context(_signer(folder, log)) if log else None
        told = Journal.at(journal, lambda: datetime.now(UTC))
        known = Clients.read(clients)
        room = open_room(
            folder, known, told, time.monotonic, first_epoch=first_epoch, signer=signer
        )
        listening = _listening(place)
        tls = _tls(place)
        told.note(None, "serve", "BEGUN")
        await _serve_room(room, listening, tls)


async def _serve_room(
    room: KeyServer, listening: socket.socket, tls: "KeptFiles[ServedTls] | None"
) -> None:
    from gateway.audit.keys.service.routes import key_app
    from gateway.http.connections.bounds import of_a_service
    from gateway.http.connections.descriptors import raise_descriptors
    from gateway.http.connections.renewed import of_kept, served_beside
    from gateway.http.connections.server import BoundedServer

    typer.echo(f"serving the keys of {len(room.ring.epochs)} epochs at {_named(listening)}")
    server = BoundedServer(key_app(room), of_a_service(raise_descriptors()), tls=of_kept(tls))
    await served_beside(server, listening, tls)


def remember(checkpoint: Path, folder: Path, log: SignedLog) -> None:
    """Give the signer its memory; print from where it continues."""
    try:
        state = asyncio.run(_remembered(checkpoint, folder, log))
    except (KeysUnreadable, LogCorrupt, LogUnavailable) as error:
        raise _fail(str(error)) from None
    typer.echo(f"the signer continues from {state.size} entries, root {state.root.hex()}")


def signer_key(folder: Path, log: SignedLog) -> None:
    """Print the verifier key of the log that is signed here."""
    try:
        typer.echo(asyncio.run(_verifier_key(folder, log)))
    except (KeysUnreadable, LogUnavailable) as error:
        raise _fail(str(error)) from None


async def _remembered(checkpoint: Path, folder: Path, log: SignedLog) -> SignedState:
    async with _signer(folder, log) as signer:
        state = SignedState.kept(checkpoint, signer.verifier_key)
        if not await signer.begin(state):
            raise KeysUnreadable("the signer remembers what it signed; nothing was changed")
        return state


async def _verifier_key(folder: Path, log: SignedLog) -> str:
    async with _signer(folder, log) as signer:
        return signer.verifier_key


@asynccontextmanager
async def _signer(folder: Path, log: SignedLog) -> AsyncIterator[GrowthSigner]:
    """The signer of a log; its folder is not that of the epochs, which is read when it changes."""
    dsn = None
    if log.memory_dsn is not None:
        try:
            dsn = read_private(log.memory_dsn).decode("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            name = type(error).__name__
            raise KeysUnreadable(f"--memory-dsn: cannot be read ({name})") from None
    async with local_signer(folder / "log" / "log-key", log.origin, dsn) as signer:
        yield signer


def _listening(place: Place) -> socket.socket:
    try:
        if place.socket is not None:
            return _unix(place.socket)
        return socket.create_server((place.host, place.port), backlog=128)
    except OSError as error:
        where = place.socket or f"{place.host}:{place.port}"
        raise cannot_listen(f"cannot listen on {where}", error) from None


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


def _tls(place: Place) -> "KeptFiles[ServedTls] | None":
    if place.socket is not None:
        return None
    if place.certificate is None or place.key is None:
        raise _fail("--certificate, --key: without --socket the keys are served over TLS only")
    from gateway.http.client_certificate import shown_to_clients

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
