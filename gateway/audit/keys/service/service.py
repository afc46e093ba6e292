"""The keys in use: each client within what it may, and each use in the journal before it counts."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from gateway.audit.errors import KeysUnreadable, SealBroken
from gateway.audit.keys.epoch_keys import Protected
from gateway.audit.keys.group_mark import MarkKey
from gateway.audit.keys.key_ring import CURRENT, KeyRing, begin_epoch, destroy_epoch
from gateway.audit.keys.service.clients import Client, Clients, Use
from gateway.audit.keys.service.journal import Journal
from gateway.audit.keys.service.quota import ClientQuota
from gateway.audit.keys.service.refusals import KeysRefused
from gateway.audit.keys.service.wire import CHECK, OpenRequest, ProtectRequest
from gateway.audit.keys.signing.state import UNSIGNED, Growth, LogSigner, SignedState

_SETTLED_NS: Final = 1_000_000_000
SignedStates = tuple[str, tuple[SignedState, ...]]
FolderState = tuple[tuple[int, int], ...]
# Nobody mistypes a credential more often; whoever guesses is slowed down and seen.
_STRANGERS_A_MINUTE: Final = 60


@dataclass(slots=True)
class KeyServer:
    """Every method answers, or says No; KeysUnavailable where the journal cannot be written."""

    folder: Path
    clients: Clients
    journal: Journal
    monotonic: Callable[[], float]
    ring: KeyRing
    signer: LogSigner | None = None
    _strangers: ClientQuota = field(init=False)
    _quotas: dict[tuple[str, Use], ClientQuota] = field(init=False)
    _read: FolderState = field(init=False)
    _changing: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def __post_init__(self) -> None:
        self._read = _state(self.folder)
        self._strangers = ClientQuota(_STRANGERS_A_MINUTE, self.monotonic)
        self._quotas = {
            (client.name, use): ClientQuota(most, self.monotonic)
            for client in self.clients.client
            for use, most in _most(client).items()
        }

    def admit(self, credential: str) -> Client | KeysRefused:
        """Whose credential this is."""
        found = self.clients.holder(credential)
        if found is None and not self._strangers.take(1):
            return KeysRefused.TOO_OFTEN
        if found is None:
            self.journal.note(None, "sign-in", KeysRefused.STRANGER.value)
        return found or KeysRefused.STRANGER

    async def protect(self, client: Client, asked: ProtectRequest) -> Protected | KeysRefused:
        """The pseudonyms and sealed texts of one entry, under the current epoch."""
        refused = self._take(client, Use.PROTECT, _counted(asked))
        await self._look_again()
        return refused or await self.ring.protect(asked.messages, asked.texts)

    async def find(
        self, client: Client, asked: ProtectRequest
    ) -> Mapping[str, tuple[bytes, ...]] | KeysRefused:
        """Pseudonyms under every live epoch."""
        refused = self._take(client, Use.FIND, _counted(asked))
        await self._look_again()
        return refused or await self.ring.find(asked.messages)

    async def open(self, client: Client, asked: OpenRequest) -> bytes | KeysRefused:
        """A sealed text again."""
        refused = self._take(client, Use.OPEN, 1)
        await self._look_again()
        try:
            return refused or await self.ring.open(asked.epoch, asked.sealed, asked.bound_to)
        except SealBroken:
            return KeysRefused.BROKEN

    async def signed(self, client: Client, *, whole: bool) -> SignedStates | KeysRefused:
        """The log's verifier key, and what was signed: the last state, or `whole`, thinned out.

        LogUnavailable where the signer's memory cannot be read now.
        """
        if self.signer is None:
            return KeysRefused.NOT_SIGNING
        if Use.SIGN not in client.may:
            self.journal.note(client.name, "signed", KeysRefused.NOT_ALLOWED.value)
            return KeysRefused.NOT_ALLOWED
        newest = await self.signer.remembered()
        if newest is None:
            return self.signer.verifier_key, ()
        before = (await self.signer.states())[:-1] if whole else ()
        # Of those before, the sizes and roots are enough to find what was altered.
        plain = tuple(replace(each, note=UNSIGNED) for each in before)
        return self.signer.verifier_key, (*plain, newest)

    async def sign(self, client: Client, growth: Growth) -> SignedStates | KeysRefused:
        """The growth signed, or what is remembered; LogCorrupt, SignerForgot and LogUnavailable."""
        if self.signer is None:
            return KeysRefused.NOT_SIGNING
        refused = self._take(client, Use.SIGN, 1)
        return refused or (self.signer.verifier_key, (await self.signer.sign(growth),))

    async def mark_key(self, client: Client) -> tuple[str, MarkKey] | KeysRefused:
        """The log's verifier key, and the key under which its gateways mark what they write."""
        if self.signer is None:
            return KeysRefused.NOT_SIGNING
        refused = None if Use.SIGN in client.may else KeysRefused.NOT_ALLOWED
        self.journal.note(client.name, "mark-key", refused.value if refused else "DONE")
        return refused or (self.signer.verifier_key, await self.signer.mark_key())

    async def presence(self, client: Client, gateway: str, *, here: bool) -> bool | KeysRefused:
        """Note that a gateway has the log open, or has closed it; whether none had it open."""
        if self.signer is None:
            return KeysRefused.NOT_SIGNING
        if Use.SIGN not in client.may:
            self.journal.note(client.name, "presence", KeysRefused.NOT_ALLOWED.value)
            return KeysRefused.NOT_ALLOWED
        if here:
            return await self.signer.join(gateway)
        await self.signer.leave(gateway)
        return False

    async def change(
        self, client: Client, change: str, epoch: str
    ) -> tuple[str, ...] | KeysRefused:
        """Begin or destroy an epoch, from now on; the live epochs, the current one last.

        KeysUnreadable says why it cannot be done.
        """
        if Use.EPOCHS not in client.may:
            self.journal.note(client.name, change, KeysRefused.NOT_ALLOWED.value)
            return KeysRefused.NOT_ALLOWED
        async with self._changing:
            self.journal.note(client.name, change, epoch)
            await asyncio.to_thread(_CHANGES[change], self.folder, epoch)
            self.ring = await asyncio.to_thread(KeyRing.at, self.folder, first_epoch=epoch)
        return self.ring.epochs

    async def _look_again(self) -> None:
        """Read the folder again if it was changed: by another service, or by a copy of its files.

        What cannot be read yet, as a copy is under way, leaves the keys as they were.
        """
        state = _state(self.folder)
        if state and state == self._read:
            return
        async with self._changing:
            with suppress(KeysUnreadable):
                self.ring = await asyncio.to_thread(KeyRing.again, self.folder)
                self._read = state

    def _take(self, client: Client, use: Use, count: int) -> KeysRefused | None:
        refused: KeysRefused | None = None
        if use not in client.may:
            refused = KeysRefused.NOT_ALLOWED
        elif not self._quotas[client.name, use].take(count):
            refused = KeysRefused.TOO_OFTEN
        self.journal.note(client.name, use.value, refused.value if refused else "DONE", count)
        return refused


