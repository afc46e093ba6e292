"""What `teamaround source new` writes: the beginning of a manifest."""

import asyncio
from pathlib import Path
from typing import Final

import typer

from adapters.authoring.database_shape import is_address, shape_of_database
from adapters.authoring.draft import Answers, Draft, draft
from adapters.authoring.sample_shape import SampleShape, SampleUnreadable, shape_of

_WRONG: Final = 2


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
        typer.echo(f"{', '.join(there)} exists already and is not changed", err=True)
        raise typer.Exit(_WRONG)
    for file, content in contents.items():
        file.write_bytes(content)
