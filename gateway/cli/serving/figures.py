"""A gateway's figures and traces: who counts them, and who may see them. Imported where wanted."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from random import Random, SystemRandom

from gateway.config.certificates.contexts import ServedTls
from gateway.config.certificates.kept import KeptFiles
from gateway.config.certificates.renewal import Certificates
from gateway.config.settings import Settings
from gateway.config.tables.collector import refuse_without_kit
from gateway.http.connections.server import BoundedServer
from gateway.http.metrics.counted import CountedFigures
from gateway.http.metrics.exposition import Exposition
from gateway.http.metrics.loop_lag import LoopLag
from gateway.http.metrics.opening import figures_served
from gateway.http.metrics.readings import PartReader
from gateway.http.pipeline import Pipeline
from gateway.http.traces.held import OF_DEVELOPMENT, OF_PRODUCTION, HeldTraces
from gateway.http.traces.traces import Traces
from gateway.model.clock import Clock
from gateway.model.event_stream.said import SAID


@dataclass(frozen=True, slots=True)
class FiguresOf:
    """Of what the figures are, and with what they are served."""

    figures: CountedFigures
    pipeline: Pipeline
    settings: Settings
    certificates: Certificates
    tls: KeptFiles[ServedTls] | None
    server: BoundedServer
    clock: Clock


def counted_figures(settings: Settings, clock: Clock) -> CountedFigures:
    """Figures of one gateway, and its traces if a collector gets any; lots nobody can foresee."""
    # Nobody sees what it gives, and the system's own source would be half of what counting costs.
    lots = Random(SystemRandom().getrandbits(256))  # noqa: S311  as said
    return CountedFigures(clock.monotonic, lots.random, _traces(settings, clock, lots))


@asynccontextmanager
async def figures_shown(of: FiguresOf, listening: socket.socket | None) -> AsyncIterator[None]:
    """Show figures to scrapers and to a collector, whichever the settings name.

    ConfigurationInvalid if a file of theirs cannot be used.
    """
    lag, collector = LoopLag(), of.settings.collector
    reader = PartReader(of.pipeline, of.certificates, lambda: of.server.connected, of.clock)
    exposition = Exposition(
        *(of.figures, lag, SAID),
        places=of.settings.questions.under_way,
        connections_allowed=of.server.most_connected,
    )
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(_watched(lag))
        if collector.url:
            from gateway.http.collector.opening import collector_fed  # noqa: PLC0415  an extra

            fed = collector_fed(collector, of.certificates, exposition, reader, of.clock.sleep)
            await stack.enter_async_context(fed)
        if listening is not None:
            shown = figures_served(
                *(exposition, reader, of.settings, listening),
                certificates=of.certificates,
                tls=of.tls,
            )
            await stack.enter_async_context(shown)
        yield


def _traces(settings: Settings, clock: Clock, lots: Random) -> Traces | None:
    collector = settings.collector
    if not collector.url:
        return None
    refuse_without_kit(collector)
    crowd = OF_PRODUCTION if settings.environment == "production" else OF_DEVELOPMENT
    held = HeldTraces(crowd, clock.monotonic, lots.random)
    share, link = collector.traces, collector.link_callers
    return Traces(held, clock.monotonic, lots.random, share=share, link_callers=link)


@asynccontextmanager
async def _watched(lag: LoopLag) -> AsyncIterator[None]:
    watching = asyncio.create_task(lag.run())
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
