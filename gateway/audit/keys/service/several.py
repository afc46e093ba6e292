"""Several key services with the same keys: whoever is away, slow or holds others is passed over.

The first address is the writer: an epoch begins there alone, since two would make two keys.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

from gateway.audit.errors import (
    EpochMissing,
    KeysNotSigning,
    KeysTooOften,
    KeysUnavailable,
    LogCorrupt,
    SealBroken,
)
from gateway.audit.keys.epoch_keys import Protected, SealText
from gateway.audit.keys.group_mark import MarkKey
from gateway.audit.keys.service.checks import KeyChecks
from gateway.audit.keys.service.client import SECONDS, KeyAccess, RemoteKeys, remote_keys
from gateway.audit.keys.service.wire import CHECK
from gateway.audit.keys.signing.state import Growth, SignedState
from gateway.model import events

LOOK_EVERY_S: Final = 5.0
_NEXT_AFTER_S: Final = 0.5  # an answer takes some milliseconds
T = TypeVar("T")
FoundByEpoch = dict[str, tuple[bytes, ...]]


class OtherKeys(KeysUnavailable):
    """A service answered under a key that is not the one of its epoch's name."""


@dataclass(slots=True, eq=False)
class _Service:
    name: str
    keys: RemoteKeys
    away: bool = False
    epoch: str = ""
    behind: bool = False


