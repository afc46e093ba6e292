"""This gateway among its replicas: it serves under a lease, which it renews only if up to date."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Final

from gateway.model import events
from gateway.model.errors import ConfigurationInvalid, TryLater
from gateway.registry.ledger.contract import Ledger, LedgerCorrupt, LedgerUnavailable

# A machine's clock may run a little faster than the store's.
_SURE: Final = 0.9
_RENEWED_BEFORE: Final = 0.6


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
        lease_s: float,
        every_s: float,
    ) -> None:
        self._ledger = ledger
        self._monotonic = monotonic
        self._lease_s = lease_s
        self._every_s = every_s
        self._name = secrets.token_hex(16)
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
        except ConfigurationInvalid:
            events.generation_not_adopted(newest)
        except Exception as bug:  # noqa: BLE001  a bug here must not end the looking
            events.failed(bug)
