"""`teamaround policy`: explain a decision, test cases, compare rules, print the record."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from adapters.contract.codes import Purpose, Sector
from gateway.audit.errors import LogUnavailable
from gateway.config.operator_file import read_operator_file
from gateway.config.settings import Settings, read_settings
from gateway.http.stores import open_publication
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid
from gateway.policy.case import Asker, read_cases, surprises, verdict_of
from gateway.policy.decide import Policy
from gateway.policy.diff import differences
from gateway.policy.explain import explained
from gateway.policy.processing_record import register_of
from gateway.policy.replay import PastQuestion, past_differences
from gateway.policy.rules.rule_set import RuleSet
from gateway.registry.files import read_manifests, read_rule_set

policy = typer.Typer(no_args_is_help=True, help=__doc__)

Manifests = Annotated[
    Path, typer.Option("--manifests", help="The folder of manifests, with Cedar beside them.")
]


def _fail(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(2)


def _rule_set(folder: Path) -> RuleSet:
    try:
        return read_rule_set(read_manifests(folder))
    except ConfigurationInvalid as error:
        raise _fail(str(error)) from None


def _today() -> date:
    return datetime.now(UTC).date()


def _say(lines: Iterable[str]) -> None:
    try:
        for line in lines:
            typer.echo(line)
    except ConfigurationInvalid as error:
        raise _fail(str(error)) from None


@policy.command()
def explain(  # noqa: PLR0913, PLR0917  one option a circumstance
    source: Annotated[str, typer.Argument(help="The source's id.")],
    sector: Annotated[Sector, typer.Option(help="The caller's sector.")],
    role: Annotated[list[str], typer.Option(help="A role of the caller; may be given again.")],
    purpose: Annotated[Purpose, typer.Option(help="The purpose.")],
    manifests: Manifests = Path("manifests"),
    significant_harm: Annotated[bool, typer.Option(help="Harm is stated.")] = False,  # noqa: FBT002
    consent: Annotated[bool, typer.Option(help="Consent is recorded.")] = False,  # noqa: FBT002
    restricted: Annotated[bool, typer.Option(help="The child is shielded.")] = False,  # noqa: FBT002
    out_of_area: Annotated[bool, typer.Option(help="The caller's area differs.")] = False,  # noqa: FBT002
    cause: Annotated[bool, typer.Option(help="A cause to ask out of area is stated.")] = False,  # noqa: FBT002
) -> None:
    """Say of each class which rules decided, and what would have been needed. Nobody is asked."""
    asker = Asker(
        source=source,
        sector=sector,
        roles=frozenset(role),
        purpose=purpose,
        significant_harm=significant_harm,
        consent=consent,
        restricted=restricted,
        in_area=not out_of_area,
        out_of_area_cause=cause,
    )
    rule_set = _rule_set(manifests)
    try:
        _say(map(str, explained(asker, rule_set, _today())))
    except ConfigurationInvalid as error:
        raise _fail(str(error)) from None


@policy.command("test")
def decide_cases(
    cases: Annotated[Path, typer.Argument(help="A file of [[case]] tables.")],
    manifests: Manifests = Path("manifests"),
) -> None:
    """Decide an agency's table of cases; exit 1 if one comes out otherwise than it expects."""
    rule_set = _rule_set(manifests)
    deciding = Policy(rule_set)
    failed = False
    try:
        for case in read_cases(cases):
            found = list(surprises(case, verdict_of(case, rule_set, deciding, _today())))
            failed = failed or bool(found)
            typer.echo(f"{'FAILED' if found else 'passed'}  {case.name}")
            for line in found:
                typer.echo(f"        {line}")
    except ConfigurationInvalid as error:
        raise _fail(str(error)) from None
    if failed:
        raise typer.Exit(1)


@policy.command()
def diff(
    before: Annotated[Path, typer.Argument(help="The folder of manifests as it is.")],
    after: Annotated[Path, typer.Argument(help="The folder as it would be.")],
    past: Annotated[
        Path | None,
        typer.Option(help="Settings of a gateway: hold the change to the questions in its log."),
    ] = None,
) -> None:
    """Say whom a change of rules would give more or less; exit 1 if it changes anything."""
    old, new = _rule_set(before), _rule_set(after)
    if past is None:
        lines = list(differences(old, new, _today()))
    else:
        lines = list(past_differences(old, new, read_manifests(after).values(), _past(past)))
    _say(lines or ["nothing changes"])
    if lines:
        raise typer.Exit(1)


def _past(settings: Path) -> Counter[PastQuestion]:
    try:
        return asyncio.run(_logged(read_settings(settings)))
    except ConfigurationInvalid as error:
        raise _fail(str(error)) from None
    except LogUnavailable:
        raise _fail("the log cannot be read now") from None


async def _logged(settings: Settings) -> Counter[PastQuestion]:
    """Every question of the log, as far as rules look at it, with how often it was asked."""
    found: Counter[PastQuestion] = Counter()
    async with open_publication(settings, Clock()) as publication:
        at = 0
        while page := await publication.log.entries(at):
            found.update(q for each in page if (q := PastQuestion.of(each.entry)))
            at = page[-1].index + 1
    return found


@policy.command()
def register(
    operator: Annotated[Path, typer.Option(help="The operator's file.")] = Path("operator.toml"),
    manifests: Manifests = Path("manifests"),
) -> None:
    """Print the record of processing (GDPR, article 30) from the configuration in force."""
    try:
        found = read_manifests(manifests)
        lines = list(
            register_of(found.values(), read_operator_file(operator), read_rule_set(found))
        )
    except ConfigurationInvalid as error:
        raise _fail(str(error)) from None
    _say(lines)
