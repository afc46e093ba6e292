"""Feeds a collector beside a gateway, and ends with it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final

from gateway.config.certificates.renewal import Certificates
from gateway.config.tables.collector import CollectorSettings
from gateway.http.collector.access import collector_access
from gateway.http.collector.feed import CollectorFeed
from gateway.http.metrics.exposition import Exposition
from gateway.http.metrics.readings import PartReader
from gateway.http.traces.held import HeldTraces
from gateway.http.traces.shape import shown
from gateway.model import events

_LOOK_EVERY_S: Final = 1.0
Sleep = Callable[[float], Awaitable[None]]


@asynccontextmanager
async def collector_fed(
    collector: CollectorSettings,
    certificates: Certificates,
    exposition: Exposition,
    reader: PartReader,
    sleep: Sleep,
) -> AsyncIterator[None]:
    """Send figures and traces meanwhile; ConfigurationInvalid if the settings' files are unusable.

    Nothing is sent that was not shown to a scraper as well, or held until a crowd stood behind it.
    """
    feed = CollectorFeed(collector_access(collector, certificates))
    exposition.collector = feed.told
    traces = exposition.figures.traces
    working = [_figures_sent(feed, collector.metrics_every, exposition, reader, sleep)]
    if traces is not None:
        working.append(_traces_sent(feed, traces.held, reader, sleep))
    feed.start()
    tasks = [asyncio.create_task(each) for each in working]
    try:
        yield
    finally:
        for each in tasks:
            each.cancel()
            with suppress(asyncio.CancelledError):
                await each
        if traces is not None:
            _offer(feed, traces.held, reader)
        await feed.stop()


async def _figures_sent(
    feed: CollectorFeed, every_s: float, exposition: Exposition, reader: PartReader, sleep: Sleep
) -> None:
    while every_s:
        try:
            feed.show(exposition.families(await reader.read()))
        except Exception as bug:  # noqa: BLE001  one failed round must not be the last
            events.failed(bug)
        await sleep(every_s)


async def _traces_sent(
    feed: CollectorFeed, held: HeldTraces, reader: PartReader, sleep: Sleep
) -> None:
    while True:
        try:
            _offer(feed, held, reader)
        except Exception as bug:  # noqa: BLE001  as above
            events.failed(bug)
        await sleep(_LOOK_EVERY_S)


def _offer(feed: CollectorFeed, held: HeldTraces, reader: PartReader) -> None:
    if records := held.due():
        named = reader.named()
        feed.offer(partial(shown, each, named) for each in records)
