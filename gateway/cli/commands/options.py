"""Options that several commands take, and what their values may be."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

SettingsFile = Annotated[
    Path | None,
    typer.Option("--settings", envvar="TEAMAROUND_SETTINGS", help="The settings file, TOML."),
]
GATEWAY: Final = typer.Option(
    "--gateway", envvar="TEAMAROUND_GATEWAY", help="Where its /graphql is."
)
TOKEN: Final = typer.Option(
    "--token", envvar="TEAMAROUND_TOKEN_FILE", help="A file with your token."
)
GatewayUrl = Annotated[str, GATEWAY]
TokenFile = Annotated[Path, TOKEN]


class EntryFormat(StrEnum):
    """How entries are written: a JSON object a line, a table, or a FHIR AuditEvent a line."""

    JSON = "json"
    CSV = "csv"
    FHIR = "fhir"


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        from importlib.metadata import version

        typer.echo(f"teamaround {version('teamaround')}")
        raise typer.Exit


VersionFlag = Annotated[
    bool,
    typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True),
]
