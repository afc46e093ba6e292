"""Pseudonyms of children for the operator's own files; their numbers come by standard input."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import orjson
import typer

from adapters.contract.identifiers import NHS_NUMBER, UPN, NhsNumber, Upn
from gateway.audit.entry.entry import Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.keys.epoch_keys import KeyService
from gateway.audit.keys.protection import protect, protect_everywhere
from gateway.audit.keys.pseudonym import Pseudonym, identifier_message
from gateway.audit.opening import open_keys, open_publication
from gateway.cli.settings_option import chosen, run
from gateway.config.settings import Settings
from gateway.model.clock import Clock

_MOST: Final = 100

Pseudonymise = Callable[[KeyService, Sequence[bytes]], Awaitable[tuple[Pseudonym, ...]]]


def staff_child(organisation: str, who: str, settings: Path | None) -> None:
    """Print the line of the child whose NHS number is the first line of standard input."""
    message = _message(sys.stdin.readline(), NHS_NUMBER)
    (pseudonym,) = run(_made(chosen(settings), who, "STAFF_CHILD", [message], _now))
    typer.echo(f"{pseudonym} {organisation}")


def child_pseudonyms(who: str, settings: Path | None) -> None:
    """Print the `about` of the child whose numbers are on standard input."""
    lines = [line for line in sys.stdin.read(_MOST * 100).splitlines() if line.strip()]
    messages = [_message(line, NHS_NUMBER, UPN) for line in lines[:_MOST]]
    if not messages:
        typer.echo("standard input: give at least one number, one on each line", err=True)
        raise typer.Exit(2)
    made = run(_made(chosen(settings), who, "DISCLOSURE_CHILD", messages, protect_everywhere))
    typer.echo(f"about = {orjson.dumps(sorted(made)).decode()}")


async def _now(keys: KeyService, messages: Sequence[bytes]) -> tuple[Pseudonym, ...]:
    return (await protect(keys, messages)).pseudonyms


async def _made(
    settings: Settings, who: str, detail: str, messages: Sequence[bytes], pseudonymise: Pseudonymise
) -> tuple[Pseudonym, ...]:
    """The pseudonyms of these numbers, once it is in the log that somebody had them made."""
    clock = Clock()
    async with AsyncExitStack() as stack:
        publication = await stack.enter_async_context(open_publication(settings, clock))
        production = settings.environment == "production"
        keys = await open_keys(settings.keys, settings.files, stack, production=production)
        made = await pseudonymise(keys, messages)
        look = Entry(
            kind=AuditKind.AUDIT_SEARCH,
            at=clock.now(),
            user=who,
            child_pseudonyms=made,
            detail=detail,
        )
        await publication.log.append(look)
        return made


def _message(line: str, *schemes: str) -> bytes:
    """What the pseudonym of the number on this line is made of; the command ends if it is none."""
    refusals = []
    for scheme in schemes:
        try:
            return identifier_message(scheme, _PARSED[scheme](line))
        except ValueError as error:
            refusals.append(str(error))
    typer.echo(f"standard input: {'; or '.join(refusals)}", err=True)
    raise typer.Exit(2)


_PARSED: Final[dict[str, Callable[[str], str]]] = {NHS_NUMBER: NhsNumber.parse, UPN: Upn.parse}
