"""The web pages, served by a process of their own."""

import json
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.serving.endings import AWAY


def console(
    settings: Annotated[
        Path | None, typer.Option(help="The settings file of the pages, TOML.")
    ] = None,
    documents: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--documents", help="Print the pages' documents, for the gateway.")
    ] = False,
) -> None:
    """Serve the web pages until stopped. They ask the gateway as the person who is signed in.

    It needs `teamaround[console]`.
    """
    try:
        from console.asking.documents import manifest
    except ImportError:
        raise _uninstalled() from None
    if documents:
        typer.echo(json.dumps(manifest(), indent=1))
        return
    if settings is None:
        raise typer.BadParameter("name the settings file of the pages", param_hint="--settings")
    _serve(settings)


def _serve(settings: Path) -> None:
    try:
        from console.config.settings import PagesNotConfigured
        from console.serve import PagesCannotListen, serve
    except ImportError:
        raise _uninstalled() from None
    try:
        serve(settings)
    except PagesNotConfigured as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    except PagesCannotListen as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(AWAY) from None


def _uninstalled() -> typer.Exit:
    typer.echo('the pages are not installed: install "teamaround[console]"', err=True)
    return typer.Exit(2)
