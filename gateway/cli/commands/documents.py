"""`teamaround documents`: check a manifest of trusted documents, and see what it could read."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.commands.options import SettingsFile

documents = typer.Typer(no_args_is_help=True, help=__doc__)


@documents.command()
def check(
    file: Annotated[Path, typer.Argument(help="A manifest of GraphQL Codegen, Relay or Apollo.")],
    settings: SettingsFile = None,
) -> None:
    """Say what each document could ever read: operations, fields, classes, agencies, cost.

    With --settings it names the agencies that are connected there. Nobody is asked. Ends with 2
    and a line for each document that cannot be trusted.
    """
    from gateway.cli.documents.check import check as work

    work(file, settings, with_agencies=settings is not None)
