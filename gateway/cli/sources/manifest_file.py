"""The manifest that a command is given."""

from pathlib import Path
from typing import Final

import typer

from adapters.manifest.manifest import Manifest
from adapters.validation.loading import ManifestInvalid, read_manifest

_WRONG: Final = 2


def manifest_of(file: Path) -> Manifest:
    """The manifest of this file; the command ends with 2 and says why if it is none."""
    try:
        return read_manifest(file)
    except ManifestInvalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(_WRONG) from None
