"""The log is signed as it grows, and hashed again, so that what is changed behind it shows."""

from contextlib import suppress
from dataclasses import dataclass

from gateway.audit.errors import LogCorrupt, LogUnavailable
from gateway.audit.log.recheck import SHARE
from gateway.audit.publish.publication import Publication
from gateway.model import events
from gateway.model.clock import Clock


@dataclass(frozen=True, slots=True)
class LogGuard:
    """Looks every `every_s` seconds; `run` it as long as the gateway serves."""

    publication: Publication
    clock: Clock
    every_s: float

    async def run(self) -> None:
        """Have the log signed again and again, until cancelled; a mismatch halts all of it."""
        while True:
            await self.clock.sleep(self.every_s)
            try:
                await self.look()
            except Exception as bug:  # noqa: BLE001 - one failed look must not be the last
                events.failed(bug)

    async def recheck(self) -> None:
        """Hash again what the start did not, by a small share of a core; a difference halts all."""
        while True:
            try:
                left = await self.publication.log.recheck(SHARE)
            except LogUnavailable as error:
                events.log_unavailable(error)
                await self.clock.sleep(self.every_s)
            except LogCorrupt as corrupt:
                self.publication.halt_altered(corrupt)
                return
            else:
                if left:
                    events.log_rechecked()
                return

    async def look(self) -> None:
        """Have the log's state signed, if it is a growth of what was signed last."""
        try:
            with suppress(LogCorrupt):  # told and halted where it is found
                await self.publication.secure()
        except LogUnavailable as error:
            events.log_unavailable(error)
