"""The log's key in the key service: the gateway has what it signs, and never the key."""

from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol, Self

from gateway.audit.errors import KeysUnavailable, KeysUnreadable, LogUnavailable
from gateway.audit.keys.group_mark import MarkKey
from gateway.audit.keys.signing.state import Growth, SignedState


class SignsRemotely(Protocol):
    """Key services of which one signs; KeysUnavailable where none can now."""

    async def signed(self, *, whole: bool = False) -> tuple[str, tuple[SignedState, ...]]:
        """The verifier key, and the last state that was signed, or `whole`, thinned out."""
        ...

    async def sign(self, growth: Growth) -> SignedState:
        """The growth signed, or what is remembered; LogCorrupt if it is refused."""
        ...

    async def mark_key(self) -> tuple[str, MarkKey]:
        """The log's verifier key, and the key of its marks."""
        ...

    async def presence(self, gateway: str, *, here: bool) -> bool:
        """Note that a gateway has the log open, or has closed it; whether none had it open."""
        ...


@dataclass(frozen=True, slots=True)
class RemoteSigner:
    """A LogSigner over key services."""

    services: SignsRemotely
    verifier_key: str

    @classmethod
    async def open(cls, services: SignsRemotely, origin: str) -> Self:
        """The signer of the log `origin`; KeysUnreadable if the services sign for another one.

        LogUnavailable if they cannot be asked now.
        """
        try:
            key, _ = await services.signed()
        except KeysUnavailable as error:
            raise _away(error) from None
        opened = cls(services, key)
        if opened.name != origin:
            raise KeysUnreadable(
                "keys.service: signs for another log than the operator's file names"
            )
        return opened

    @property
    def name(self) -> str:
        """The log's origin."""
        return self.verifier_key.partition("+")[0]

    def at_hand(self) -> AbstractAsyncContextManager[None]:
        """What is open is the services' own."""
        return nullcontext()

    async def remembered(self) -> SignedState | None:
        """What was signed last; None if the service has no memory of this log."""
        states = await self._states(whole=False)
        return states[-1] if states else None

    async def states(self) -> tuple[SignedState, ...]:
        """What was signed, in order, thinned out."""
        return await self._states(whole=True)

    async def mark_key(self) -> MarkKey:
        """The key under which the log's gateways mark what they write."""
        try:
            verifier_key, key = await self.services.mark_key()
        except KeysUnavailable as error:
            raise _away(error) from None
        self._refuse_other(verifier_key)
        return key

    async def join(self, gateway: str) -> bool:
        """Note that a gateway has the log open; whether none had."""
        return await self._presence(gateway, here=True)

    async def leave(self, gateway: str) -> None:
        """Note that a gateway has closed the log."""
        await self._presence(gateway, here=False)

    async def sign(self, growth: Growth) -> SignedState:
        """The growth signed, or what is remembered; LogCorrupt if the service refuses it."""
        try:
            return await self.services.sign(growth)
        except KeysUnavailable as error:
            raise _away(error) from None

    async def _presence(self, gateway: str, *, here: bool) -> bool:
        try:
            return await self.services.presence(gateway, here=here)
        except KeysUnavailable as error:
            raise _away(error) from None

    async def _states(self, *, whole: bool) -> tuple[SignedState, ...]:
        try:
            key, states = await self.services.signed(whole=whole)
        except KeysUnavailable as error:
            raise _away(error) from None
        self._refuse_other(key)
        return states

    def _refuse_other(self, verifier_key: str) -> None:
        if verifier_key != self.verifier_key:
            raise LogUnavailable("the log's signer: the key service has another log's key now")


def _away(error: KeysUnavailable) -> LogUnavailable:
    return LogUnavailable(f"the log's signer: {error}")
