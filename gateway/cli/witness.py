"""What `teamaround witness` does: it keeps the growth of logs in memory and signs it."""

import asyncio
import socket
import sqlite3
import time
from pathlib import Path

import typer

from gateway.audit.verify.finding import Unreadable
from gateway.audit.verify.key import LOG, VerifierKey
from gateway.audit.witness.cosigner import Cosigner, WitnessMisconfigured
from gateway.audit.witness.memory import Memory
from gateway.audit.witness.served import witness_app
from gateway.audit.witness.witness import Witness
from gateway.config.certificates.contexts import ServedTls
from gateway.config.certificates.kept import KeptFiles
from gateway.http.client_certificate import shown_to_clients
from gateway.http.connections.bounds import of_a_service
from gateway.http.connections.descriptors import raise_descriptors
from gateway.http.connections.renewed import of_kept, served_beside
from gateway.http.connections.server import BoundedServer
from gateway.model.errors import ConfigurationInvalid

Pair = tuple[Path, Path]


def key(name: str, state: Path) -> None:
    """Print the verifier key of the witness in this folder, made if there is none."""
    typer.echo(_cosigner(state, name).verifier_key)


def serve(
    name: str, log_keys: list[str], state: Path, address: tuple[str, int], tls: Pair | None = None
) -> None:
    """Serve until stopped, over TLS with a certificate and key; ends with 2 if it cannot begin."""
    chosen = Witness(
        cosigner=_cosigner(state, name),
        memory=Memory(state / "seen.sqlite"),
        logs={each.name: each for each in map(_log_key, log_keys)},
        now=lambda: int(time.time()),
    )
    _refuse_unusable(chosen.memory)
    listening = _listening(*address)
    shown = _shown(tls)
    bounds = of_a_service(raise_descriptors())
    server = BoundedServer(witness_app(chosen), bounds, tls=of_kept(shown))
    where = f"{listening.getsockname()[0]}:{listening.getsockname()[1]}"
    typer.echo(f"witnessing {', '.join(chosen.logs)} at {where}")
    asyncio.run(served_beside(server, listening, shown))


def _shown(tls: Pair | None) -> KeptFiles[ServedTls] | None:
    try:
        return None if tls is None else shown_to_clients(("--certificate", "--key"), *tls)
    except ConfigurationInvalid as error:
        raise _fail(str(error)) from None


def _refuse_unusable(memory: Memory) -> None:
    try:
        with memory.looking():
            pass
    except WitnessMisconfigured as error:
        raise _fail(str(error)) from None
    except (sqlite3.Error, OSError) as error:
        raise _fail(f"{memory.path}: cannot be used ({type(error).__name__})") from None


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=128)
    except OSError as error:
        raise _fail(f"cannot listen on {host}:{port}: {error.strerror}") from None


def _cosigner(state: Path, name: str) -> Cosigner:
    try:
        return Cosigner.at(state / "witness-key", name)
    except WitnessMisconfigured as error:
        raise _fail(str(error)) from None


def _log_key(text: str) -> VerifierKey:
    try:
        found = VerifierKey.read(text)
    except Unreadable as error:
        raise _fail(f"--log-key: {error}") from None
    if found.kind != LOG:
        raise _fail("--log-key: this is a witness's key")
    return found


def _fail(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(2)
