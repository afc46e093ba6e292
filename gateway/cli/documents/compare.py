"""`teamaround schema --against`: what this release would break for clients of another one."""

from pathlib import Path

import typer

from gateway.graphql.breaking import breaking_changes
from gateway.graphql.promised import PROMISED
from gateway.model.errors import ConfigurationInvalid


def compare(released: Path) -> None:
    """Print each breaking change; ends with 1 if there is one, 2 if nothing can be compared."""
    try:
        changes = breaking_changes(released, PROMISED)
    except ConfigurationInvalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    for change in changes:
        typer.echo(change, err=True)
    if changes:
        raise typer.Exit(1)
    typer.echo(f"nothing breaks for clients of {released}")
