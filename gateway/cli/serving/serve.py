"""`teamaround serve`: the gateway until it is stopped."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer
import uvloop

from gateway.cli.checking.check import sound
from gateway.cli.checking.every_fault import every_fault
from gateway.cli.serving.allocating import share_memory
from gateway.cli.serving.collecting import freed_when_quiet, spare_the_collector
from gateway.cli.serving.endings import told
from gateway.cli.serving.sockets import BoundSockets, bound_sockets
from gateway.cli.serving.workers import Workers, WorkerSide
from gateway.config.certificates.renewal import Certificates
from gateway.config.settings import Settings
from gateway.http.app import open_gateway
from gateway.http.client_certificate import open_tls
from gateway.http.connections.descriptors import raise_descriptors
from gateway.http.connections.renewed import renewed_at_signal
from gateway.http.connections.server import BoundedServer
from gateway.http.pipeline import Pipeline
from gateway.http.served import bounded_server, bounds_of
from gateway.identity.development_token import development_key
from gateway.model import events
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid, TryLater
from gateway.model.event_stream.lines import Lines
from gateway.model.event_stream.stream import to_standard_error
from gateway.model.figures import NO_FIGURES
from gateway.questions.plan import costs

if TYPE_CHECKING:
    from gateway.http.metrics.counted import CountedFigures

_BACKLOG: Final = 1024


def serve(settings: Path | None) -> None:
    """Serve until a signal stops it; what cannot begin ends as `endings` says."""
    found = sound(settings)
    lines = to_standard_error()
    try:
        with bound_sockets(found) as bound:
            work, count = partial(_served, found, bound, settings, lines), found.server.workers
            status = Workers(work, count).run() if count > 1 else work()
    except ConfigurationInvalid as error:
        raise typer.Exit(told(error)) from None
    if status:
        raise typer.Exit(status)


def _served(
    settings: Settings,
    bound: BoundSockets,
    file: Path | None,
    lines: Lines,
    side: WorkerSide | None = None,
) -> int:
    """Serve in this process; its exit status."""
    share_memory()
    try:
        with lines.beside():
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(_serve(settings, bound, file, side))
            events.stopped()
    except ConfigurationInvalid as error:
        return told(error)
    return 0


async def _serve(
    settings: Settings, bound: BoundSockets, file: Path | None, side: WorkerSide | None
) -> None:
    tls = open_tls(settings.tls, settings.environment)
    if settings.environment == "development":
        development_key(settings)
    clock = Clock()
    certificates = Certificates(clock.now)
    certificates.add(tls)
    check = partial(every_fault, file)
    figures = _figures(settings, clock)
    opening = open_gateway(
        settings, clock, certificates, check=check, figures=figures or NO_FIGURES
    )
    async with opening as pipeline, AsyncExitStack() as beside:
        descriptors = raise_descriptors()
        bounds = bounds_of(settings, descriptors)
        server = bounded_server(pipeline, settings, bounds, tls)
        host, port = bound.questions.getsockname()[:2]
        bound.questions.listen(_BACKLOG)
        await beside.enter_async_context(
            _figures_shown(
                *(figures, bound.of_figures(_number(side))),
                *(pipeline, settings, certificates, tls, server, clock),
            )
        )
        _stop_in_order(server)
        with renewed_at_signal(_reloads(pipeline)):
            costly = costs(pipeline.active.preparation.registry)
            # Whoever reads it may send signals.
            events.serving(
                host,
                port,
                costly,
                descriptors=descriptors,
                connections=bounds.in_all,
                metrics_port=bound.figures_port(_number(side)),
            )
            _settle(pipeline, side)
            async with (
                certificates.told_daily(clock.sleep),
                freed_when_quiet(pipeline.under_way, clock.sleep),
            ):
                await server.serve(sockets=[bound.questions])


def _settle(pipeline: Pipeline, side: WorkerSide | None) -> None:
    """Do what waits until the gateway is up; a worker says that it serves."""
    pipeline.young_objects = spare_the_collector()
    if side is not None:
        side.serves()
        _end_with_parent(side)


def _figures(settings: Settings, clock: Clock) -> "CountedFigures | None":
    """What counts; nothing where nobody is to read it, and then nothing of it is imported."""
    if settings.metrics.port is None and not settings.collector.url:
        return None
    from gateway.cli.serving.figures import counted_figures  # noqa: PLC0415  as said

    return counted_figures(settings, clock)


@asynccontextmanager
async def _figures_shown(
    figures: "CountedFigures | None", listening: socket.socket | None, *of: Any
) -> AsyncIterator[None]:
    if figures is None:
        yield
        return
    from gateway.cli.serving.figures import FiguresOf, figures_shown  # noqa: PLC0415  as above

    async with figures_shown(FiguresOf(figures, *of), listening):
        yield


def _number(side: WorkerSide | None) -> int:
    """Which of the workers this is, counted from 0."""
    return 0 if side is None else side.number


def _end_with_parent(side: WorkerSide) -> None:
    """Stop in order if the process that watches the workers was killed."""

    def end() -> None:
        asyncio.get_running_loop().remove_reader(side.alive)
        os.kill(os.getpid(), signal.SIGTERM)

    asyncio.get_running_loop().add_reader(side.alive, end)


def _stop_in_order(server: BoundedServer) -> None:
    # Also where it is told before it serves, and when uvicorn raises the signal again at its end:
    # the log and the sources are open still.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, server.handle_exit)


def _reloads(pipeline: Pipeline) -> Callable[[], Awaitable[None]]:
    """What brings the operator's files into force; what is wrong is said and changes nothing."""

    async def reload() -> None:
        with suppress(ConfigurationInvalid, TryLater):  # it was told as an event
            await pipeline.reload()

    return reload
