"""A state of the log that its signer signed, and what is to grow from it."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, Self

from gateway.audit.errors import KeysUnreadable, LogCorrupt
from gateway.audit.keys.group_mark import MarkKey
from gateway.audit.verify.finding import LogRefused
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.note import Note
from gateway.audit.verify.state import State, Trust
from gateway.audit.verify.tree import EMPTY

UNSIGNED: Final = ""


@dataclass(frozen=True, slots=True)
class SignedState:
    """A log of `size` entries with this root; `note` has the log's own signature alone.

    A signer that has signed nothing yet remembers the empty log, with the note UNSIGNED.
    """

    origin: str
    size: int
    root: bytes
    note: str

    @classmethod
    def empty(cls, origin: str) -> Self:
        """What a new signer begins from."""
        return cls(origin, 0, EMPTY, UNSIGNED)

    @classmethod
    def read(cls, note: str, verifier_key: str) -> Self:
        """The state that a note states; LogCorrupt if this log's key did not sign it."""
        try:
            state = State.read(note.encode(), Trust(VerifierKey.read(verifier_key)))
        except LogRefused as error:
            raise LogCorrupt(f"a signed state does not hold: {error}") from None
        # A witness's signature is kept with the log, and not in this memory.
        read, log = Note.read(note.encode()), VerifierKey.read(verifier_key)
        ours = (s for s in read.signatures if (s.name, s.key_id) == (log.name, log.id))
        alone = f"{read.text}\n" + "".join(f"{signature.line}\n" for signature in ours)
        return cls(state.origin, state.size, state.root, alone)

    @classmethod
    def kept(cls, checkpoint: Path, verifier_key: str) -> Self:
        """The state of a kept checkpoint, signed by the log; KeysUnreadable or LogCorrupt."""
        try:
            note = checkpoint.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise KeysUnreadable(f"{checkpoint}: cannot be read ({type(error).__name__})") from None
        return cls.read(note, verifier_key)

    @property
    def signed(self) -> bool:
        """Whether it was signed: all but what a new signer begins from."""
        return self.note != UNSIGNED


@dataclass(frozen=True, slots=True)
class Growth:
    """What is to be signed: the log at `size`, and the hashes that show its growth from `old`."""

    old: int
    size: int
    root: bytes
    path: tuple[bytes, ...] = ()


class LogSigner(Protocol):
    """Signs the growth of one log: with a key here, or in the key service.

    Every method but the properties raises LogUnavailable where it cannot be done now.
    """

    @property
    def name(self) -> str:
        """The log's origin."""
        ...

    @property
    def verifier_key(self) -> str:
        """What a verifier is given: "name+key id+key"."""
        ...

    def at_hand(self) -> AbstractAsyncContextManager[None]:
        """Open its memory once for all that is done in here, as a start does."""
        ...

    async def remembered(self) -> SignedState | None:
        """What it signed last; None if it has no memory, and so signs nothing."""
        ...

    async def states(self) -> tuple[SignedState, ...]:
        """What it signed, in order, thinned out; the last is what it signed last."""
        ...

    async def mark_key(self) -> MarkKey:
        """The key under which the log's gateways mark what they write."""
        ...

    async def join(self, gateway: str) -> bool:
        """Note that a gateway has the log open; whether none had: then all of it was signed."""
        ...

    async def leave(self, gateway: str) -> None:
        """Note that a gateway has closed the log, all of it signed."""
        ...

    async def sign(self, growth: Growth) -> SignedState:
        """What it remembers then: the growth, if it was told from what was signed last.

        Else it is what another gateway had signed meanwhile: tell the growth from there.
        LogCorrupt if the hashes show no growth, SignerForgot if it has no memory.
        """
        ...
