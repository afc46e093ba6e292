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
from adapters.contract.advice import what_to_do
from adapters.contract.codes import Claim
from adapters.contract.contract import (
    Malformed,
    MoreNeeded,
    NoRecord,
    Records,
    Refused,
    Reply,
    Unavailable,
)
from adapters.contract.identifiers import CHILD_NUMBERS
from adapters.contract.record import Identifier, Record
from adapters.kinds import UnknownKind, open_adapter
from adapters.manifest.manifest import Manifest
from adapters.manifest.operation import Operation
from adapters.network.egress import EgressRefused
from adapters.network.secrets import SecretMissing, Secrets
from adapters.validation.loading import ManifestInvalid, read_manifest
from gateway.config.operator_file import SourceGrant, read_operator_file
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid
from resolvers.outcome import Outcome, judge

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
        chosen = _operation(manifest, operation, pairs)
        checked = checked_given(manifest, chosen, pairs)
        grant = _grant(manifest, operator)
        masked = MaskedSecrets(Secrets(manifest.source.id, os.environ, secrets))
        trial = asyncio.run(_tried(manifest, chosen, checked, grant, masked))
    except _UNUSABLE as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(_WRONG) from None
    for line in _lines(trial, _outcome(chosen, checked, grant, trial.reply)):
        typer.echo(masked.masked(line))
    if isinstance(trial.reply, Refused | Unavailable | Malformed | MoreNeeded):
        raise typer.Exit(_NOT_READ)


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = dict(one.split("=", 1) for one in given if "=" in one)
    if len(pairs) < len(given):
        raise MayBeSomebodys(
            "write --given KEY=VALUE, each key once: --given nhs_number=9990000018"
        )
    return {name.strip(): value.strip() for name, value in pairs.items()}


def _operation(manifest: Manifest, name: str | None, given: Mapping[str, str]) -> Operation:
    if name is not None:
        found = next((one for one in manifest.operation if one.name == name), None)
    else:
        fitting = (one for one in manifest.operation if _takes(one, given))
        found = next(fitting, None) or next(iter(manifest.operation), None)
    if found is None:
        names = ", ".join(one.name for one in manifest.operation)
        raise MayBeSomebodys(f"--operation: no operation has this name; there are {names}")
    return found


def _takes(operation: Operation, given: Mapping[str, str]) -> bool:
    return operation.card.needs <= given.keys() <= operation.card.accepts


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


def _outcome(
    operation: Operation,
    given: Mapping[str, str],
    grant: SourceGrant,
    reply: Reply,
) -> Iterator[str]:
    asked = [Identifier(name, given[name]) for name in sorted(given.keys() & CHILD_NUMBERS)]
    match reply:
        case Records(records=records):
            yield from _of_records(operation, asked, reply, records)
        case NoRecord():
            yield from _of_nobody(operation, grant, reply)
        case MoreNeeded(needs=needs):
            yield f"{Outcome.MORE_NEEDED}: it cannot be asked without {', '.join(needs)}"
        case Malformed():
            yield f"{Outcome.INVALID_RESPONSE}: rule {reply.rule}{_at(reply.place, reply.shape)}"
            yield from filter(None, [what_to_do(reply.rule)])
        case _:
            outcome = judge(reply, (), conclusive=False, asked_identifiers=asked, supersedes=False)
            code = _code(reply)
            yield f"{outcome}: {code}{_at(getattr(reply, 'place', ''), '')}"
            yield from filter(None, [what_to_do(code)])


def _code(reply: Reply) -> str:
    if isinstance(reply, Unavailable):
        return str(reply.cause or reply.fault)
    return "refused" if isinstance(reply, Refused) else "more candidates than limits.max_records"


def _at(place: str, shape: str) -> str:
    return "".join(f"{before}{text}" for before, text in ((" at ", place), (": ", shape)) if text)


def _of_records(
    operation: Operation, asked: list[Identifier], reply: Records, records: tuple[Record, ...]
) -> Iterator[str]:
    outcome = judge(
        reply, (), conclusive=False, asked_identifiers=asked, supersedes=operation.supersedes
    )
    if outcome is Outcome.INVALID_RESPONSE:
        yield f"{outcome}: every record has another number than the one asked for"
        return
    if any(one in record.identifiers for record in records for one in asked):
        yield f"{Outcome.HAS_RECORD}: a record has the number; name or date of birth must agree"
    else:
        yield f"{Outcome.HAS_RECORD} or {Outcome.AMBIGUOUS}: no record has a number asked for,"
        yield "so that name and date of birth decide whether it is the child's"
    yield from (
        f"incomplete: {said}"
        for said in (
            "" if reply.whole else "the system may hold more than came",
            _listed("cannot be read as mapped", (name for r in records for name in r.defects)),
            _listed("is cut", (name for r in records for name in r.cut)),
        )
        if said
    )
    if any(record.restricted is not False for record in records):
        yield "restricted, or nothing says that the child is not: the location is kept back"


def _listed(what: str, names: Iterator[str]) -> str:
    found = sorted(set(names))
    return f"{', '.join(found)} {what}" if found else ""


def _of_nobody(operation: Operation, grant: SourceGrant, reply: NoRecord) -> Iterator[str]:
    lacks = [
        "" if reply.whole else "the system did not look through everything that it holds",
        ""
        if operation.conclusive
        else f"operation {operation.name} does not say conclusive = true",
        "" if Claim.CONCLUSIVE in grant.claims else "the grant lacks the claim conclusive",
        "" if operation.card.needs & CHILD_NUMBERS else "it was not asked by a number",
    ]
    why = [one for one in lacks if one]
    if why:
        yield f"{Outcome.NONE_FOUND}: {'; '.join(why)}"
        return
    yield (
        f"{Outcome.NO_RECORD}, while its data is younger than source.max_age and its test child is"
        " found by this operation"
    )
