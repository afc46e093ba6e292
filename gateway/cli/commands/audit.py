"""`teamaround audit`: search, publish, compare, prune and check the log."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from adapters.contract.codes import Purpose
from gateway.audit.entry.kind import AuditKind
from gateway.cli.commands.options import EntryFormat, SettingsFile

audit = typer.Typer(no_args_is_help=True, help=__doc__)

Looker = Annotated[
    str | None,
    typer.Option("--who", help="Who does it, for the log; without it, this machine's account."),
]
Credential = Annotated[
    Path | None,
    typer.Option(help="File of an officer's credential at the key service, not the gateway's."),
]


@audit.command()
def begin_epoch(
    name: Annotated[str, typer.Argument(help="The new epoch's name, such as 2027.")],
    who: Annotated[str, typer.Option(help="Who does it, for the log.")],
    credential: Credential = None,
    settings: SettingsFile = None,
) -> None:
    """Make new keys for new pseudonyms and sealed texts.

    With a key service from now on; with keys in files from the gateway's next start on.
    """
    from gateway.cli.audit_upkeep import begin_epoch as work

    work(name, who, credential, settings)


@audit.command()
def destroy_epoch(
    name: Annotated[str, typer.Argument(help="An epoch that is not the current one.")],
    who: Annotated[str, typer.Option(help="Who does it, for the log.")],
    credential: Credential = None,
    settings: SettingsFile = None,
) -> None:
    """Destroy an epoch's keys: nobody can tell any more which children its entries are about.

    The entries stay and verify. Copies of the keys elsewhere have to be destroyed as well.
    """
    from gateway.cli.audit_upkeep import destroy_epoch as work

    work(name, who, credential, settings)


@audit.command()
def staff_child(
    organisation: Annotated[str, typer.Argument(help="Where a parent works, as tokens name it.")],
    who: Annotated[str, typer.Option(help="Who does it, for the log.")],
    settings: SettingsFile = None,
) -> None:
    """Print the line of a staff member's child for the file of `staff_children`.

    The child's NHS number is read from standard input, so no command line or history has it.
    """
    from gateway.cli.children import staff_child as work

    work(organisation, who, settings)


@audit.command()
def child_pseudonyms(
    who: Annotated[str, typer.Option(help="Who does it, for the log.")],
    settings: SettingsFile = None,
) -> None:
    """Print the `about` of a disclosure rule or an event: a child's pseudonyms, of every epoch.

    Give all the child's numbers, NHS number and UPN, a line each on standard input.
    """
    from gateway.cli.children import child_pseudonyms as work

    work(who, settings)


@audit.command()
def prune(
    policy: Annotated[Path, typer.Option(help="The retention policy, TOML.")],
    who: Annotated[str, typer.Option(help="Who does it, for the log.")],
    dry_run: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option(help="Say what would be removed, and change nothing.")
    ] = False,
    now: Annotated[
        datetime | None,
        typer.Option(help="The time by another clock, UTC; needed where the log rested for days."),
    ] = None,
    settings: SettingsFile = None,
) -> None:
    """Remove the bytes of entries that a written policy no longer keeps; their hashes stay.

    The log says so first, signed, and by as many witnesses as the settings ask for.
    """
    from gateway.cli.audit_upkeep import prune as work

    work(policy, who, now, settings, dry_run=dry_run)


@audit.command()
def key(settings: SettingsFile = None) -> None:
    """Print the log's verifier key. Give it to those who check the log, by another channel."""
    from gateway.cli.audit import key as work

    work(settings)


@audit.command()
def remember(
    checkpoint: Annotated[
        Path | None, typer.Argument(help="A checkpoint that a witness signed, or that you kept.")
    ] = None,
    from_log: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option(help="Trust the newest state in the log's own store.")
    ] = False,
    settings: SettingsFile = None,
) -> None:
    """Give the log's signer a state to continue from, where it has no memory of what it signed.

    Without one it signs nothing. Entries after that state are trusted unchanged.
    """
    from gateway.cli.audit_remember import remember as work

    if (checkpoint is None) != from_log:
        raise typer.BadParameter("give a checkpoint, or --from-log: one of the two")
    work(checkpoint, settings)


@audit.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where to write; an earlier export is continued.")],
    who: Looker = None,
    settings: SettingsFile = None,
) -> None:
    """Check the log, sign its state, and write all of it as files (C2SP tlog-tiles)."""
    from gateway.cli.audit import export as work

    work(folder, who, settings)


