"""Others sign the log's states too: without a quorum's fresh signature, nobody should be served."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import aiohttp

from gateway.audit.errors import LogCorrupt
from gateway.audit.keys.signing.state import SignedState
from gateway.audit.publish.cosignatures import cosignature
from gateway.audit.publish.publication import Publication
from gateway.audit.publish.quorum import Quorum
from gateway.audit.publish.witness_at import WitnessAnswer, WitnessAt
from gateway.audit.tree.checkpoint import Checkpoint
from gateway.audit.tree.merkle import edge_of

_OK: Final = 200
_JUDGED: Final = frozenset({200, 400, 403, 404, 409, 413, 422})  # the protocol's own statuses
_OF_HISTORY: Final = frozenset({409, 422})
_TRIES: Final = 3  # others may have it sign what is newer while it is told the growth
# A signature from later than this would be fresh long after its witness fell silent.
AHEAD_S: Final = 600


@dataclass(frozen=True, slots=True)
class Countersigned:
    """A witness that signed the state that it was asked for."""

    witness: str


@dataclass(frozen=True, slots=True)
class Denied:
    """A witness that answered and did not sign, and shows nothing that the log signed otherwise."""

    witness: str
    status: int

    @property
    def of_history(self) -> bool:
        """Whether it says that the log does not grow from what it saw."""
        return self.status in _OF_HISTORY


@dataclass(frozen=True, slots=True)
class HistoryConflict:
    """A witness that holds a state that the log's key signed, and the log does not grow from."""

    witness: str
    size: int
    theirs: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """A witness that signed for a moment to come, by the gateway's clock: it is not counted."""

    witness: str


Said = Countersigned | Denied | HistoryConflict | Ahead


class Witnessing:
    """Asks every witness to sign the log's state; `now` is in UTC."""

    def __init__(
        self,
        publication: Publication,
        witnesses: Sequence[WitnessAt],
        session: aiohttp.ClientSession,
        now: Callable[[], datetime],
    ) -> None:
        self.publication = publication
        self._witnesses = witnesses
        self._session = session
        self._now = now

    async def ask_all(self) -> tuple[Said, ...]:
        """Have the log's state signed by whoever answers; what each that answers said.

        LogUnavailable or LogCorrupt if the log cannot publish. Who does not answer signs nothing.
        """
        checkpoint = await self.publication.newest()
        known = await self.publication.witnessed()
        asked = (self._ask(w, checkpoint, known.get(w.name, (0, 0))[1]) for w in self._witnesses)
        return tuple(said for said in await asyncio.gather(*asked) if said is not None)

    async def signed_since(self, quorum: Quorum) -> int | None:
        """Since when, in seconds since 1970, enough witnesses have signed; or None.

        A signature counts if it verifies under the witness's own key, with the time inside it.
        """
        newest = await self.publication.witnessed()
        names = set[str]()
        for at, name in sorted(((at, n) for n, (at, _) in newest.items()), reverse=True):
            if not self._ahead(at):
                names.add(name)
            if names and quorum.met(names):
                return at
        return None

    async def _ask(self, witness: WitnessAt, checkpoint: Checkpoint, old: int) -> Said | None:
        try:
            for _ in range(_TRIES):
                old = old if old <= checkpoint.size else 0
                path = await self.publication.growth(old, checkpoint.size)
                answer = await witness.submit(self._session, old, path, checkpoint.note)
                if answer.size is None or answer.size == old:
                    return await self._judged(witness, checkpoint, answer)
                old = answer.size
                if old > checkpoint.size:  # another gateway may have had more signed
                    checkpoint = await self.publication.newest()
                if old > checkpoint.size:
                    return await self._disputed(witness, checkpoint, answer.status)
        except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError):
            pass
        return None

    async def _judged(
        self, witness: WitnessAt, checkpoint: Checkpoint, answer: WitnessAnswer
    ) -> Said | None:
        if answer.status not in _JUDGED:  # what stands before a witness failed: that is silence
            return None
        if answer.status == _OK:
            return await self._kept(witness, checkpoint, answer.text)
        return await self._disputed(witness, checkpoint, answer.status)

    async def _kept(self, witness: WitnessAt, checkpoint: Checkpoint, text: str) -> Said:
        for line in text.splitlines(keepends=True):
            at = cosignature(witness.key, checkpoint.note, line)
            if at is None:
                continue
            if self._ahead(at):
                return Ahead(witness.name)
            await self.publication.log.cosign(checkpoint.size, witness.name, at, line)
            return Countersigned(witness.name)
        return Denied(witness.name, _OK)

    async def _disputed(
        self, witness: WitnessAt, checkpoint: Checkpoint, status: int
    ) -> Said | None:
        """A conflict, if the witness shows what the log's key signed; else that it denied."""
        shown = await self._shown(witness)
        if shown is None or not await self._denies(shown):
            return Denied(witness.name, status)
        return HistoryConflict(witness.name, checkpoint.size, shown.size)

    async def _shown(self, witness: WitnessAt) -> SignedState | None:
        """The state that the witness holds, if the log's key signed it."""
        signer = self.publication.signer
        try:
            note = await witness.newest(self._session, signer.name)
            return None if note is None else SignedState.read(note, signer.verifier_key)
        except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError, LogCorrupt):
            return None

    async def _denies(self, shown: SignedState) -> bool:
        """Whether the log does not grow from what was shown, as it is now."""
        size = (await self.publication.secure()).size
        if shown.size > size:
            return True
        nodes = await self.publication.log.nodes([shown.size - 1] if shown.size else [], size)
        return edge_of(shown.size, nodes).root != shown.root

    def _ahead(self, at: int) -> bool:
        return at > self._now().timestamp() + AHEAD_S
