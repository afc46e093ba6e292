"""What was pruned from the log is removed from alerts and break-glass grants too."""

import asyncio
from dataclasses import dataclass
from typing import Final

from gateway.audit.errors import LogUnavailable
from gateway.audit.store.contract import Log
from gateway.model import events
from gateway.oversight.alerts.store import AlertStore
from gateway.oversight.break_glass.store.contract import GrantStore, GrantsUnavailable

_EVERY_S: Final = 600.0
_AFTER_FAILURE_S: Final = 1.0  # doubled at each further one


@dataclass(frozen=True, slots=True)
class RetentionTask:
    """The alerts and grants beside a log, which keep nothing longer than the log itself."""

    log: Log
    alerts: AlertStore
    grants: GrantStore

    async def forget(self) -> None:
        """Remove what rests on pruned entries; LogUnavailable or GrantsUnavailable if it stays."""
        pruned = await self.log.pruned()
        if not pruned.held:
            return
        if self.alerts.path.exists():
            await asyncio.to_thread(self.alerts.forget_pruned, pruned)
        gone = [entry for entry in await self.grants.entries() if pruned.covers(entry)]
        if gone:
            await self.grants.forget(gone)

    async def keep_removing(self) -> None:
        """Remove at once, and again every ten minutes, until cancelled.

        A round that failed is tried again after a second, and after twice as long each time.
        """
        again_s = _AFTER_FAILURE_S
        while True:
            if await self._removed():
                again_s = _AFTER_FAILURE_S
                await asyncio.sleep(_EVERY_S)
            else:
                await asyncio.sleep(again_s)
                again_s = min(2 * again_s, _EVERY_S)

    async def _removed(self) -> bool:
        try:
            await self.forget()
        except (LogUnavailable, GrantsUnavailable) as error:
            events.retention_behind(error)
            return False
        except Exception as bug:  # noqa: BLE001 - one failed round must not be the last
            events.failed(bug)
            return False
        return True
