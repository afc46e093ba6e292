"""`teamaround db`: show the schema of each store, upgrade it, or copy it to PostgreSQL."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.commands.options import SettingsFile

db = typer.Typer(no_args_is_help=True, help=__doc__)

Owner = Annotated[
    Path | None,
    typer.Option(
        "--owner-dsn",
        help="File, mode 0600, with the DSN of the tables' owner; left out, the settings' DSN.",
    ),
]


@db.command()
def status(settings: SettingsFile = None) -> None:
    """Say which schema each store has; exit 1 if this release would not start on one."""
    from gateway.cli.db import print_status as work

    work(settings)


@db.command()
def upgrade(
    owner_dsn: Owner = None,
    role: Annotated[
        str, typer.Option(help="Role that gateways log in as; left out, the settings' own.")
    ] = "",
    pruner: Annotated[
        str, typer.Option(help="Another role, which may prune; without it no role may.")
    ] = "",
    sql: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--sql", help="Print what PostgreSQL would run, and change nothing.")
    ] = False,
    settings: SettingsFile = None,
) -> None:
    """Bring every store to this release's schema; in PostgreSQL, make the tables too.

    Take a backup first. All of a database is upgraded, or nothing.
    """
    from gateway.cli.db import upgrade as work

    work(settings, owner_dsn, role, pruner, sql=sql)


@db.command()
def copy(owner_dsn: Owner = None, settings: SettingsFile = None) -> None:
    """Copy the stores in `state` to the settings' PostgreSQL, whose tables must be empty.

    Stop the gateways first. All is copied and checked, or nothing. The old log takes no more.
    """
    from gateway.cli.db import copy as work

    work(settings, owner_dsn)
