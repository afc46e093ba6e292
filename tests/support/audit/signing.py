"""Signers of logs that a test fills itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from gateway.audit.keys.signing.growth_signer import GrowthSigner
from gateway.audit.keys.signing.memory import SignerMemory
from gateway.audit.keys.signing.state import SignedState
from gateway.audit.publish.local_signer import local_signer, memory_beside
from gateway.audit.publish.publication import Publication
from gateway.audit.store.contract import Log
from gateway.audit.tree.checkpoint import checkpoint_text
from gateway.audit.tree.merkle import EMPTY_ROOT
from gateway.audit.tree.note import NoteSigner


async def signing(key: NoteSigner, folder: Path) -> GrowthSigner:
    """The key with a memory in `folder`, which begins with the empty log where it is new."""
    memory = await SignerMemory.at_file(folder / "signer-memory")
    note = key.sign(checkpoint_text(key.name, 0, EMPTY_ROOT))
    await memory.advance(None, SignedState(key.name, 0, EMPTY_ROOT, note))
    return GrowthSigner(key, memory)


async def new_log_key(state: Path, origin: str) -> str:
    """The verifier key of a gateway that has not begun yet, below its `state` folder."""
    async with local_signer(state / "log-key", origin) as signer:
        return signer.verifier_key


async def copy_key(source: Path, target: Path, origin: str) -> None:
    """Sign for another log below `target` with the key that is below `source`, as its holder may.

    A memory of its own is made there: whoever has the key can make one too.
    """
    memory = await SignerMemory.at_file(memory_beside(target / "log-key"))
    await memory.advance(None, SignedState.empty(origin))
    (target / "log-key").write_bytes((source / "log-key").read_bytes())
    (target / "log-key").chmod(0o600)


@asynccontextmanager
async def open_as_gateway(log: Log, state: Path, origin: str) -> AsyncIterator[Log]:
    """The log as a gateway has it open whose key is below `state`; signed, and closed after it."""
    async with local_signer(state / "log-key", origin) as signer:
        publication = await Publication.open(log, signer, lambda: datetime.now(UTC))
        yield log
        await publication.leave()
        await log.aclose()
