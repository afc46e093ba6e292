"""`teamaround source`: an agency's manifest written, checked, listed and granted."""

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

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
from adapters.conformance.kit import Level, RuleVerdict, check_offline, level_of
from adapters.conformance.online_check import check_online
from adapters.contract.codes import Claim, Sector
from adapters.kinds import UnknownKind, open_adapter
from adapters.manifest.json_schema import schema_text
from adapters.manifest.manifest import Manifest
from adapters.manifest.table import SourceId
from adapters.network.egress import Egress, EgressRefused
from adapters.network.secrets import SecretMissing, Secrets
from adapters.validation.loading import ManifestInvalid, read_manifest
from gateway.cli.gateway_client import add, approve, suspend
from gateway.cli.source_list import list_
from gateway.cli.source_try import try_
from gateway.config.operator_file import SourceGrant, read_operator_file
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid

source = typer.Typer(no_args_is_help=True, help=__doc__)
for _told in (add, approve, suspend):
    source.command()(_told)
source.command("list")(list_)
source.command("try")(try_)

ManifestPath = Annotated[Path, typer.Argument(help="The manifest, TOML.")]
_NOT_YET = 1
_WRONG = 2


def _read(file: Path) -> Manifest:
    try:
        return read_manifest(file)
    except ManifestInvalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(_WRONG) from None


@source.command()
def check(
    file: ManifestPath,
    operator: Annotated[
        Path | None, typer.Option(help="The operator's file: ask the real system too.")
    ] = None,
    secrets: Annotated[Path, typer.Option(help="The folder of secrets.")] = Path("secrets"),
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,  # noqa: FBT002
) -> None:
    """Say which rules a source keeps, what to change, and the level that it reaches.

    Without --operator nothing is connected to and no secret is read. Fails below "dependable".
    """
    manifest = _read(file)
    verdicts = asyncio.run(_checked(manifest, file, operator, secrets))
    (_print_json if as_json else _print)(verdicts, online=operator is not None)
    if level_of(verdicts) not in {Level.DEPENDABLE, Level.EXEMPLARY}:
        raise typer.Exit(_NOT_YET)


async def _checked(
    manifest: Manifest, file: Path, operator: Path | None, secrets: Path
) -> list[RuleVerdict]:
    clock = Clock()
    verdicts = await check_offline(manifest, file.parent, clock.now)
    if operator is None:
        return verdicts
    try:
        granted = _grant(manifest, operator)
        adapter = await open_adapter(
            manifest,
            secrets=Secrets(manifest.source.id, os.environ, secrets),
            egress=Egress.of(granted.origins if granted else ()),
            clock=clock.now,
        )
    except (ConfigurationInvalid, SecretMissing, EgressRefused, UnknownKind, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(_WRONG) from None
    try:
        person = granted.test_person.given if granted and granted.test_person else {}
        return [*verdicts, *await check_online(manifest, adapter.source, person)]
    finally:
        await adapter.source.aclose()


def _grant(manifest: Manifest, operator: Path) -> SourceGrant | None:
    granted = read_operator_file(operator).grant
    return next((one for one in granted if one.source == manifest.source.id), None)


def _print(verdicts: Sequence[RuleVerdict], *, online: bool) -> None:
    words = {True: "passed ", False: "FAILED ", None: "not run"}
    for one in verdicts:
        typer.echo(f"{words[one.passed]} {one.level:10} {one.rule}")
        if one.what:
            typer.echo(f"{'':19}{one.what}")
    reached = level_of(list(verdicts))
    asked = "" if online else " offline; --operator asks the real system too"
    typer.echo(f"Level: {reached or 'none'}{asked}")


def _print_json(verdicts: Sequence[RuleVerdict], *, online: bool) -> None:
    rules = [
        {"rule": one.rule, "level": one.level, "passed": one.passed, "what": one.what}
        for one in verdicts
    ]
    found = {"level": level_of(list(verdicts)), "online": online, "rules": rules}
    typer.echo(json.dumps(found, indent=2))


@source.command()
def grant(
    file: ManifestPath,
    claim: Annotated[
        list[Claim] | None, typer.Option(help="A claim that you grant; may be given again.")
    ] = None,
) -> None:
    """Print the [[grant]] that lets a source in, for the operator to put in the operator's file.

    What the manifest claims and --claim does not name stands there as a comment.
    """
    typer.echo(grant_text(_read(file), frozenset(claim or ())))


@source.command("profiles")
def profiles_() -> None:
    """List the profiles: manifests of national and common systems, to be copied."""
    table = Table("profile", "what for")
    for one in profiles():
        table.add_row(one.name, escape(one.title))
    Console().print(table)
    typer.echo("Next: teamaround source new --profile NAME --out FOLDER")


def _id(given: str) -> str:
    try:
        return TypeAdapter(SourceId).validate_python(given)
    except ValidationError as error:
        raise typer.BadParameter(error.errors()[0]["msg"].removeprefix("Value error, ")) from None


def _copy(profile: str, folder: Path, answers: Answers) -> None:
    try:
        copy = profile_named(profile).copied(folder, answers)
    except (NoSuchProfile, AlreadyThere) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(_WRONG) from None
    _read(copy)
    typer.echo(f"{copy} is written; look at every CHANGE. Next: teamaround source check {copy}")


@source.command()
def schema() -> None:
    """Print the JSON Schema of a manifest, for editors."""
    typer.echo(schema_text(), nl=False)


@source.command()
def new(  # noqa: PLR0913, PLR0917  one option a question
    identifier: Annotated[
        str, typer.Option("--id", prompt="Id of the source (a-z, 0-9, -)", callback=_id)
    ],
    agency: Annotated[str, typer.Option(prompt="Your organisation's name")],
    sector: Annotated[Sector, typer.Option(prompt="Its sector")],
    telephone: Annotated[str, typer.Option(prompt="Telephone of the duty contact")],
    address: Annotated[str, typer.Option(prompt="Address of the system")],
    sample: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="A reply of your system (JSON, CSV), an OpenAPI document, a FHIR capability"
            " statement, an SQLite file, or a file with the address of a PostgreSQL database:"
            " the shape is kept, values never.",
        ),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="Copy this profile instead; --out is then a new folder.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write; else it is printed.")] = None,
) -> None:
    """Write the beginning of a manifest from five answers, with a sample or a profile."""
    answers = Answers(identifier, agency, sector, telephone, address)
    if profile is not None:
        _copy(profile, out or Path(identifier), answers)
        return
    try:
        made = draft(answers, _shape(sample), out.stem if out else identifier)
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
