"""What `teamaround source` writes: drafts, copies of profiles, grants."""

import asyncio
from pathlib import Path
from typing import Final

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from adapters.authoring.database_shape import is_address, shape_of_database
from adapters.authoring.draft import Answers, Draft, draft
from adapters.authoring.grant import grant_text
from adapters.authoring.profile import AlreadyThere, NoSuchProfile, profile_named, profiles
from adapters.authoring.sample_shape import SampleShape, SampleUnreadable, shape_of
from adapters.contract.codes import Claim
from adapters.manifest.table import SourceId
from gateway.cli.sources.check import manifest_of

_WRONG: Final = 2


def grant(file: Path, claims: frozenset[Claim]) -> None:
    """Print the [[grant]] of a manifest with these claims."""
    typer.echo(grant_text(manifest_of(file), claims))


def print_profiles() -> None:
    """Print a line a profile."""
    table = Table("profile", "what for")
    for one in profiles():
        table.add_row(one.name, escape(one.title))
    Console().print(table)
    typer.echo("Next: teamaround source new --profile NAME --out FOLDER")


def checked_id(given: str) -> str:
    """`given`, if a source may be called so; typer.BadParameter if not."""
    try:
        return TypeAdapter(SourceId).validate_python(given)
    except ValidationError as error:
        raise typer.BadParameter(error.errors()[0]["msg"].removeprefix("Value error, ")) from None


def copy(profile: str, folder: Path, answers: Answers) -> None:
    """Copy a profile to a new folder; ends with 2 if it cannot be."""
    try:
        copied = profile_named(profile).copied(folder, answers)
    except (NoSuchProfile, AlreadyThere) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(_WRONG) from None
    manifest_of(copied)
    typer.echo(f"{copied} is written; look at every CHANGE. Next: teamaround source check {copied}")


def write(sample: Path | None, out: Path | None, answers: Answers) -> None:
    """Write the beginning of a manifest to `out`, or print it; ends with 2 if it cannot be."""
    try:
        made = draft(answers, _shape(sample), out.stem if out else answers.identifier)
    except SampleUnreadable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(_WRONG) from None
    if out is None:
        typer.echo(made.text)
        return
    _write(out, made)
    typer.echo(f"{out} is written. Next: teamaround source check {out}")


def _shape(sample: Path | None) -> SampleShape:
    if sample is None:
        return SampleShape()
    try:
        with sample.open("rb") as opened:
            start = opened.read(4096).decode("utf-8", "replace").strip()
    except OSError:
        raise SampleUnreadable("the sample cannot be read") from None
    return asyncio.run(shape_of_database(start)) if is_address(start) else shape_of(sample)


def _write(out: Path, made: Draft) -> None:
    contents = {out: made.text.encode()}
    contents |= {out.with_name(name): content for name, content in made.files.items()}
    there = [str(file) for file in contents if file.exists()]
    if there:
        typer.echo(f"{', '.join(there)} is there already; it stays as it is", err=True)
        raise typer.Exit(_WRONG)
    for file, content in contents.items():
        file.write_bytes(content)
