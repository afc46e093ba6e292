"""What the log publishes: signed states, each growing from the last, and proofs under them."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import chain
from time import monotonic
from typing import Final, Self

from gateway.audit.errors import LogCorrupt, SignerForgot
from gateway.audit.keys.group_mark import MarkKey
from gateway.audit.keys.signing.state import Growth, LogSigner, SignedState
from gateway.audit.publish.altered import first_altered, refuse_unlike
from gateway.audit.publish.cosignatures import newest_cosigned, newest_of, verified
from gateway.audit.publish.marked import refuse_unmarked
from gateway.audit.publish.quorum import Quorum, at_least
from gateway.audit.store.contract import Log
from gateway.audit.tree.checkpoint import Checkpoint, proof_text
from gateway.audit.tree.merkle import consistency_path, edge_of, inclusion_path
from gateway.audit.tree.tile import Tile
from gateway.audit.verify.key import VerifierKey
from gateway.model import events
from gateway.model.errors import TryLater

_SEEN_EVERY_S: Final = 30.0


class Publication:
    """One log, its signer and the witnesses whose signatures count; `now` is in UTC.

    Once the log is found not to be what was signed, or a witness saw another history, it is halted
    for as long as this gateway runs: then nothing is asked, told or read.
    """

    @classmethod
    async def open(
        cls,
        log: Log,
        signer: LogSigner,
        now: Callable[[], datetime],
        witnesses: Sequence[VerifierKey] = (),
        *,
        sign_unmarked: bool = False,
    ) -> Self:
        """Go on from what was signed last; LogCorrupt if `log` does not, SignerForgot without it.

        What no gateway marked is not signed, unless `sign_unmarked`: then a gateway of the release
        before writes too. LogUnavailable if the signer or the log cannot be had now.
        """
        key = await signer.mark_key()
        log.mark_with(key)
        opened = cls(log, signer, now, witnesses, marks=None if sign_unmarked else key)
        await opened._refuse_strange()
        size = await log.size()  # of before it is known whether others have it open
        rested = await signer.join(opened._gateway)
        try:
            await opened.secure(rested_at=size if rested else 0)
        except BaseException:
            await signer.leave(opened._gateway)  # it has added nothing
            raise
        return opened

    async def leave(self) -> None:
        """Have the last of the log signed: what is added to it from now on is none of a gateway's.

        LogCorrupt and LogUnavailable as `secure`; then the signer goes on waiting for this gateway.
        """
        state = await self.secure()
        await self.signer.leave(self._gateway)
        await self.log.forget_marks(state.size)

    def __init__(
        self,
        log: Log,
        signer: LogSigner,
        now: Callable[[], datetime],
        witnesses: Sequence[VerifierKey] = (),
        *,
        marks: MarkKey | None = None,
    ) -> None:
        self.log = log
        self.signer = signer
        self.witnesses = tuple(witnesses)
        self._marks = marks
        self._halted: TryLater | None = None
        self._published = 0
        self._gateway = secrets.token_hex(16)
        self._seen = self._signed = monotonic()
        self._now = now
        self._one_at_a_time = asyncio.Lock()

    @property
    def unsigned_for_s(self) -> float:
        """For how many seconds nothing has shown that all of the log is signed."""
        return monotonic() - self._signed

    def refuse_halted(self) -> None:
        """TryLater once the log is not what was signed, or a witness saw another history."""
        if self._halted is not None:
            raise self._halted.with_traceback(None)

    def halt(self, why: TryLater) -> None:
        """Serve nothing more for as long as this gateway runs; the first reason stays."""
        self._halted = self._halted or why

    def halt_altered(self, corrupt: LogCorrupt) -> None:
        """Tell that the log is not what was written, and serve nothing more."""
        events.log_corrupt(corrupt.entry)
        self.halt(TryLater("LOG_ALTERED", _said(corrupt)))

    async def secure(self, *, rested_at: int = 0) -> SignedState:
        """The log's state now, signed and remembered by its signer; no row of it is published.

        A log that rested at some size was all signed: what it has more by then is no gateway's.
        LogCorrupt if it is no growth of what was signed last, or no gateway wrote what it grew by:
        from then on this is halted. LogUnavailable if the log or its signer cannot be had now.
        """
        async with self._one_at_a_time:
            try:
                await self._be_seen()
                state = await self._secured(rested_at)
            except LogCorrupt as corrupt:
                self.halt_altered(corrupt)
                raise
            self._signed = monotonic()
            return state

    async def has(self, tile: Tile) -> bool:
        """Whether a state that was published, here or by another gateway, has all of the tile."""
        if not tile.within(self._published):
            self._published = max(self._published, await self._kept())
        return tile.within(self._published)

    async def newest(self) -> Checkpoint:
        """The log's state now, signed and published, with every witness's signature that holds.

        LogCorrupt and LogUnavailable as `secure`.
        """
        state = await self.secure()
        checkpoint = Checkpoint(state.size, state.root, self._now(), state.note)
        await self.log.keep(checkpoint)
        self._published = max(self._published, state.size)
        lines = await self.log.cosignatures(state.size)
        held = verified(self.witnesses, state.note, lines)
        note = state.note + "".join(each.line for each in held)
        return Checkpoint(state.size, state.root, checkpoint.at, note)

    async def cosigned(self, quorum: Quorum) -> Checkpoint | None:
        """The largest state, with its signatures, that enough witnesses signed; None if none."""
        stored = [await self.log.cosigned(witness.name) for witness in self.witnesses]
        return newest_cosigned(self.witnesses, self.signer.verifier_key, chain(*stored), quorum)

    async def witnessed(self) -> dict[str, tuple[int, int]]:
        """When each witness signed last, in seconds since 1970, and of which size, by its name.

        A signature counts if it verifies under the witness's own key, with the time inside it.
        """
        key = self.signer.verifier_key
        found = {w.name: newest_of(w, key, await self.log.cosigned(w.name)) for w in self.witnesses}
        return {name: newest for name, newest in found.items() if newest is not None}

    async def witnessed_at(self) -> int | None:
        """When a witness signed last, in seconds since 1970; None if none did."""
        return max((at for at, _ in (await self.witnessed()).values()), default=None)

    async def proof(self, index: int, *, leaf: bytes | None = None, cosigned_by: int = 0) -> str:
        """An offline proof that entry `index` is in the log; with `leaf`, it stands alone.

        It stands under the newest checkpoint that so many witnesses signed, where one covers it.
        """
        checkpoint = await self.cosigned(at_least(cosigned_by)) if cosigned_by else None
        if checkpoint is None or checkpoint.size <= index:
            checkpoint = await self.newest()
        nodes = await self.log.nodes([index], checkpoint.size)
        return proof_text(index, inclusion_path(index, checkpoint.size, nodes), checkpoint, leaf)

    async def growth(self, old: int, size: int) -> list[bytes]:
        """The hashes that show that the log at `size` begins with the log at `old`."""
        if old == 0:
            return []
        return consistency_path(old, size, await self.log.nodes([old - 1], size))

    async def _kept(self) -> int:
        """The size of the largest state that stands in the store under the log's signature."""
        for note in await self.log.notes():
            with suppress(LogCorrupt):
                return SignedState.read(note, self.signer.verifier_key).size
        return 0

    async def _refuse_strange(self) -> None:
        """SignerForgot if a new key finds entries, which it cannot know; LogCorrupt if another's.

        Several gateways that begin together look twice: one may have signed and written meanwhile.
        """
        state = await self.signer.remembered()
        if state is not None and not state.signed and await self.log.size():
            state = await self.signer.remembered()
        if state is None or not (state.signed or not await self.log.size()):
            raise SignerForgot(self.signer.name)

    async def _be_seen(self) -> None:
        if monotonic() - self._seen > _SEEN_EVERY_S:
            await self.signer.join(self._gateway)
            self._seen = monotonic()

    async def _secured(self, rested_at: int) -> SignedState:
        state = await self.signer.remembered()
        while True:
            if state is None:
                raise SignerForgot(self.signer.name)
            acknowledged = self.log.acknowledged  # before the log is looked at: others write too
            growth = await self._grown(state)
            if rested_at > state.size:
                raise LogCorrupt(
                    f"entry {state.size} was added while no gateway had the log open; restore it",
                    state.size,
                )
            await refuse_unlike(self.log, state.size, growth.size)
            signed = await self._refuse_unmarked(state, growth.size)
            if growth.size < acknowledged:
                raise _lost(growth.size)
            state = signed or await self.signer.sign(growth)
            if (state.size, state.root) == (growth.size, growth.root):
                return state

    async def _refuse_unmarked(self, state: SignedState, size: int) -> SignedState | None:
        """LogCorrupt if no gateway wrote what there is after `state`.

        If another gateway had more signed meanwhile, and let those marks go, it is that state.
        """
        if self._marks is None or size == state.size:
            return None
        try:
            await refuse_unmarked(self.log, self._marks, state.size, size)
        except LogCorrupt:
            now = await self.signer.remembered()
            if now is None or now.size <= state.size:
                raise
            return now
        return None

    async def _grown(self, state: SignedState) -> Growth:
        """What the log is now, told from `state`, which was signed before the log is looked at."""
        size = await self.log.size()
        if size < state.size:
            raise LogCorrupt(
                f"the log has {size} entries, and {state.size} were signed: put back a copy that"
                " has all of them; if there is none, do as docs/operate/log-loss.md says",
                size,
            )
        nodes = await self.log.nodes([state.size - 1] if state.size else [], size)
        if edge_of(state.size, nodes).root != state.root:
            raise await first_altered(self.log, await self.signer.states())
        path = consistency_path(state.size, size, nodes) if state.size else []
        return Growth(state.size, size, edge_of(size, nodes).root, tuple(path))


def _lost(entry: int) -> LogCorrupt:
    return LogCorrupt(
        f"entry {entry} was taken as durable and is not there: see what the log's store does to"
        " what is written, and restore it",
        entry,
    )


def _said(corrupt: LogCorrupt) -> str:
    where = "" if corrupt.entry is None else f" at entry {corrupt.entry}"
    return (
        f"the log is not what was signed{where}, so nothing is asked, told or read; tell the"
        " operator"
    )
