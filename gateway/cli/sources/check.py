"""What `teamaround source check` does."""

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path

import typer

from adapters.conformance.kit import Level, RuleVerdict, check_offline, level_of
from adapters.conformance.online_check import check_online
from adapters.kinds import UnknownKind, open_adapter
from adapters.manifest.manifest import Manifest
from adapters.network.egress import Egress, EgressRefused
from adapters.network.secrets import SecretMissing, Secrets
from gateway.cli.sources.manifest_file import manifest_of
from gateway.config.operator_file import SourceGrant, read_operator_file
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid

_NOT_YET = 1
_WRONG = 2


def check(file: Path, operator: Path | None, secrets: Path, *, as_json: bool) -> None:
    """Print a verdict a rule and the level; ends with 1 below "dependable"."""
    manifest = manifest_of(file)
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
            egress=granted.egress() if granted else Egress.of(()),
            clock=clock.now,
        )
    except (ConfigurationInvalid, SecretMissing, EgressRefused, UnknownKind, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(_WRONG) from None
    try:
        person = granted.test_person.given if granted and granted.test_person else {}
        return [*verdicts, *await check_online(manifest, adapter.source, person)]
    finally:
        await adapter.aclose()


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
