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
        """Remove at once, and again every ten minutes, until cancelled."""
        while True:
            try:
                await self.forget()
            except (LogUnavailable, GrantsUnavailable):
                events.retention_behind()
            except Exception as bug:  # noqa: BLE001 - one failed round must not be the last
                events.failed(bug)
            await asyncio.sleep(_EVERY_S)
