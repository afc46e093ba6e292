"""What `teamaround witness` does: it keeps the growth of logs in memory and signs it."""

import asyncio
import json
import socket
import sqlite3
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import typer

from gateway.audit.verify.finding import LogRefused, Unreadable
from gateway.audit.verify.key import LOG, VerifierKey
from gateway.audit.verify.place import open_place
from gateway.audit.verify.state import State, Trust
from gateway.audit.verify.times import dated
from gateway.audit.witness.cosigner import Cosigner, WitnessMisconfigured
from gateway.audit.witness.memory import Memory
from gateway.audit.witness.served import witness_app
from gateway.audit.witness.witness import Witness
from gateway.cli.serving.endings import told
from gateway.cli.serving.sockets import cannot_listen
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
    """Serve until stopped, over TLS with a certificate and key."""
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


def evidence(place: str, log_key: str, out: Path | None) -> None:
    """Read what the witness at `place` kept of a log, check it, and write its notes into `out`."""
    key = _log_key(log_key)
    kept = _kept(place, key)
    for number, each in enumerate(kept, 1):
        typer.echo(f"{number}: {each}")
        if out is not None:
            each.write(out, number)
    if not kept:
        typer.echo("the witness kept nothing against this log")
    if any(each.is_fork for each in kept):
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Two notes that the log's key signed, with the states that they state."""

    at: int
    notes: tuple[str, str]
    signed: State
    refused: State

    @classmethod
    def read(cls, held: Any, trust: Trust) -> Self:
        """Unreadable if it is not that, LogRefused if the log's key did not sign both."""
        match held:
            case {"at": int(at), "ours": str(ours), "theirs": str(theirs)}:
                states = (State.read(note.encode(), trust) for note in (ours, theirs))
                return cls(at, (ours, theirs), *states)
        raise Unreadable("the witness: its answer is no evidence")

    @property
    def is_fork(self) -> bool:
        """Whether the notes alone show two histories."""
        return self.signed.size == self.refused.size and self.signed.root != self.refused.root

    def write(self, folder: Path, number: int) -> None:
        """Write each note into a file."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, note in zip(("signed", "refused"), self.notes, strict=True):
            (folder / f"{number}-{name}").write_text(note)

    def __str__(self) -> str:
        when = dated(self.at)
        if self.is_fork:
            return f"{when}: the log's key signed two histories of {self.signed.size} entries"
        return (
            f"{when}: {self.refused.size} entries were not shown to grow from"
            f" {self.signed.size}; check the log with --kept and each note"
        )


def _kept(place: str, key: VerifierKey) -> list[_Evidence]:
    """LogRefused and Unreadable are told, and end with 2: then nothing is known."""
    try:
        content = open_place(place)(f"{sha256(key.name.encode()).hexdigest()}/evidence")
        return [_Evidence.read(each, Trust(key)) for each in _listed(place, content)]
    except (LogRefused, Unreadable) as error:
        raise _fail(f"{error}") from None


def _listed(place: str, content: bytes | None) -> list[Any]:
    if content is None:
        raise Unreadable(f"{place}: witnesses no such log, or is of an earlier release")
    try:
        held = json.loads(content)
    except ValueError:
        held = None
    if not isinstance(held, list):
        raise Unreadable("the witness: its answer is no evidence")
    return held


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
        refusal = cannot_listen(f"cannot listen on {host}:{port}", error)
        raise typer.Exit(told(refusal)) from None


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