def open_room(  # noqa: PLR0913 - a thing that it is made of each
    folder: Path,
    clients: Clients,
    journal: Journal,
    monotonic: Callable[[], float],
    *,
    first_epoch: str,
    signer: LogSigner | None = None,
) -> KeyServer:
    """The room over a folder of keys; KeysUnreadable if one of them cannot be read."""
    ring = KeyRing.at(folder, first_epoch=first_epoch)
    return KeyServer(folder, clients, journal, monotonic, ring, signer)


def _counted(asked: ProtectRequest) -> int:
    return max(1, len(asked.messages) - asked.messages.count(CHECK))


def _state(folder: Path) -> FolderState:
    """What differs once a file of the folder was made, replaced or removed; () if nobody can tell.

    A file system's clock stands still for some milliseconds, so that of two changes at once the
    second may not show.
    """
    try:
        found = [each.stat() for each in (folder, folder / CURRENT)]
    except OSError:
        return ()
    settled = time.time_ns() - max(each.st_mtime_ns for each in found) > _SETTLED_NS
    return tuple((each.st_ino, each.st_mtime_ns) for each in found) if settled else ()


def _most(client: Client) -> Mapping[Use, int]:
    return {
        Use.PROTECT: client.pseudonyms_a_minute,
        Use.FIND: client.finds_a_minute,
        Use.OPEN: client.opens_a_minute,
        Use.SIGN: client.signs_a_minute,
    }


_CHANGES: Final[Mapping[str, Callable[[Path, str], None]]] = {
    "begin": begin_epoch,
    "destroy": destroy_epoch,
}
CHANGES: Final = frozenset(_CHANGES)
