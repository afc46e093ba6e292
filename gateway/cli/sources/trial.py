"""`teamaround source try`: one question about a test child, told step by step."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import typer

from adapters.conformance.trial.masking import MaskedSecrets
from adapters.conformance.trial.nobodys import MayBeSomebodys, checked_given
from adapters.conformance.trial.trial import Trial, tried
from adapters.kinds import UnknownKind, open_adapter
from adapters.manifest.manifest import Manifest
from adapters.manifest.operation import Operation
from adapters.network.egress import EgressRefused
from adapters.network.secrets import SecretMissing, Secrets
from adapters.validation.loading import ManifestInvalid, read_manifest
from gateway.config.operator_file import SourceGrant, read_operator_file
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid
from gateway.registry.joining.operation import chosen_operation
from gateway.registry.joining.outcome import in_words, is_read

_NOT_READ: Final = 1
_WRONG: Final = 2
_UNUSABLE: Final = (
    *(ManifestInvalid, MayBeSomebodys, ConfigurationInvalid),
    *(SecretMissing, EgressRefused, UnknownKind, ValueError),
)


def try_(
    file: Path, given: list[str], operation: str | None, operator: Path, secrets: Path
) -> None:
    """Print one exchange about a test child; ends with 1 if no answer was read."""
    try:
        manifest = read_manifest(file)
        pairs = _pairs(given)
        chosen = chosen_operation(manifest, operation, pairs)
        checked = checked_given(manifest, chosen, pairs)
        grant = _grant(manifest, operator)
        masked = MaskedSecrets(Secrets(manifest.source.id, os.environ, secrets))
        trial = asyncio.run(_tried(manifest, chosen, checked, grant, masked))
    except _UNUSABLE as error:
        typer.echo(f"{'--given: ' * isinstance(error, MayBeSomebodys)}{error}", err=True)
        raise typer.Exit(_WRONG) from None
    for line in _lines(trial, in_words(chosen, checked, grant.claims, trial.reply)):
        typer.echo(masked.masked(line))
    if not is_read(trial.reply):
        raise typer.Exit(_NOT_READ)


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = dict(one.split("=", 1) for one in given if "=" in one)
    if len(pairs) < len(given):
        raise MayBeSomebodys("write KEY=VALUE, each key once: --given nhs_number=9990000018")
    return {name.strip(): value.strip() for name, value in pairs.items()}


def _grant(manifest: Manifest, operator: Path) -> SourceGrant:
    granted = read_operator_file(operator).grant
    found = next((one for one in granted if one.source == manifest.source.id), None)
    if found is None:
        raise ConfigurationInvalid(
            f"{operator}: no [[grant]] for {manifest.source.id}; write one:"
            " teamaround source grant FILE prints it"
        )
    return found


async def _tried(
    manifest: Manifest,
    operation: Operation,
    given: Mapping[str, str],
    grant: SourceGrant,
    secrets: MaskedSecrets,
) -> Trial:
    adapter = await open_adapter(
        manifest, secrets=secrets, egress=grant.egress(), clock=Clock().now
    )
    try:
        return await tried(manifest, adapter.source, operation, given)
    finally:
        await adapter.aclose()


def _lines(trial: Trial, outcome: Iterator[str]) -> Iterator[str]:
    for step in trial.steps:
        yield step.title
        yield from (f"  {line}" for line in step.lines)
    yield "Outcome"
    yield from (f"  {line}" for line in outcome)
