"""What `teamaround audit remember` does: a signer without memory is given a state to go on from."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import typer

from gateway.audit.errors import KeysUnreadable, LogCorrupt
from gateway.audit.keys.signing.growth_signer import GrowthSigner
from gateway.audit.keys.signing.state import SignedState
from gateway.audit.opening import open_signer_and_log
from gateway.audit.publish.altered import refuse_other
from gateway.audit.publish.publication import Publication
from gateway.audit.store.contract import Log
from gateway.cli.settings_option import chosen, run
from gateway.config.settings import Settings


def remember(checkpoint: Path | None, settings: Path | None) -> None:
    """Give the signer its memory; print from where it goes on."""
    state = run(given_memory(chosen(settings), checkpoint))
    typer.echo(f"the signer continues from {state.size} entries, root {state.root.hex()}")


async def given_memory(settings: Settings, checkpoint: Path | None) -> SignedState:
    """From where the signer goes on: this checkpoint, or the newest signed state of the log."""
    async with open_signer_and_log(settings) as (signer, log):
        if await signer.remembered() is not None:
            raise KeysUnreadable("the signer remembers what it signed; nothing was changed")
        state = (
            await _stored(signer, log)
            if checkpoint is None
            else SignedState.kept(checkpoint, signer.verifier_key)
        )
        await refuse_other(log, state)
        await signer.begin(state)
        # Whoever gives a memory trusts the entries after it, which may have no mark or none left.
        await Publication(log, signer, partial(datetime.now, UTC)).secure()
        return state


async def _stored(signer: GrowthSigner, log: Log) -> SignedState:
    """The newest state in the store that the log's key signed; the empty log where it has none."""
    for note in await log.notes():
        try:
            return SignedState.read(note, signer.verifier_key)
        except LogCorrupt:
            continue
    return signer.empty()
