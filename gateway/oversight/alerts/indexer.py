"""Keeps the alerts up with the log, and has deputies told of those that nobody reviewed in time."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from gateway.audit.errors import LeafUnreadable, LogUnavailable
from gateway.audit.store.contract import READ_BOUND, Log
from gateway.audit.store.pace import rest_s
from gateway.model import events
from gateway.model.clock import Clock, always
from gateway.oversight.alerts.alert import Alert, Rank
from gateway.oversight.alerts.store import AlertStore

_EVERY_S: Final = 60.0
_NO_DAY: Final = datetime.min.replace(tzinfo=UTC)

Tell = Callable[[Alert], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class AlertIndexer:
    """The alerts of one log. `tell` has deputies told of one, and says whether that is on record.

    Each gateway finds them by itself; that a deputy is told once is for `tell` to hold.

    Every method raises LogUnavailable if the log or the file cannot be used.
    """

    store: AlertStore
    log: Log
    tell: Tell
    clock: Clock
    clock_agrees: Callable[[], bool] = always
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    _asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def page(
        self, *, reviewed: bool | None, after: Rank | None, count: int
    ) -> tuple[Alert, ...]:
        """Up to `count` alerts of all that is in the log now, the most unusual first."""
        await self._caught_up()
        return await asyncio.to_thread(self.store.page, reviewed=reviewed, after=after, count=count)

    async def waiting(self, anchor: int) -> Alert | None:
        """The alert that this entry is to be reviewed for, if nobody has."""
        await self._caught_up()
        return await asyncio.to_thread(self.store.waiting, anchor)

    async def _caught_up(self) -> None:
        """Catch up for a person who waits: whoever is at it meanwhile rests no more."""
        self._asked.set()
        try:
            await self.catch_up()
        finally:
            self._asked.clear()

    async def catch_up(self, *, resting: bool = False) -> None:
        """Read what the log has more; all of it, if the alerts are not of this log.

        `resting` between pages, until a person waits for it.
        """
        async with self._one_at_a_time:
            size = await self._size()
            if not size and (await self.log.pruned()).held:
                await asyncio.to_thread(self.store.begin_after_pruning)
            began = self.clock.monotonic()
            while found := await self.log.entries(size, READ_BOUND):
                today = self.clock.now() if self.clock_agrees() else _NO_DAY
                await asyncio.to_thread(self.store.take, found, size, today=today)
                size = found[-1].index + 1
                if resting and len(found) == READ_BOUND:
                    await self._rest(rest_s(self.clock.monotonic() - began))
                began = self.clock.monotonic()

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._asked.wait()

    async def watch(self) -> None:
        """Keep up with the log, and tell of what is overdue, until cancelled."""
        while True:
            try:
                with self.store.turn() as free:  # of workers that share the file one alone
                    if free:
                        await self.catch_up(resting=True)
                        await self.escalate()
            except (LogUnavailable, LeafUnreadable) as error:
                events.alerts_behind(error)
            except Exception as bug:  # noqa: BLE001 - one failed round must not be the last
                events.failed(bug)
            await asyncio.sleep(_EVERY_S)

    async def escalate(self) -> None:
        """Have deputies told of every alert whose term is over, if the clock can say so."""
        if not self.clock_agrees():
            return
        for alert in await asyncio.to_thread(self.store.overdue, self.clock.now()):
            if await self.tell(alert):
                await asyncio.to_thread(self.store.told, alert)

    async def _size(self) -> int:
        size, digest = await asyncio.to_thread(self.store.indexed)
        if size:
            last = await self.log.entries(size - 1, 1)
            if not last or hashlib.sha256(last[0].leaf).digest() != digest:
                await asyncio.to_thread(self.store.forget)
                return 0
        return size
