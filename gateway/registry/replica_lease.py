"""This gateway among its replicas: it serves under a lease, which it renews only if up to date."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Final, Self

from gateway.model import events
from gateway.model.errors import ConfigurationInvalid, TryLater
from gateway.registry.ledger.contract import Ledger, LedgerCorrupt, LedgerUnavailable

# A machine's clock may run a little faster than the store's.
_SURE: Final = 0.9
_RENEWED_BEFORE: Final = 0.6
# By then a replica that lives has renewed its lease; one that was killed never does.
_RENEWED_WITHIN: Final = 0.5
_SHOWN: Final = 12  # characters of a key's name
_MOMENTS: Final = 1_000  # between which one is drawn, so that two seldom draw the same


@dataclass(frozen=True, slots=True)
class ReplicaKeys:
    """The names of a gateway's public keys: the log's, and those under which agencies are asked.

    Every lease shows them, so that gateways with keys of their own do not serve side by side.
    """

    log: str
    on_behalf: frozenset[str]

    @classmethod
    def of(cls, log: str, on_behalf: Iterable[str]) -> Self:
        """From the keys' own names, in URL-safe base64 or hexadecimal."""
        return cls(log[:_SHOWN], frozenset(name[:_SHOWN] for name in on_behalf))

    @classmethod
    def shown_by(cls, replica: str) -> Self | None:
        """Those that a replica's name shows; None of a release that showed none."""
        _, *shown = replica.split(".")
        return cls(shown[0], frozenset(shown[1:])) if len(shown) > 1 else None

    def __str__(self) -> str:
        return ".".join((self.log, *sorted(self.on_behalf)))

    def refuse_others(self, replicas: Iterable[str]) -> None:
        """ConfigurationInvalid if one of these replicas has other keys.

        Of those under which agencies are asked one in common will do: they are renewed that way.
        """
        for other in filter(None, map(ReplicaKeys.shown_by, replicas)):
            if other.log != self.log:
                raise _other_keys("log-key")
            if self.on_behalf.isdisjoint(other.on_behalf):
                raise _other_keys("on-behalf-keys.json")

    def differ(self, replicas: Iterable[str]) -> bool:
        """Whether one of these replicas has other keys."""
        try:
            self.refuse_others(replicas)
        except ConfigurationInvalid:
            return True
        return False


class ReplicaLease:
    """Holds the lease; `serving` is the generation in force here.

    Whoever changes what is in force waits until no lease is under an earlier generation: renewed
    under the new one, given back, or over. So nobody serves what was, once it is acknowledged.
    """

    def __init__(
        self,
        ledger: Ledger,
        monotonic: Callable[[], float],
        *,
        keys: ReplicaKeys,
        lease_s: float,
        every_s: float,
    ) -> None:
        self._ledger = ledger
        self._monotonic = monotonic
        self._lease_s = lease_s
        self._every_s = every_s
        self._keys = keys
        self._name = f"{secrets.token_hex(16)}.{keys}"
        self._until = -1.0

    def refuse_stale(self) -> None:
        """TryLater once the lease may be over: something else may be in force elsewhere."""
        if self._monotonic() >= self._until:
            raise TryLater(
                "NOT_IN_FORCE",
                "this gateway cannot tell whether it has the newest rules, so it answers nothing",
            )

    async def hold(self, generation: int) -> int:
        """Renew the lease under `generation` if that is the newest; the newest."""
        began = self._monotonic()
        newest = await self._ledger.hold(self._name, generation, self._lease_s)
        if newest == generation:
            self._until = began + self._lease_s * _SURE
        return newest

    async def take(self, generation: int) -> int:
        """Hold the lease for the first time; ConfigurationInvalid if others have other keys.

        Two that start together see nobody before they hold their leases, and each other after.
        Both then give way for a moment. Whoever comes back first serves, and the other is refused.
        """
        newest = await self.hold(generation)
        while newest == generation and self._keys.differ(await self._ledger.leases()):
            await self.aclose()
            await asyncio.sleep(self._every_s * secrets.randbelow(_MOMENTS) / _MOMENTS)
            await self.refuse_other_keys()
            newest = await self.hold(generation)
        return newest

    async def refuse_other_keys(self) -> None:
        """ConfigurationInvalid if a gateway that serves has other keys than this one."""
        self._keys.refuse_others(await self._ledger.leases())

    async def sees_others(self) -> bool:
        """Whether another gateway serves now.

        A lease says so only once it is renewed: one that nobody renews is of a gateway that was
        killed, and does not keep the next one from starting.
        """
        before = held = await self._ledger.leases()
        until = self._monotonic() + self._lease_s * _RENEWED_WITHIN + self._every_s
        while held and self._monotonic() < until:
            await asyncio.sleep(self._every_s / 5)
            held = await self._ledger.leases()
            if held.items() - before.items():
                return True
        return False

    async def everywhere(self, generation: int) -> None:
        """Wait until every replica that serves does so under `generation`; TryLater if unsure.

        It ends at the latest when every lease that was held before is over.
        """
        try:
            while True:
                if not await self._ledger.behind(generation):
                    return
                await asyncio.sleep(self._every_s / 5)
        except (LedgerUnavailable, LedgerCorrupt) as error:
            events.ledger_unavailable(error)
            raise TryLater(
                "LEDGER_UNAVAILABLE",
                "the change is in force here, but the gateway cannot see whether it is"
                " everywhere; look at `sources` in a moment",
            ) from None

    async def keep(self, serving: Callable[[], int], adopt: Callable[[], Awaitable[None]]) -> None:
        """Renew in time, and adopt whatever is newer, until cancelled."""
        while True:
            await asyncio.sleep(self._every_s)
            await self._look(serving, adopt)

    async def aclose(self) -> None:
        """Serve no more, and hold nobody up."""
        self._until = -1.0
        try:
            await self._ledger.let_go(self._name)
        except (LedgerUnavailable, LedgerCorrupt) as error:
            events.ledger_unavailable(error)

    async def _look(self, serving: Callable[[], int], adopt: Callable[[], Awaitable[None]]) -> None:
        try:
            fresh = self._until - self._monotonic() > self._lease_s * _RENEWED_BEFORE
            newest = await (self._ledger.generation() if fresh else self.hold(serving()))
            if newest != serving():
                await adopt()
        except (LedgerUnavailable, LedgerCorrupt) as error:
            events.ledger_unavailable(error)
        except ConfigurationInvalid as error:
            events.generation_not_adopted(newest, error)
        except Exception as bug:  # noqa: BLE001  a bug here must not end the looking
            events.failed(bug)


def _other_keys(name: str) -> ConfigurationInvalid:
    return ConfigurationInvalid(
        f"files.state: {name} is not that of the gateways that serve; copy it from one of them"
    )
