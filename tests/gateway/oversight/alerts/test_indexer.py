"""Whoever reads alerts while they are found again waits for the work, and not for its rests."""

import asyncio
from itertools import count
from pathlib import Path
from typing import cast

from gateway.audit.entry.logged import Logged
from gateway.audit.entry.range import EntryRanges
from gateway.audit.store.contract import READ_BOUND, Log
from gateway.model.clock import Clock
from gateway.oversight.alerts.alert import Alert
from gateway.oversight.alerts.indexer import AlertIndexer
from gateway.oversight.alerts.store import AlertStore
from tests.support.gateway.alert_store import question
from tests.support.patience import patiently

PAGES = 3


class LongLog:
    """A log of some whole pages; `began` is set once the first of them was read."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        said = (entry for number in count() for entry in question(f"q{number}", number))
        self._held = [Logged(i, next(said).leaf()) for i in range(PAGES * READ_BOUND)]

    async def entries(self, first: int = 0, count: int = READ_BOUND) -> tuple[Logged, ...]:
        self.began.set()
        return tuple(self._held[first : first + count])

    async def pruned(self) -> EntryRanges:
        return EntryRanges()


async def _told(_: Alert) -> bool:
    return True


async def test_an_auditor_waits_for_no_rest_while_alerts_are_found_again(tmp_path: Path) -> None:
    hours = count(step=3600)  # each page seems to take an hour, and each rest to last for longer
    log = LongLog()
    indexer = AlertIndexer(
        AlertStore(tmp_path / "alerts.sqlite"),
        cast("Log", log),
        _told,
        Clock(monotonic=lambda: float(next(hours))),
    )
    watching = asyncio.create_task(indexer.watch())
    await patiently(log.began.wait())
    assert await patiently(indexer.page(reviewed=None, after=None, count=10))
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
