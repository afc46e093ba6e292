"""What changes how the log is kept, each of it logged: epochs, the tables, what is pruned."""

from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer

from gateway.audit.entry.entry import AuditKind, Entry
from gateway.audit.entry.range import EntryRanges
from gateway.audit.errors import LogUnavailable
from gateway.audit.keys import key_ring
from gateway.audit.publish.pruning import due_ranges, pruning
from gateway.audit.publish.pruning import prune as prune_log
from gateway.audit.publish.retention_policy import Retention
from gateway.audit.publish.witnesses import Witnessing
from gateway.cli.postgres_schema import script, since_issuers
from gateway.cli.settings_option import SettingsFile, chosen, run
from gateway.config.settings import Settings
from gateway.http.app import open_witnessing
from gateway.http.stores import alerts_file, open_grants, open_keys, open_publication
from gateway.model.clock import Clock
from gateway.oversight.alerts.store import AlertStore
from gateway.oversight.retention import RetentionTask

Credential = Annotated[
    Path | None,
    typer.Option(help="File of an officer's credential at the key service, not the gateway's."),
]


def begin_epoch(
    name: Annotated[str, typer.Argument(help="The new epoch's name, such as 2027.")],
    who: Annotated[str, typer.Option(help="Who does it, for the log.")],
    credential: Credential = None,
    settings: SettingsFile = None,
) -> None:
    """Have new pseudonyms and sealed texts made under new keys.

    With a key service from now on; with keys in files from the gateway's next start on.
    """
    run(_change_epoch(chosen(settings), who, "begin", name, credential))
    typer.echo(f"{name} is the current epoch; without a key service, start the gateway again")


def destroy_epoch(
    name: Annotated[str, typer.Argument(help="An epoch that is not the current one.")],
    who: Annotated[str, typer.Option(help="Who does it, for the log.")],
    credential: Credential = None,
    settings: SettingsFile = None,
) -> None:
    """Destroy an epoch's keys: nobody can tell any more whom its entries are about.

    The entries stay and verify. Copies of the keys elsewhere have to be destroyed as well.
    """
    run(_change_epoch(chosen(settings), who, "destroy", name, credential))
    typer.echo(f"the keys of {name} are destroyed; without a key service, start the gateway again")


async def _change_epoch(
    settings: Settings, who: str, change: str, epoch: str, credential: Path | None
) -> None:
    clock = Clock()
    async with AsyncExitStack() as stack:
        publication = await stack.enter_async_context(open_publication(settings, clock))
        keys = await open_keys(settings, stack, credential)
        if isinstance(keys, key_ring.KeyRing):
            {"begin": key_ring.begin_epoch, "destroy": key_ring.destroy_epoch}[change](
                settings.state / "epochs", epoch
            )
        else:
            await keys.change(change, epoch)
        detail = {"begin": "EPOCH_BEGUN", "destroy": "EPOCH_DESTROYED"}[change]
        kind = AuditKind.CONFIGURATION_CHANGE
        await publication.log.append(Entry(kind=kind, at=clock.now(), user=who, detail=detail))


def tables(
    role: Annotated[str, typer.Argument(help="The role that the gateway logs in as.")],
    pruner: Annotated[str, typer.Option(help="Another role, which prunes; or nobody does.")] = "",
    since: Annotated[  # noqa: FBT002 - a flag
        bool,
        typer.Option("--since-issuers", help="What tables lack that are of before issuers."),
    ] = False,
) -> None:
    """Print what a PostgreSQL database's owner runs once, before `log_dsn` names it."""
    typer.echo((since_issuers if since else script)(role, pruner), nl=False)


def prune(
    policy: Annotated[Path, typer.Option(help="The retention policy, TOML.")],
    who: Annotated[str, typer.Option(help="Who does it, for the log.")],
    dry_run: Annotated[bool, typer.Option(help="Say what would go, and change nothing.")] = False,  # noqa: FBT002 - a flag
    settings: SettingsFile = None,
) -> None:
    """Take the bytes of entries that a written policy no longer keeps; their hashes stay.

    The log says so first, signed, and by as many witnesses as the settings ask for.
    """
    typer.echo(run(_prune(chosen(settings), policy, who, dry_run=dry_run)))


async def _prune(settings: Settings, file: Path, who: str, *, dry_run: bool) -> str:
    policy, clock = Retention.read(file), Clock()
    async with AsyncExitStack() as stack:
        publication = await stack.enter_async_context(open_publication(settings, clock))
        ranges = await due_ranges(publication.log, policy, clock.now())
        if dry_run:
            return f"{EntryRanges(tuple(ranges)).count} entries would go under {policy.name}"
        watch = await open_witnessing(publication, settings, clock, stack)
        entry = pruning(policy, who, clock.now())
        done = await prune_log(publication, ranges, entry, _witnessed(watch, settings))
        grants = await open_grants(settings)
        stack.push_async_callback(grants.aclose)
        await RetentionTask(publication.log, AlertStore(alerts_file(settings)), grants).forget()
    return f"{done.declared} entries were declared pruned, and the bytes of {done.removed} are gone"


def _witnessed(
    witnessing: Witnessing, settings: Settings
) -> Callable[[int], Coroutine[None, None, None]]:
    async def refuse_unwitnessed(size: int) -> None:
        await witnessing.ask_all()
        signed = await witnessing.publication.log.checkpoint(cosigned_by=settings.witness_quorum)
        if settings.witness_quorum and (signed is None or signed.size < size):
            raise LogUnavailable(
                "too few witnesses have signed what is to be pruned; nothing went: prune again"
            )

    return refuse_unwitnessed
