"""What `teamaround policy` does: it reads rules and says what they give."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import typer

from gateway.config.operator_file import read_operator_file
from gateway.model.errors import ConfigurationInvalid
from gateway.policy.case import Asker, read_cases, surprises, verdict_of
from gateway.policy.decide import Policy
from gateway.policy.diff import differences
from gateway.policy.explain import explained
from gateway.policy.processing_record import register_of
from gateway.policy.rules.rule_set import RuleSet
from gateway.registry.files import read_manifests, read_rule_set


def _fail(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(2)


def rule_set_of(folder: Path) -> RuleSet:
    """The rules of a folder of manifests; the command ends with 2 and says why if it has none."""
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


def explain(asker: Asker, manifests: Path) -> None:
    """Print which rules decided each class for this asker."""
    rule_set = rule_set_of(manifests)
    try:
        _say(map(str, explained(asker, rule_set, _today())))
    except ConfigurationInvalid as error:
        raise _fail(str(error)) from None


def decide_cases(cases: Path, manifests: Path) -> None:
    """Print each case and how it came out; ends with 1 if one is a surprise."""
    rule_set = rule_set_of(manifests)
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


def diff(before: Path, after: Path) -> None:
    """Print what changes between two folders; ends with 1 if anything does."""
    print_changes(differences(rule_set_of(before), rule_set_of(after), _today()))


def print_changes(differing: Iterable[str]) -> None:
    """Print each, or that there is none; ends with 1 if there is any."""
    lines = list(differing)
    _say(lines or ["nothing changes"])
    if lines:
        raise typer.Exit(1)


def register(operator: Path, manifests: Path) -> None:
    """Print the record of processing, a line at a time."""
    try:
        found = read_manifests(manifests)
        lines = list(
            register_of(found.values(), read_operator_file(operator), read_rule_set(found))
        )
    except ConfigurationInvalid as error:
        raise _fail(str(error)) from None
    _say(lines)
