"""What the log publishes: signed states, each going on from the last, and proofs under them."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Self

from gateway.audit.errors import LogCorrupt
from gateway.audit.store.contract import Log
from gateway.audit.tree.checkpoint import Checkpoint, proof_text, signed
from gateway.audit.tree.merkle import consistency_path, edge_of, inclusion_path
from gateway.audit.tree.note import NoteSigner


class Publication:
    """Signs one log's checkpoints under one key; `now` gives the time in UTC."""

    @classmethod
    async def open(cls, log: Log, signer: NoteSigner, now: Callable[[], datetime]) -> Self:
        """Go on from the newest checkpoint of `log`; LogCorrupt if another key signed it."""
        opened = cls(log, signer, now)
        kept = await log.checkpoint()
        if kept is not None:
            again = signed(signer, kept.size, kept.root, kept.at)
            if not kept.note.startswith(again.note):
                raise LogCorrupt("the newest checkpoint is not signed by this log's key")
        return opened

    def __init__(self, log: Log, signer: NoteSigner, now: Callable[[], datetime]) -> None:
        self.log = log
        self.signer = signer
        self._now = now
        self._one_at_a_time = asyncio.Lock()

    async def newest(self) -> Checkpoint:
        """The log's state now, signed and kept; LogCorrupt if it is no growth of the last one.

        LogUnavailable if the log cannot be read or the checkpoint not be kept.
        """
        async with self._one_at_a_time:
            kept = await self.log.checkpoint()
            size = await self.log.size()
            if kept is not None and kept.size == size:
                return kept
            checkpoint = await self._grown(kept, size)
            await self.log.keep(checkpoint)
            return checkpoint

    async def proof(self, index: int, *, leaf: bytes | None = None, cosigned_by: int = 0) -> str:
        """An offline proof that entry `index` is in the log; with `leaf`, it stands alone.

        It stands under the newest checkpoint that so many witnesses signed, where one covers it.
        """
        checkpoint = await self.log.checkpoint(cosigned_by=cosigned_by)
        if checkpoint is None or checkpoint.size <= index:
            checkpoint = await self.newest()
        nodes = await self.log.nodes([index], checkpoint.size)
        return proof_text(index, inclusion_path(index, checkpoint.size, nodes), checkpoint, leaf)

    async def growth(self, old: int, size: int) -> list[bytes]:
        """The hashes that show that the log at `size` begins with the log at `old`."""
        if old == 0:
            return []
        return consistency_path(old, size, await self.log.nodes([old - 1], size))

    async def _grown(self, kept: Checkpoint | None, size: int) -> Checkpoint:
        old = kept.size if kept else 0
        nodes = await self.log.nodes([old - 1] if old else [], size)
        # Never sign what a kept checkpoint would show to be another history.
        if size < old or (kept and edge_of(old, nodes).root != kept.root):
            raise LogCorrupt(
                "the log does not continue from its newest checkpoint; restore it", old
            )
        return signed(self.signer, size, edge_of(size, nodes).root, self._now())
