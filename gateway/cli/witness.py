"""`teamaround witness`: for a regulator, on a machine of their own."""

import asyncio
import socket
import time
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from gateway.audit.verify.finding import Unreadable
from gateway.audit.verify.key import LOG, VerifierKey
from gateway.audit.witness.cosigner import Cosigner, WitnessMisconfigured
from gateway.audit.witness.memory import Memory
from gateway.audit.witness.served import witness_app
from gateway.audit.witness.witness import Witness

witness = typer.Typer(no_args_is_help=True, help=__doc__)

WitnessName = Annotated[str, typer.Option(help="The witness's name, such as regulator.example/w1.")]
StateFolder = Annotated[Path, typer.Option(help="Folder of the witness's key and memory.")]


@witness.command()
def key(name: WitnessName, state: StateFolder = Path("witness")) -> None:
    """Print the witness's verifier key, for the log's settings and for every verifier."""
    typer.echo(_cosigner(state, name).verifier_key)


@witness.command()
def serve(
    name: WitnessName,
    log_key: Annotated[list[str], typer.Option(help="The verifier key of a log to witness.")],
    state: StateFolder = Path("witness"),
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8700,
) -> None:
    """Sign the growth of these logs; refuse every rollback, fork and rewriting."""
    chosen = Witness(
        cosigner=_cosigner(state, name),
        memory=Memory(state / "seen.sqlite"),
        logs={each.name: each for each in map(_log_key, log_key)},
        now=lambda: int(time.time()),
    )
    listening = _listening(host, port)
    config = uvicorn.Config(witness_app(chosen), access_log=False, log_level="warning")
    where = f"{listening.getsockname()[0]}:{listening.getsockname()[1]}"
    typer.echo(f"witnessing {', '.join(chosen.logs)} at {where}")
    asyncio.run(uvicorn.Server(config).serve(sockets=[listening]))


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
