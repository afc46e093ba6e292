"""`teamaround keys`: serve the epochs' keys in a process of their own, apart from the log."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.audit.keys.epoch_name import FIRST_EPOCH

keys = typer.Typer(no_args_is_help=True, help=__doc__)


@keys.command()
def credential(
    file: Annotated[Path, typer.Argument(help="Where to write it; only the client may read it.")],
) -> None:
    """Make a client's credential, and print what the file of clients needs of it."""
    from gateway.cli.key_credential import credential as work

    work(file)


@keys.command()
def serve(  # noqa: PLR0913, PLR0917 - one option a thing that the process needs
    clients: Annotated[
        Path, typer.Option(help="Who may use the keys: TOML, one [[client]] for each.")
    ],
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
    from gateway.cli.keys import Place
    from gateway.cli.keys import serve as work

    work(clients, journal, folder, first_epoch, Place(listen, host, port, certificate, key))
