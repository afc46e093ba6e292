"""`teamaround audit succeed`: a log under a new origin, whose first entry names the lost one."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer

from gateway.audit.entry.entry import Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.lost_log import LostLog
from gateway.audit.errors import EntryRefused
from gateway.audit.opening import open_publication, open_witnessing
from gateway.audit.publish.publication import Publication
from gateway.audit.verify.finding import LogRefused, Unreadable
from gateway.audit.verify.key import LOG, VerifierKey
from gateway.audit.verify.state import State, Trust
from gateway.cli.settings_option import chosen, run
from gateway.config.operator_file import read_operator_file
from gateway.config.settings import Settings
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid
from gateway.oversight.break_glass.store.grant import Notice

NOTICE: Final = "log-loss"


@dataclass(frozen=True, slots=True)
class Loss:
    """What is known of the lost log and of the decision, as typed."""

    last: Path
    key: str
    reason: str
    decided_by: str
    found: int | None


def succeed(loss: Loss, who: str, settings: Path | None) -> None:
    """Begin the log; print what was written and who has been told."""
    run(_succeed(chosen(settings), loss, who))


async def _succeed(settings: Settings, loss: Loss, who: str) -> None:
    clock = Clock()
    try:
        lost = _lost(loss, [text.split(" ")[-1] for text in settings.witnesses.trusted])
    except (LogRefused, Unreadable, EntryRefused, OSError) as error:
        said = type(error).__name__ if isinstance(error, OSError) else error
        raise ConfigurationInvalid(f"--last: {said}") from None
    if read_operator_file(settings.files.operator).log_origin == lost.origin:
        raise ConfigurationInvalid(
            f"log_origin: is still that of the lost log, {lost.origin}. A log that begins again"
            " under its old name looks like a rewritten one: give it another"
        )
    async with AsyncExitStack() as stack:
        publication = await stack.enter_async_context(open_publication(settings, clock))
        await begin(publication, lost, who, clock)
        typer.echo(f"{publication.signer.name} begins. It succeeds {lost.origin}: {lost.size}")
        typer.echo("entries of that are known, and later ones are lost.")
        typer.echo(f"Its verifier key is {publication.signer.verifier_key}")
        async for line in _told(settings, publication, clock, stack):
            typer.echo(line)


async def begin(publication: Publication, lost: LostLog, who: str, clock: Clock) -> None:
    """Write the first entry of an empty log; ConfigurationInvalid if it is not empty."""
    if await publication.log.size():
        raise ConfigurationInvalid(
            "the log has entries. Only an empty one can succeed another: name an empty state"
            " folder or database"
        )
    entry = Entry(kind=AuditKind.LOG_LOSS, at=clock.now(), user=who, succeeds=lost)
    if await publication.log.append(entry):
        raise ConfigurationInvalid("a gateway wrote into the log first; stop it, begin again")


def _lost(loss: Loss, witnesses: list[str]) -> LostLog:
    key = VerifierKey.read(loss.key)
    if key.kind != LOG:
        raise Unreadable("--lost-key is a witness's key; the lost log's own key is needed")
    named = tuple(map(VerifierKey.read, witnesses))
    state = State.read(loss.last.read_bytes(), Trust(key, named, 0))
    return LostLog(
        state.origin,
        loss.key.strip(),
        state.size,
        state.root.hex(),
        loss.reason,
        loss.decided_by,
        tuple(name for name, _ in state.witnessed.counted),
        loss.found,
    )


async def _told(
    settings: Settings, publication: Publication, clock: Clock, stack: AsyncExitStack
) -> AsyncIterator[str]:
    """Sign the new log's first state, have witnesses and the people in charge told of it."""
    await publication.newest()
    witnessing = await open_witnessing(settings.witnesses, publication, clock, stack)
    await witnessing.ask_all()
    signed = await publication.newest()
    for text in settings.witnesses.trusted:
        name = text.split(" ")[-1].partition("+")[0]
        if name in signed.cosigners:
            yield f"{name} has signed it."
        else:
            yield f"{name} has not signed it: give the witness the new verifier key."
    places = _places(settings)
    from gateway.oversight.break_glass.store.opening import open_grants

    grants = await open_grants(settings.log, settings.files)
    stack.push_async_callback(grants.aclose)
    await grants.notify([Notice(publication.signer.name, 0, place, NOTICE) for place in places])
    yield f"{len(places)} deputies and privacy officers will be told once a gateway runs."
    yield "Auditors find it by the kind LOG_LOSS. Give them the new verifier key."


def _places(settings: Settings) -> list[str]:
    operator = read_operator_file(settings.files.operator)
    officers = (officer.place for officer in operator.privacy_officer)
    return sorted({*operator.deputies, *officers})
