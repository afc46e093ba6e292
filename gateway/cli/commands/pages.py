"""The web pages, served by a process of their own."""

from pathlib import Path
from typing import Annotated

import typer


def console(
    settings: Annotated[Path, typer.Option(help="The settings file of the pages, TOML.")],
) -> None:
    """Serve the web pages until stopped. They ask the gateway as the person who is signed in.

    It needs `teamaround[console]`.
    """
    try:
        from console.config.settings import PagesNotConfigured
        from console.serve import serve
    except ImportError:
        typer.echo('the pages are not installed: install "teamaround[console]"', err=True)
        raise typer.Exit(2) from None
    try:
        serve(settings)
    except PagesNotConfigured as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
