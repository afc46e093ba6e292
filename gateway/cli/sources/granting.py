"""What `teamaround source grant` prints, and what `source new --profile` copies."""

from pathlib import Path
from typing import Final

import typer

from adapters.authoring.draft import Answers
from adapters.authoring.grant import grant_text
from adapters.authoring.profile import AlreadyThere, NoSuchProfile, profile_named
from adapters.contract.codes import Claim
from gateway.cli.sources.manifest_file import manifest_of

_WRONG: Final = 2


def grant(file: Path, claims: frozenset[Claim]) -> None:
    """Print the [[grant]] of a manifest with these claims."""
    typer.echo(grant_text(manifest_of(file), claims))


def copy(profile: str, folder: Path, answers: Answers) -> None:
    """Copy a profile to a new folder; ends with 2 if it cannot be."""
    try:
        copied = profile_named(profile).copied(folder, answers)
    except (NoSuchProfile, AlreadyThere) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(_WRONG) from None
    manifest_of(copied)
    typer.echo(f"{copied} is written; look at every CHANGE. Next: teamaround source check {copied}")
