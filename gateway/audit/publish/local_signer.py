"""The log's key in a file of this machine, and its memory beside it or in a store of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.audit.errors import KeysUnreadable
from gateway.audit.keys.signing.growth_signer import GrowthSigner
from gateway.audit.keys.signing.state import SignedState
from gateway.audit.tree.note import NoteSigner

if TYPE_CHECKING:  # whoever checks settings signs nothing
    from gateway.audit.keys.signing.memory import SignerMemory


@asynccontextmanager
async def local_signer(
    key: Path, origin: str, memory_dsn: str | None = None
) -> AsyncIterator[GrowthSigner]:
    """The signer of the log `origin` with the key at `key`, made with its memory if there is none.

    Its memory is at `memory_dsn`, where several signers with the same key share one.
    A key whose memory is gone has none, and gets none here: what it signed cannot be known.
    KeysUnreadable if either cannot be used, or the key is gone and its memory is not.
    """
    memory = await _memory(key, memory_dsn)
    try:
        async with memory.at_hand():
            await _begin(memory, key, origin)
        yield GrowthSigner(NoteSigner.at(key, origin), memory)
    finally:
        await memory.aclose()


def memory_beside(key: Path) -> Path:
    """Where the memory of a key is."""
    return key.with_name(f"{key.name}-memory")


async def _memory(key: Path, dsn: str | None) -> "SignerMemory":
    from gateway.audit.keys.signing.memory import SignerMemory  # noqa: PLC0415

    if dsn is not None:
        return await SignerMemory.at_server(dsn)
    return await SignerMemory.at_file(memory_beside(key))


async def _begin(memory: "SignerMemory", key: Path, origin: str) -> None:
    if await asyncio.to_thread(key.exists):
        return
    if not await memory.advance(None, SignedState.empty(origin)):
        remembered = await memory.newest(origin)
        if remembered is not None and remembered.signed:
            raise KeysUnreadable(f"{key}: is missing, and it signed this log; restore it")
