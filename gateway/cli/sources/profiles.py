"""What `teamaround source profiles` prints."""

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from adapters.authoring.profile import profiles


def print_profiles() -> None:
    """Print a line a profile."""
    table = Table("profile", "what for")
    for one in profiles():
        table.add_row(one.name, escape(one.title))
    Console().print(table)
    typer.echo("Next: teamaround source new --profile NAME --out FOLDER")
