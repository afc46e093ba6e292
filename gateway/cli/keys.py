"""`teamaround keys`: the epochs' keys in a process of their own, apart from the log."""

import asyncio
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import uvicorn

from gateway.audit.errors import KeysUnavailable, KeysUnreadable
from gateway.audit.keys.key_ring import FIRST_EPOCH
from gateway.audit.keys.private_file import create_once
from gateway.audit.keys.service.clients import Clients, digest_of, new_credential
from gateway.audit.keys.service.journal import Journal
from gateway.audit.keys.service.routes import key_app
from gateway.audit.keys.service.service import open_room
from gateway.http.client_certificate import refuse_shown_key
from gateway.model.errors import ConfigurationInvalid

keys = typer.Typer(no_args_is_help=True, help=__doc__)

_FOR_THE_GROUP: Final = 0o660
_MOST_AT_ONCE: Final = 64


@keys.command()
def credential(
    file: Annotated[Path, typer.Argument(help="Where to write it; for one client's eyes alone.")],
) -> None:
    """Make a client's credential, and print what the file of clients needs of it."""
    if file.exists():
        raise _fail(f"{file}: is there already")
    made = new_credential()
    try:
        create_once(file, made.encode())
    except OSError as error:
        raise _fail(f"{file}: cannot be written ({type(error).__name__})") from None
    typer.echo(f'credential_sha256 = "{digest_of(made)}"')


@keys.command()
def serve(  # noqa: PLR0913, PLR0917 - one option a thing that the process needs
    clients: Annotated[Path, typer.Option(help="Who may use the keys: TOML, a [[client]] each.")],
    journal: Annotated[Path, typer.Option(help="File of this service's own log.")],
    folder: Annotated[Path, typer.Option(help="Folder of the keys, made if absent.")] = Path(
        "keys"
    ),
    listen: Annotated[
        Path | None, typer.Option("--socket", help="Unix socket to serve at.")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to serve at over TLS.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to serve at over TLS.")] = 8800,
    certificate: Annotated[Path | None, typer.Option(help="TLS certificate chain.")] = None,
    key: Annotated[Path | None, typer.Option(help="The certificate's private key.")] = None,
    first_epoch: Annotated[str, typer.Option(help="The first epoch's name.")] = FIRST_EPOCH,
) -> None:
    """Use the keys for who may, as often as they may, and write down each use."""
    try:
        rule_set = Journal.at(journal, lambda: datetime.now(UTC))
        room = open_room(
            folder, Clients.read(clients), rule_set, time.monotonic, first_epoch=first_epoch
        )
        listening = _listening(listen, host, port)
    except (KeysUnavailable, KeysUnreadable, ConfigurationInvalid) as error:
        raise _fail(str(error)) from None
    config = uvicorn.Config(
        key_app(room),
        access_log=False,
        log_level="warning",
        server_header=False,
        limit_concurrency=_MOST_AT_ONCE,
        **_tls(listen, certificate, key),
    )
    rule_set.note(None, "serve", "BEGUN")
    typer.echo(f"serving the keys of {len(room.ring.epochs)} epochs at {_named(listening)}")
    asyncio.run(uvicorn.Server(config).serve(sockets=[listening]))


def _listening(path: Path | None, host: str, port: int) -> socket.socket:
    try:
        return _unix(path) if path else socket.create_server((host, port), backlog=128)
    except OSError as error:
        place = path or f"{host}:{port}"
        raise ConfigurationInvalid(f"cannot listen on {place}: {error.strerror}") from None


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


def _tls(path: Path | None, certificate: Path | None, key: Path | None) -> dict[str, Any]:
    if path is not None:
        return {}
    if certificate is None or key is None:
        raise _fail("--certificate, --key: without --socket the keys are served over TLS alone")
    try:
        refuse_shown_key(key, "--key")
    except ConfigurationInvalid as error:
        raise _fail(str(error)) from None
    return {"ssl_certfile": str(certificate), "ssl_keyfile": str(key)}


def _named(listening: socket.socket) -> str:
    name = listening.getsockname()
    return str(name) if isinstance(name, str) else f"{name[0]}:{name[1]}"


def _fail(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(2)
