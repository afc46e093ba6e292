"""What somebody is to be told is told: at once, again until it was taken, by one gateway alone."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from gateway import events
from gateway.clock import Clock
from gateway.leave.contract import GrantStore
from gateway.leave.failures import LeaveUnavailable
from gateway.leave.grant import Notice
from gateway.notices import Send

_EVERY_S: Final = 60.0
_CLAIM_S: Final = 30.0  # far longer than a place is waited for


@dataclass(frozen=True, slots=True)
class Telling:
    """Sends the notices of a store that several gateways may share; `deputies` are places.

    A notice is claimed before it is sent. A gateway that dies with it leaves it to the others once
    its claim is over, so a place may hear it twice if it died between sending and keeping that.
    """

    store: GrantStore
    send: Send
    clock: Clock
    deputies: Callable[[], tuple[str, ...]]
    _due: asyncio.Event = field(default_factory=asyncio.Event)

    def hurry(self) -> None:
        """Have what is new told at once."""
        self._due.set()

    async def escalate(self, about: str, entry: int, kind: str) -> bool:
        """Have the deputies told of something, once; whether there are any and it is noted."""
        notices = [Notice(about, entry, place, kind) for place in self.deputies()]
        try:
            await self.store.notify(notices)
        except LeaveUnavailable:
            events.notices_behind()
            return False
        self.hurry()
        return bool(notices)

    async def tell(self) -> None:
        """Send every notice that nobody took or claims, and escalate what is overdue."""
        now = self.clock.now().timestamp()
        if deputies := self.deputies():
            await self.store.escalate(now, deputies)
        await self.store.end(now)
        while claimed := await self.store.claim(_CLAIM_S):
            taken = await asyncio.gather(*map(self.send, claimed))
            for notice, was_taken in zip(claimed, taken, strict=True):
                if was_taken:
                    await self.store.sent(notice)

    async def keep_telling(self) -> None:
        """Tell at once what is new, and again every minute what was not taken; until cancelled."""
        while True:
            self._due.clear()
            try:
                await self.tell()
            except LeaveUnavailable:
                events.notices_behind()
            except Exception as bug:  # noqa: BLE001 - one failed round must not be the last
                events.failed(bug)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), _EVERY_S)
