"""`teamaround audit`: the log searched, published, reconciled, pruned; and checked by anybody."""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, assert_never

import typer

from adapters.contract.codes import Purpose
from gateway.audit.entry.entry import AuditedAgency, AuditKind, Entry
from gateway.audit.entry.logged import Logged
from gateway.audit.entry.search import EntryPosition, Search
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
from gateway.audit.verify.finding import LogRefused, Unreadable
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.place import open_place
from gateway.audit.verify.published import VerifiedLog, check_log
from gateway.audit.verify.receipt import FORMAT, ReceiptProof
from gateway.audit.verify.state import State, Trust
from gateway.cli import audit_upkeep as upkeep
from gateway.cli import children
from gateway.cli.settings_option import SettingsFile, chosen, run
from gateway.config.settings import Settings
from gateway.http.stores import open_publication
from gateway.model.clock import Clock

audit = typer.Typer(no_args_is_help=True, help=__doc__)

audit.command(name="begin-epoch")(upkeep.begin_epoch)
audit.command(name="destroy-epoch")(upkeep.destroy_epoch)
audit.command(name="staff-child")(children.staff_child)
audit.command(name="child-pseudonyms")(children.child_pseudonyms)
audit.command()(upkeep.tables)
audit.command()(upkeep.prune)


class EntryFormat(StrEnum):
    """How entries are written: a JSON object a line, a table, or a FHIR AuditEvent a line."""

    JSON = "json"
    CSV = "csv"
    FHIR = "fhir"


@audit.command()
def key(settings: SettingsFile = None) -> None:
    """Print the log's verifier key: give it to whoever is to check the log, by another way."""
    typer.echo(run(_key(chosen(settings))))


async def _key(settings: Settings) -> str:
    async with open_publication(settings, Clock()) as publication:
        return publication.signer.verifier_key


@audit.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where to write; an earlier export goes on.")],
    settings: SettingsFile = None,
) -> None:
    """Check the log, sign its state, and write all of it as files (C2SP tlog-tiles)."""
    typer.echo(run(_export(chosen(settings), folder)))


async def _export(settings: Settings, folder: Path) -> str:
    async with open_publication(settings, Clock()) as publication:
        checkpoint = await export_log(publication, folder)
        return f"{checkpoint.size} entries, root {checkpoint.root.hex()}"


@audit.command()
def reconcile(
    agency: Annotated[str, typer.Argument(help="The agency's id.")],
    access_log: Annotated[
        Path, typer.Argument(help="Its access log: CSV or a JSON object a line.")
    ],
    since: Annotated[datetime, typer.Option(help="From this moment on, UTC.")],
    before: Annotated[datetime, typer.Option(help="Before this moment, UTC.")],
    settings: SettingsFile = None,
) -> None:
    """Hold an agency's access log against ours; exit 1 if either lacks something."""
    try:
        calls = read_calls(_content(access_log).decode("utf-8", "replace"))
    except (AccessLogUnreadable, Unreadable) as error:
        typer.echo(f"{access_log}: {error}", err=True)
        raise typer.Exit(2) from None
    within = (since.replace(tzinfo=UTC), before.replace(tzinfo=UTC))
    found = run(_reconciled(chosen(settings), agency, calls, within))
    if not found.intents and not calls:
        typer.echo(
            f"nothing compared: no question of that time names {agency}, and the file has no call;"
            " is this the agency's id, and that the time?",
            err=True,
        )
        raise typer.Exit(2)
    typer.echo(f"{found.matched} calls stand in both logs")
    for call in found.unlogged:
        typer.echo(f"not in our log: call with index {call.index}, question {call.query_id}")
    for call in found.unseen:
        typer.echo(f"not in the agency's log: index {call.index}, question {call.query_id}")
    if found.unlogged or found.unseen:
        raise typer.Exit(1)


async def _reconciled(
    settings: Settings, agency: str, calls: list[Call], within: tuple[datetime, datetime]
) -> Reconciliation:
    async with open_publication(settings, Clock()) as publication:
        return await compare(publication.log, agency, calls, *within)


