"""What `teamaround policy diff --past` does: it holds a change to the questions in the log."""

import asyncio
from collections import Counter
from pathlib import Path

import typer

from gateway.audit.errors import LogUnavailable
from gateway.audit.opening import open_publication
from gateway.cli.policy import print_changes, rule_set_of
from gateway.config.settings import Settings, read_settings
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid
from gateway.policy.replay import PastQuestion, past_differences
from gateway.registry.files import read_manifests


def diff_past(before: Path, after: Path, settings: Path) -> None:
    """Print what would have come out otherwise of past questions; ends with 1 if any would."""
    old, new = rule_set_of(before), rule_set_of(after)
    print_changes(past_differences(old, new, read_manifests(after).values(), _past(settings)))


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


def _fail(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(2)
