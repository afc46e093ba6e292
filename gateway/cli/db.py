"""What `teamaround db` does: reads the settings, does the work, prints what was done."""

from itertools import chain
from pathlib import Path
from urllib.parse import unquote, urlsplit

import typer

from gateway.audit.errors import KeysUnreadable
from gateway.audit.keys.private_file import read_private
from gateway.cli.database.status import status
from gateway.cli.settings_option import chosen, run
from gateway.config.settings import Settings
from gateway.config.settings_rules import clear_faults, log_faults
from gateway.config.settings_tables import ReplicaSettings


def print_status(settings: Path | None) -> None:
    """Print each store's schema; the command ends with 1 if one would not be served."""
    found = run(status(chosen(settings)))
    for each in found:
        typer.echo(str(each))
    if any(each.refusal for each in found):
        raise typer.Exit(1)


def upgrade(
    settings: Path | None, owner: Path | None, role: str, pruner: str, *, sql: bool
) -> None:
    """Upgrade every store, or print what PostgreSQL would run."""
    from gateway.cli.database.privileges import Roles
    from gateway.cli.database.upgrade import statements, upgrade_files, upgrade_server

    read = chosen(settings)
    if sql and not read.log.dsn:
        typer.echo("--sql: files are upgraded where they are; leave it out", err=True)
        raise typer.Exit(2)
    if not read.log.dsn:
        typer.echo("\n".join(run(upgrade_files(read))))
        return
    gateway = role or unquote(urlsplit(read.log.dsn).username or "")
    roles = Roles(frozenset(filter(None, [gateway])), frozenset(filter(None, [pruner])))
    dsn = _owner_dsn(owner, read)
    if sql:
        typer.echo(run(statements(dsn, roles)), nl=False)
    else:
        typer.echo("\n".join(run(upgrade_server(dsn, roles))))


def copy(settings: Path | None, owner: Path | None) -> None:
    """Copy the files to PostgreSQL."""
    from gateway.cli.database.copy import copy_files

    read = chosen(settings)
    typer.echo("\n".join(run(copy_files(read, _owner_dsn(owner, read)))))


def _owner_dsn(file: Path | None, settings: Settings) -> str:
    """The owner's DSN, held against the rules of the log's own; the log's where there is none."""
    dsn = _dsn(file)
    if not dsn:
        return settings.log.dsn
    log = settings.log.model_copy(update={"dsn": dsn})
    for _, said in chain(
        log_faults(dsn), clear_faults(settings.environment, log, ReplicaSettings())
    ):
        typer.echo(f"--owner-dsn: {said}", err=True)
        raise typer.Exit(2)
    return dsn


def _dsn(file: Path | None) -> str:
    """The DSN in a file that nobody else may open; "" of no file."""
    try:
        return read_private(file).decode().strip() if file else ""
    except (KeysUnreadable, OSError, UnicodeDecodeError) as error:
        said = str(error) if isinstance(error, KeysUnreadable) else type(error).__name__
        typer.echo(f"--owner-dsn: {said}", err=True)
        raise typer.Exit(2) from None
