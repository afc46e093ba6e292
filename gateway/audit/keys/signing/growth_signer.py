"""A key that signs only growth: what it signed last is in its memory before a signature is out."""

import base64
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from gateway.audit.errors import LogCorrupt, SignerForgot
from gateway.audit.keys.group_mark import MarkKey
from gateway.audit.keys.signing.state import Growth, SignedState
from gateway.audit.verify.finding import LogRefused
from gateway.audit.verify.tree import refuse_rewritten

if TYPE_CHECKING:  # whoever checks settings signs nothing
    from gateway.audit.keys.signing.memory import SignerMemory


class SignsNotes(Protocol):
    """A key that signs any text; nothing but GrowthSigner may use the log's."""

    @property
    def name(self) -> str:
        """The log's origin."""
        ...

    @property
    def verifier_key(self) -> str:
        """What a verifier is given: "name+key id+key"."""
        ...

    def sign(self, text: str) -> str:
        """The note of this text."""
        ...

    def mark_key(self) -> MarkKey:
        """The key of the log's marks."""
        ...


@dataclass(frozen=True, slots=True)
class GrowthSigner:
    """A LogSigner over a key and its memory; several may share one memory."""

    key: SignsNotes
    memory: "SignerMemory"

    @property
    def name(self) -> str:
        """The log's origin."""
        return self.key.name

    @property
    def verifier_key(self) -> str:
        """What a verifier is given: "name+key id+key"."""
        return self.key.verifier_key

    def at_hand(self) -> AbstractAsyncContextManager[None]:
        """Open the memory once for all that is done in here."""
        return self.memory.at_hand()

    async def remembered(self) -> SignedState | None:
        """What was signed last; None without memory."""
        return await self.memory.newest(self.name)

    async def states(self) -> tuple[SignedState, ...]:
        """What was signed, in order, thinned out."""
        return await self.memory.states(self.name)

    async def mark_key(self) -> MarkKey:
        """The key under which the log's gateways mark what they write."""
        return self.key.mark_key()

    async def join(self, gateway: str) -> bool:
        """Note that a gateway has the log open; whether none had."""
        return await self.memory.join(self.name, gateway)

    async def leave(self, gateway: str) -> None:
        """Note that a gateway has closed the log."""
        await self.memory.leave(self.name, gateway)

    async def sign(self, growth: Growth) -> SignedState:
        """The growth, signed and remembered; or what is remembered, if it is not told from there.

        LogCorrupt if the hashes show no growth, SignerForgot if there is no memory.
        """
        before = await self.remembered()
        if before is None:
            raise SignerForgot(self.name)
        if growth.old != before.size:
            return before
        _refuse_other(before, growth)
        if before.signed and growth.size == before.size:
            return before
        after = SignedState(self.name, growth.size, growth.root, self._note(growth))
        if await self.memory.advance(before, after):
            return after
        return await self.remembered() or before

    async def begin(self, state: SignedState) -> bool:
        """Remember this state of the log; whether nothing was remembered before."""
        return await self.memory.advance(None, state)

    def empty(self) -> SignedState:
        """The empty log, signed: whoever begins from it trusts all that the log has now."""
        empty = SignedState.empty(self.name)
        return replace(empty, note=self._note(Growth(0, 0, empty.root)))

    def _note(self, growth: Growth) -> str:
        root = base64.b64encode(growth.root).decode()
        return self.key.sign(f"{self.name}\n{growth.size}\n{root}\n")


def _refuse_other(before: SignedState, growth: Growth) -> None:
    old, new = (before.size, before.root), (growth.size, growth.root)
    try:
        refuse_rewritten(old, new, growth.path)
    except LogRefused:
        raise LogCorrupt(
            f"the log does not continue from its {before.size} entries as they were signed;"
            " restore it",
        ) from None