@audit.command()
def search(  # noqa: PLR0913, PLR0917 - one option a part of a search
    who: Annotated[str, typer.Option(help="Who searches, for the log.")],
    user: Annotated[str | None, typer.Option(help="The user who asked.")] = None,
    issuer: Annotated[str | None, typer.Option(help="Who vouched for the user.")] = None,
    organisation: Annotated[str | None, typer.Option(help="On whose behalf.")] = None,
    agency: Annotated[str | None, typer.Option(help="An agency that was asked.")] = None,
    purpose: Annotated[Purpose | None, typer.Option(help="The stated purpose.")] = None,
    kind: Annotated[AuditKind | None, typer.Option(help="What the entry records.")] = None,
    query_id: Annotated[str | None, typer.Option(help="The question's id.")] = None,
    since: Annotated[datetime | None, typer.Option(help="From this moment on, UTC.")] = None,
    before: Annotated[datetime | None, typer.Option(help="Before this moment, UTC.")] = None,
    written: Annotated[
        EntryFormat, typer.Option("--as", help="In which shape.")
    ] = EntryFormat.JSON,
    settings: SettingsFile = None,
) -> None:
    """Write the entries that fit, newest first; the search itself is logged first.

    A child is searched for over the API alone, where its details come in no command line.
    """
    wanted = Search(
        user=user,
        issuer=issuer,
        organisation=organisation,
        agency=agency,
        purpose=purpose,
        kind=kind,
        query_id=query_id,
        since=since.replace(tzinfo=UTC) if since else None,
        before=before.replace(tzinfo=UTC) if before else None,
    )
    run(_search(chosen(settings), who, wanted, written))


async def _search(settings: Settings, who: str, wanted: Search, written: EntryFormat) -> None:
    clock = Clock()
    async with open_publication(settings, clock) as publication:
        said = Entry(
            kind=AuditKind.AUDIT_SEARCH,
            at=clock.now(),
            user=who,
            agencies=(AuditedAgency(wanted.agency),) if wanted.agency else (),
            detail=f"EXPORTED_{wanted.named}",
        )
        await publication.log.append(said)
        if written is EntryFormat.CSV:
            sys.stdout.write(HEADING)
        after: EntryPosition | None = None
        while page := await publication.log.search(wanted, after=after):
            sys.stdout.writelines(_lines(page, written, publication.signer.name))
            after = page[-1].place


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


@audit.command()
def verify(  # noqa: PLR0913, PLR0917 - one option a thing that is trusted
    what: Annotated[str, typer.Argument(help="A folder, a log's URL, a proof or a checkpoint.")],
    log_key: Annotated[str, typer.Option("--key", help="The log's verifier key.")],
    witness: Annotated[list[str] | None, typer.Option(help="A witness's verifier key.")] = None,
    quorum: Annotated[int, typer.Option(help="How many of the witnesses must have signed.")] = 0,
    kept: Annotated[list[Path] | None, typer.Option(help="A checkpoint kept from before.")] = None,
    leaf: Annotated[Path | None, typer.Option(help="The entry that a proof is about.")] = None,
    token: Annotated[Path | None, typer.Option(help="A file with an auditor's token.")] = None,
) -> None:
    """Check a published log, a proof or a checkpoint; exit 1 says that it does not hold.

    Nothing of the writer's code is used, and of its settings nothing is read.
    """
    try:
        witnesses = tuple(map(VerifierKey.read, witness or ()))
        trust = Trust(VerifierKey.read(log_key), witnesses, quorum)
        # What was kept needs no witness: whoever kept it saw it.
        seen = [State.read(_content(file), Trust(trust.log)) for file in kept or ()]
        bearer = _content(token).decode().strip() if token else None
        checked = _verified(what, trust, seen, leaf, bearer)
    except LogRefused as refusal:
        place = "" if refusal.entry is None else f" (entry {refusal.entry})"
        typer.echo(f"REFUSED: {refusal}{place}", err=True)
        raise typer.Exit(1) from None
    except Unreadable as error:
        typer.echo(f"not checked: {error}", err=True)
        raise typer.Exit(2) from None
    state = checked.state
    typer.echo(f"holds: {state.origin}, {state.size} entries, root {state.root.hex()}")
    for name, _ in state.witnessed:
        typer.echo(f"witnessed by {name}")
    for each in checked.prunings:
        said = f"{each.count} entries pruned under {each.policy!r} on {each.at} by {each.who!r}"
        typer.echo(f"{said} (entry {each.index})")
    if checked.gone:
        typer.echo(f"{checked.gone} entries are gone: of those only the hash was checked")


def _verified(
    what: str, trust: Trust, seen: list[State], leaf: Path | None, token: str | None
) -> VerifiedLog:
    file = Path(what)
    if not file.is_file():
        return check_log(open_place(what, token), trust, seen)
    content = _content(file)
    if content.startswith(FORMAT.encode()):
        state = ReceiptProof.read(content).check(trust, _content(leaf) if leaf else None)
    else:
        state = State.read(content, trust)
    state.refuse_fork(seen)
    if sizes := {each.size for each in seen} - {state.size}:
        raise Unreadable(
            f"{what} has {state.size} entries, what was kept {', '.join(map(str, sorted(sizes)))}:"
            " give the log's folder or address instead, which alone shows the growth"
        )
    return VerifiedLog(state)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Unreadable(f"{file}: {type(error).__name__}") from None
