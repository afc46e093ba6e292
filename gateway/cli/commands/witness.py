"""`teamaround witness`: sign a log's growth, as a regulator, on another machine."""

from pathlib import Path
from typing import Annotated

import typer

witness = typer.Typer(no_args_is_help=True, help=__doc__)

WitnessName = Annotated[str, typer.Option(help="The witness's name, such as regulator.example/w1.")]
StateFolder = Annotated[Path, typer.Option(help="Folder of the witness's key and memory.")]


@witness.command("key")
def verifier_key(name: WitnessName, state: StateFolder = Path("witness")) -> None:
    """Print the witness's verifier key, for the log's settings and for every verifier."""
    from gateway.cli.witness import key as work

    work(name, state)


@witness.command()
def evidence(
    place: Annotated[str, typer.Argument(help="The address of a witness.")],
    log_key: Annotated[str, typer.Option(help="The verifier key of the log.")],
    out: Annotated[Path | None, typer.Option(help="Folder for the notes.")] = None,
) -> None:
    """Show what a witness kept against a log; ends with 1 if the log signed two histories."""
    from gateway.cli.witness import evidence as work

    work(place, log_key, out)


@witness.command()
def serve(  # noqa: PLR0913, PLR0917 - one option a thing that the process needs
    name: WitnessName,
    log_key: Annotated[list[str], typer.Option(help="The verifier key of a log to witness.")],
    state: StateFolder = Path("witness"),
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8700,
    certificate: Annotated[Path | None, typer.Option(help="TLS certificate chain.")] = None,
    key: Annotated[Path | None, typer.Option(help="The certificate's private key.")] = None,
) -> None:
    """Sign the growth of these logs; refuse every rollback, fork and rewriting."""
    from gateway.cli.witness import serve as work

    if (certificate is None) != (key is None):
        raise typer.BadParameter("TLS needs both --certificate and --key")
    tls = None if certificate is None or key is None else (certificate, key)
    work(name, log_key, state, (host, port), tls)
