"""What `teamaround audit` does to the log: key, export, reconcile, search."""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import assert_never

import typer

from gateway.audit.entry.entry import AuditedAgency, Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.logged import Logged
from gateway.audit.entry.look import AuditedLook
from gateway.audit.entry.range import EntryRange
from gateway.audit.entry.search import EntryPosition, Search
from gateway.audit.opening import open_publication
from gateway.audit.publish.export import export_log
from gateway.audit.reports.csv_json import HEADING, as_json_lines, as_table
from gateway.audit.reports.fhir import as_audit_events
from gateway.audit.reports.reconciliation import (
    AccessLogUnreadable,
    Call,
    Reconciliation,
    read_calls,
)
from gateway.audit.reports.reconciliation import reconcile as compare
from gateway.cli.commands.options import EntryFormat
from gateway.cli.settings_option import account, chosen, run
from gateway.config.settings import Settings
from gateway.model.clock import Clock


def key(settings: Path | None) -> None:
    """Print the log's verifier key."""
    typer.echo(run(_key(chosen(settings))))


async def _key(settings: Settings) -> str:
    async with open_publication(settings, Clock()) as publication:
        return publication.signer.verifier_key


def export(folder: Path, who: str | None, settings: Path | None) -> None:
    """Write the log to `folder`, once that is logged; print its size and root."""
    typer.echo(run(_export(chosen(settings), folder, who or account())))


async def _export(settings: Settings, folder: Path, who: str) -> str:
    clock = Clock()
    async with open_publication(settings, clock) as publication:
        size = await publication.log.size()
        # Its own entry goes along, so that the folder itself says who has it.
        look = AuditedLook(entries=EntryRange(0, size), count=size + 1, export="TILES")
        await publication.log.append(_looked(clock, who, "EXPORTED_LOG", look))
        checkpoint = await export_log(publication, folder)
        return f"{checkpoint.size} entries, root {checkpoint.root.hex()}"


def reconcile(
    agency: str,
    access_log: Path,
    times: tuple[datetime, datetime],
    who: str | None,
    settings: Path | None,
) -> None:
    """Print what either log lacks of the calls between two times; ends with 1 if any does."""
    try:
        calls = read_calls(access_log.read_bytes().decode("utf-8", "replace"))
    except (AccessLogUnreadable, OSError) as error:
        why = type(error).__name__ if isinstance(error, OSError) else error
        typer.echo(f"{access_log}: {why}", err=True)
        raise typer.Exit(2) from None
    within = (times[0].replace(tzinfo=UTC), times[1].replace(tzinfo=UTC))
    found = run(_reconciled(chosen(settings), agency, calls, who or account(), *within))
    if not found.intents and not calls:
        typer.echo(
            f"nothing compared: no question of that time names {agency}, and the file has no"
            f" call. Check the agency's id and the time",
            err=True,
        )
        raise typer.Exit(2)
    typer.echo(f"{found.matched} calls are in both logs")
    for call in found.unlogged:
        typer.echo(f"not in our log: call with index {call.index}, question {call.query_id}")
    for call in found.unseen:
        typer.echo(f"not in the agency's log: index {call.index}, question {call.query_id}")
    if found.unlogged or found.unseen:
        raise typer.Exit(1)


async def _reconciled(  # noqa: PLR0913, PLR0917 - what is compared, when, and who compares
    settings: Settings, agency: str, calls: list[Call], who: str, since: datetime, before: datetime
) -> Reconciliation:
    clock = Clock()
    async with open_publication(settings, clock) as publication:
        look = AuditedLook(since=since, before=before)
        await publication.log.append(_looked(clock, who, "RECONCILED", look, agency))
        return await compare(publication.log, agency, calls, since, before)


def search(who: str, wanted: Search, written: EntryFormat, settings: Path | None) -> None:
    """Print the entries that fit, newest first; the search itself is logged first."""
    run(_search(chosen(settings), who, wanted, written))


async def _search(settings: Settings, who: str, wanted: Search, written: EntryFormat) -> None:
    clock = Clock()
    async with open_publication(settings, clock) as publication:
        look = AuditedLook.of(wanted, export=written.value.upper())
        detail = f"EXPORTED_{wanted.named}"
        await publication.log.append(_looked(clock, who, detail, look, wanted.agency))
        if written is EntryFormat.CSV:
            sys.stdout.write(HEADING)
        after: EntryPosition | None = None
        while page := await publication.log.search(wanted, after=after):
            sys.stdout.writelines(_lines(page, written, publication.signer.name))
            after = page[-1].place


def _looked(
    clock: Clock, who: str, detail: str, look: AuditedLook, agency: str | None = None
) -> Entry:
    return Entry(
        kind=AuditKind.AUDIT_SEARCH,
        at=clock.now(),
        user=who,
        agencies=(AuditedAgency(agency),) if agency else (),
        detail=detail,
        look=look,
    )


def _lines(page: Iterable[Logged], written: EntryFormat, origin: str) -> Iterable[str]:
    match written:
        case EntryFormat.JSON:
            return as_json_lines(page)
        case EntryFormat.CSV:
            return as_table(page)
        case EntryFormat.FHIR:
            return as_audit_events(page, origin)
        case _:
            assert_never(written)
