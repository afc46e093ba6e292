"""What `teamaround source list FOLDER` prints."""

from pathlib import Path
from typing import Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from adapters.validation.loading import ManifestInvalid, read_manifest

_WRONG: Final = 2


def print_folder(folder: Path) -> None:
    """Print a line a manifest of `folder`; ends with 2 if one cannot be read."""
    table = Table("source", "agency", "kind", "asked by", "claims")
    wrong = False
    for file in sorted(folder.glob("*.toml")):
        try:
            manifest = read_manifest(file)
        except ManifestInvalid as error:
            typer.echo(str(error), err=True)
            wrong = True
            continue
        asked = "; ".join(" + ".join(sorted(one.card.needs)) for one in manifest.operation)
        claims = ", ".join(sorted(manifest.source.claims))
        cells = (manifest.source.id, manifest.agency.name, manifest.kind, asked, claims)
        table.add_row(*map(escape, cells))
    Console().print(table)
    if wrong:
        raise typer.Exit(_WRONG)
