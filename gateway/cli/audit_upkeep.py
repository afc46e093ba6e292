"""What changes how the log is kept, each of it logged: epochs, and what is pruned."""

from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gateway.audit.entry.entry import Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.range import EntryRanges
from gateway.audit.errors import KeysUnavailable, LogUnavailable
from gateway.audit.keys import key_ring
from gateway.audit.keys.epoch_keys import KeyService
from gateway.audit.opening import EPOCHS, open_keys, open_publication, open_witnessing
from gateway.audit.publish.log_time import refuse_false_clock
from gateway.audit.publish.pruning import due_ranges, pruning
from gateway.audit.publish.pruning import prune as prune_log
from gateway.audit.publish.quorum import quorum_of
from gateway.audit.publish.retention_policy import Retention
from gateway.audit.recorder.epoch_guard import BEGUN, DESTROYED, epoch_change, key_checks
from gateway.audit.store.contract import Log
from gateway.cli.settings_option import chosen, run
from gateway.config.settings import Settings
from gateway.model.clock import Clock

if TYPE_CHECKING:  # as below: only what prunes has witnesses, grants and alerts
    from gateway.audit.publish.witnesses import Witnessing


def begin_epoch(name: str, who: str, credential: Path | None, settings: Path | None) -> None:
    """Begin an epoch of the keys, and log it."""
    found = chosen(settings)
    run(_change_epoch(found, who, "begin", name, credential))
    typer.echo(f"{name} is the current epoch; without a key service, start the gateway again")
    if len(found.keys.services) > 1:
        typer.echo(f"{found.keys.services[0]} has its keys: copy them to the others now")


def destroy_epoch(name: str, who: str, credential: Path | None, settings: Path | None) -> None:
    """Destroy an epoch's keys, and log it."""
    run(_change_epoch(chosen(settings), who, "destroy", name, credential))
    typer.echo(f"the keys of {name} are destroyed; without a key service, start the gateway again")


async def _change_epoch(
    settings: Settings, who: str, change: str, epoch: str, credential: Path | None
) -> None:
    clock = Clock()
    async with AsyncExitStack() as stack:
        publication = await stack.enter_async_context(open_publication(settings, clock))
        shown = settings.keys
        if credential is not None:
            shown = shown.model_copy(update={"credential": credential})
        production = settings.environment == "production"
        keys = await open_keys(shown, settings.files, stack, production=production)
        checks = await _checks(settings, keys, stack) if change == "destroy" else {}
        if isinstance(keys, key_ring.KeyRing):
            {"begin": key_ring.begin_epoch, "destroy": key_ring.destroy_epoch}[change](
                settings.files.state / EPOCHS, epoch
            )
            keys = await open_keys(shown, settings.files, stack, production=production)
        else:
            await keys.change(change, epoch)
        if change == "begin":
            checks = await _checks(settings, keys, stack)
        said = Entry(
            kind=AuditKind.CONFIGURATION_CHANGE,
            at=clock.now(),
            user=who,
            detail={"begin": BEGUN, "destroy": DESTROYED}[change],
            change=epoch_change(epoch, checks[epoch]) if epoch in checks else None,
        )
        await publication.log.append(said)


async def _checks(settings: Settings, keys: KeyService, stack: AsyncExitStack) -> Mapping[str, str]:
    """The checks of the live epochs, as far as the gateway's own credential gives them.

    An officer's credential does not; then the gateway writes them when it finds them.
    """
    if not isinstance(keys, key_ring.KeyRing):
        production = settings.environment == "production"
        keys = await open_keys(settings.keys, settings.files, stack, production=production)
    try:
        return await key_checks(keys)
    except KeysUnavailable:
        return {}


def prune(
    policy: Path, who: str, now: datetime | None, settings: Path | None, *, dry_run: bool
) -> None:
    """Prune what the policy no longer keeps; print what went, or would go."""
    told = now.replace(tzinfo=UTC) if now else None
    typer.echo(run(_prune(chosen(settings), policy, who, told, dry_run=dry_run)))


async def _prune(
    settings: Settings, file: Path, who: str, told: datetime | None, *, dry_run: bool
) -> str:
    policy, clock = Retention.read(file), Clock()
    async with AsyncExitStack() as stack:
        publication = await stack.enter_async_context(open_publication(settings, clock))
        ranges = await due_ranges(publication.log, policy, clock.now())
        if dry_run:
            count = EntryRanges(tuple(ranges)).count
            return f"{count} entries would be removed under {policy.name}"
        watch = await open_witnessing(settings.witnesses, publication, clock, stack)
        await watch.ask_all()  # whose time does not depend on this machine's clock
        witnessed = await publication.witnessed_at()
        await refuse_false_clock(publication.log, clock.now(), told, witnessed)
        entry = pruning(policy, who, clock.now(), time_told=told is not None)
        done = await prune_log(publication, ranges, entry, _witnessed(watch, settings))
        await _forget(settings, publication.log, stack)
    return f"{done.declared} entries were declared pruned, and the bytes of {done.removed} are gone"


async def _forget(settings: Settings, log: Log, stack: AsyncExitStack) -> None:
    """Have what was drawn from the log forget what is gone, too."""
    from gateway.oversight.alerts.store import AlertStore
    from gateway.oversight.break_glass.store.opening import open_grants
    from gateway.oversight.retention import RetentionTask

    grants = await open_grants(settings.log, settings.files)
    stack.push_async_callback(grants.aclose)
    await RetentionTask(log, AlertStore.below(settings.files.state), grants).forget()


def _witnessed(
    witnessing: "Witnessing", settings: Settings
) -> Callable[[int], Coroutine[None, None, None]]:
    async def refuse_unwitnessed(size: int) -> None:
        await witnessing.ask_all()
        quorum = quorum_of(settings.witnesses)
        signed = await witnessing.publication.cosigned(quorum)
        if quorum.needed and (signed is None or signed.size < size):
            raise LogUnavailable(
                "too few witnesses have signed the pruning; nothing was removed: prune again"
            )

    return refuse_unwitnessed