@audit.command()
def reconcile(  # noqa: PLR0913, PLR0917 - one option a part of what is compared
    agency: Annotated[str, typer.Argument(help="The agency's id.")],
    access_log: Annotated[
        Path, typer.Argument(help="Its access log: CSV, or one JSON object on each line.")
    ],
    since: Annotated[datetime, typer.Option(help="From this moment on, UTC.")],
    before: Annotated[datetime, typer.Option(help="Before this moment, UTC.")],
    who: Looker = None,
    settings: SettingsFile = None,
) -> None:
    """Compare an agency's access log with ours; exit 1 if either lacks something."""
    from gateway.cli.audit import reconcile as work

    work(agency, access_log, (since, before), who, settings)


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
    from gateway.audit.entry.search import Search
    from gateway.cli.audit import search as work

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
    work(who, wanted, written, settings)


@audit.command()
def verify(  # noqa: PLR0913, PLR0917 - one option a thing that is trusted
    what: Annotated[str, typer.Argument(help="A folder, a log's URL, a proof or a checkpoint.")],
    log_key: Annotated[str, typer.Option("--key", help="The log's verifier key.")],
    witness: Annotated[list[str] | None, typer.Option(help="A witness's verifier key.")] = None,
    quorum: Annotated[
        int | None,
        typer.Option(help="How many of the witnesses must have signed; without it, all.", min=0),
    ] = None,
    kept: Annotated[list[Path] | None, typer.Option(help="A checkpoint kept from before.")] = None,
    leaf: Annotated[Path | None, typer.Option(help="The entry that a proof is about.")] = None,
    token: Annotated[Path | None, typer.Option(help="A file with an auditor's token.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option(help="Check as of this moment, UTC; without it, now.")
    ] = None,
    max_age: Annotated[
        str | None,
        typer.Option(help="How old a witness's signature may be; 7d, but any age for a proof."),
    ] = None,
    max_ahead: Annotated[
        str, typer.Option(help="How far ahead of now a signature or entry may be dated.")
    ] = "10m",
    max_back: Annotated[
        str, typer.Option(help="How far an entry may be dated before an earlier one.")
    ] = "1h",
) -> None:
    """Check a published log, a proof or a checkpoint; exit 1 means that it is wrong.

    Nothing of the writer's code is used, and of its settings nothing is read.
    """
    from gateway.cli.verify import Given, GivenTimes
    from gateway.cli.verify import verify as work

    times = GivenTimes(as_of, max_age, max_ahead, max_back)
    work(what, Given(log_key, witness or (), quorum, kept or (), leaf, token, times))


@audit.command()
def succeed(  # noqa: PLR0913, PLR0917 - one option a thing that the first entry says
    last: Annotated[
        Path, typer.Option(help="The last checkpoint of the lost log that anyone has.")
    ],
    lost_key: Annotated[str, typer.Option(help="The lost log's verifier key.")],
    reason: Annotated[str, typer.Option(help="What happened, in a sentence.")],
    decided_by: Annotated[str, typer.Option(help="Who decided to begin another log.")],
    who: Annotated[str, typer.Option(help="Who does it, for the log.")],
    found: Annotated[
        int | None, typer.Option(help="How many entries of it can still be read.", min=0)
    ] = None,
    settings: SettingsFile = None,
) -> None:
    """Begin a new log under another origin, whose first entry names the lost one and the gap.

    Say nothing of a child in the reason: every auditor reads it.
    """
    from gateway.cli.loss.succeed import Loss
    from gateway.cli.loss.succeed import succeed as work

    work(Loss(last, lost_key, reason, decided_by, found), who, settings)


@audit.command()
def verify_loss(  # noqa: PLR0913, PLR0917 - two logs, a place and a key each
    what: Annotated[str, typer.Argument(help="The new log: a folder or a URL.")],
    log_key: Annotated[str, typer.Option("--key", help="The new log's verifier key.")],
    lost: Annotated[
        str, typer.Option(help="The lost log: a folder, or the last checkpoint of it.")
    ],
    lost_key: Annotated[str, typer.Option(help="The lost log's verifier key.")],
    witness: Annotated[list[str] | None, typer.Option(help="A witness's verifier key.")] = None,
    token: Annotated[Path | None, typer.Option(help="A file with an auditor's token.")] = None,
) -> None:
    """Check a log, the lost one that it succeeds, and that the first names the second.

    It prints which entries are missing between them; exit 1 means that something is wrong.
    """
    from gateway.cli.loss.verify import BothKeys
    from gateway.cli.loss.verify import verify_loss as work

    work(what, lost, BothKeys(log_key, lost_key, tuple(witness or ())), token)
