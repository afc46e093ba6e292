"""`teamaround keys`: serve the epochs' keys in a process of their own, apart from the log."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.audit.keys.epoch_name import FIRST_EPOCH

keys = typer.Typer(no_args_is_help=True, help=__doc__)

LogName = Annotated[str, typer.Option(help="The log: `log_origin` of the operator's file.")]
KeyFolder = Annotated[Path, typer.Option(help="Folder of the keys, made if absent.")]
MemoryDsn = Annotated[
    Path | None,
    typer.Option(help="File with the DSN in which several services share what was signed."),
]


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
    log: Annotated[
        str | None, typer.Option(help="Sign this log too: `log_origin` of the operator's file.")
    ] = None,
    memory_dsn: MemoryDsn = None,
) -> None:
    """Use the keys for who may, as often as they may, and write down each use."""
    from gateway.cli.keys import Place, SignedLog
    from gateway.cli.keys import serve as work

    place = Place(listen, host, port, certificate, key)
    work(clients, journal, folder, first_epoch, place, SignedLog(log, memory_dsn) if log else None)


@keys.command()
def remember(
    checkpoint: Annotated[
        Path, typer.Argument(help="A checkpoint that a witness signed, or that you kept.")
    ],
    log: LogName,
    folder: KeyFolder = Path("keys"),
    memory_dsn: MemoryDsn = None,
) -> None:
    """Give the log's signer a state to continue from, if it has no memory of what it signed.

    Without one it signs nothing. Entries after that state are trusted unchanged.
    """
    from gateway.cli.keys import SignedLog
    from gateway.cli.keys import remember as work

    work(checkpoint, folder, SignedLog(log, memory_dsn))


@keys.command()
def log_key(log: LogName, folder: KeyFolder = Path("keys"), memory_dsn: MemoryDsn = None) -> None:
    """Print the verifier key of the log that is signed here, made with its memory if absent."""
    from gateway.cli.keys import SignedLog
    from gateway.cli.keys import signer_key as work

    work(folder, SignedLog(log, memory_dsn))