@dataclass(slots=True)
class KeyServices:
    """A KeyService over several, in the order of the settings.

    One that failed is asked after the others, until `look` finds it well. No answer is used before
    it shows that its key is the one that this gateway knows by its epoch's name.
    """

    services: tuple[_Service, ...]
    checks: KeyChecks

    async def protect(self, messages: Sequence[bytes], texts: Sequence[SealText] = ()) -> Protected:
        """All that one entry needs, under the current epoch and in one round trip."""

        async def ask(keys: RemoteKeys) -> Protected:
            made = await keys.protect([*messages, CHECK], texts)
            await self._refuse_others({made.epoch: made.digests})
            return Protected(made.epoch, made.digests[:-1], made.sealed)

        return await self._first(ask)

    async def find(self, messages: Sequence[bytes]) -> Mapping[str, tuple[bytes, ...]]:
        """The digests of each message under every live epoch, for a search in the log.

        KeysUnavailable too where an epoch is missing and a service that may have it is away: what
        was logged under it would not be found.
        """
        asked = [*messages, CHECK]
        found = await self._first(lambda keys: self._found(keys, asked))
        if self.checks.epochs - found.keys():
            found |= await self._elsewhere(asked)
            await self._forget(self.checks.epochs - found.keys())
        return {epoch: made[:-1] for epoch, made in found.items()}

    async def open(self, epoch: str, sealed: bytes, bound_to: bytes) -> bytes:
        """What was sealed; SealBroken if the epoch, its key, `bound_to` or a byte differs."""
        return await self._first(lambda keys: keys.open(epoch, sealed, bound_to))

    async def change(self, change: str, epoch: str) -> None:
        """Have an epoch begun, by the first service, or destroyed, by every one.

        KeysUnreadable if one cannot, KeysUnavailable if one is away: then ask again.
        """
        if change == "begin":
            await self.services[0].keys.change(change, epoch)
            return
        missing = 0
        for service in self.services:
            try:
                await service.keys.change(change, epoch)
            except EpochMissing:
                missing += 1
                if missing == len(self.services):
                    raise

    async def signed(self, *, whole: bool = False) -> tuple[str, tuple[SignedState, ...]]:
        """What the first service that signs remembers; KeysNotSigning if none does."""
        return await self._first(lambda keys: keys.signed(whole=whole))

    async def sign(self, growth: Growth) -> SignedState:
        """What the first service that signs made of it; LogCorrupt if it refuses."""
        return await self._first(lambda keys: keys.sign(growth))

    async def mark_key(self) -> tuple[str, MarkKey]:
        """The log's verifier key and the key of its marks, from the first service that signs."""
        return await self._first(lambda keys: keys.mark_key())

    async def presence(self, gateway: str, *, here: bool) -> bool:
        """Note at the first service that signs that a gateway has the log open, or closed it."""
        return await self._first(lambda keys: keys.presence(gateway, here=here))

    async def look(self) -> None:
        """Ask every service, so that questions need not find out who is away, or lacks an epoch."""
        await asyncio.gather(*(self._looked_at(each) for each in self.services))
        for each in self.services:
            behind = bool(each.epoch) and each.epoch != self.services[0].epoch
            if behind and not each.behind:
                events.key_service_behind(each.name, each.epoch)
            each.behind = behind

    async def keep_looking(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Look at them again and again, until cancelled."""
        while len(self.services) > 1:
            await self.look()
            await sleep(LOOK_EVERY_S)

    async def _looked_at(self, service: _Service) -> None:
        async def ask(keys: RemoteKeys) -> str:
            made = await keys.protect([CHECK])
            await self._refuse_others({made.epoch: made.digests})
            return made.epoch

        try:
            service.epoch = await self._asked(service, ask, SECONDS)
        except (KeysUnavailable, SealBroken):
            return  # it was told

    async def _first(self, ask: Callable[[RemoteKeys], Awaitable[T]]) -> T:
        """What the first service says that can be asked and trusted, within two seconds."""
        until = time.monotonic() + SECONDS
        broken: SealBroken | None = None
        why = KeysUnavailable("the key service: none is named")
        order = self._in_order()
        for service in order:
            left = until - time.monotonic()
            wait = left if service is order[-1] else min(left, _NEXT_AFTER_S)
            try:
                return await self._asked(service, ask, wait)
            except KeysTooOften:
                raise  # who asks too often is not given twice as much
            except KeysUnavailable as error:
                why = error
            except SealBroken as error:
                broken = error  # another one may have the keys of that epoch
        raise why if broken is None or any(each.away for each in order) else broken

    async def _asked(
        self,
        service: _Service,
        ask: Callable[[RemoteKeys], Awaitable[T]],
        within_s: float,
    ) -> T:
        try:
            async with asyncio.timeout(within_s):
                said = await ask(service.keys)
        except (SealBroken, KeysTooOften, KeysNotSigning, LogCorrupt):
            self._is_back(service)
            raise
        except (KeysUnavailable, TimeoutError) as error:
            self._is_away(service, error)
            raise _unavailable(error) from None
        self._is_back(service)
        return said

    def _in_order(self) -> list[_Service]:
        return sorted(self.services, key=lambda each: each.away)

    def _is_away(self, service: _Service, error: Exception) -> None:
        if not service.away and len(self.services) > 1:
            events.key_service_away(service.name, error)
        service.away = True

    def _is_back(self, service: _Service) -> None:
        if service.away and len(self.services) > 1:
            events.key_service_back(service.name)
        service.away = False

    async def _found(self, keys: RemoteKeys, asked: Sequence[bytes]) -> FoundByEpoch:
        found = dict(await keys.find(asked))
        await self._refuse_others(found)
        return found

    async def _elsewhere(self, asked: Sequence[bytes]) -> FoundByEpoch:
        """What every service finds; KeysUnavailable if one is away."""
        found: FoundByEpoch = {}
        for service in self.services:
            found |= await self._asked(service, lambda keys: self._found(keys, asked), SECONDS)
        return found

    async def _forget(self, epochs: frozenset[str]) -> None:
        for epoch in sorted(epochs):
            events.key_epoch_gone(epoch)
        await self.checks.forget(epochs)

    async def _refuse_others(self, found: Mapping[str, Sequence[bytes]]) -> None:
        for epoch, made in found.items():
            if not await self.checks.hold(epoch, made[-1]):
                events.key_service_other_keys(epoch)
                raise OtherKeys("the key service: holds another key by this epoch's name")


def _unavailable(error: KeysUnavailable | TimeoutError) -> KeysUnavailable:
    if isinstance(error, TimeoutError):
        return KeysUnavailable("the key service: TimeoutError")
    return error


@asynccontextmanager
async def key_services(
    places: Sequence[str], access: KeyAccess, checks: KeyChecks
) -> AsyncIterator[KeyServices]:
    """The key services at these places; KeysUnreadable if one of the places is none."""
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(remote_keys(each, access)) for each in places]
        named = [_Service(name, keys) for name, keys in zip(places, opened, strict=True)]
        yield KeyServices(tuple(named), checks)
