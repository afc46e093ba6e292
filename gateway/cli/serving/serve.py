"""`teamaround serve`: the gateway until it is stopped."""

import asyncio
import gc
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final

import typer
import uvloop

from gateway.cli.checking.check import sound
from gateway.cli.checking.every_fault import every_fault
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
from gateway.questions.plan import costs

_BACKLOG: Final = 1024


def serve(settings: Path | None) -> None:
    """Serve until a signal stops it; the command ends with 2 where it cannot be begun."""
    found = sound(settings)
    events.to_standard_error()
    try:
        bound = _bound(found)
    except ConfigurationInvalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    with bound:
        work, count = partial(_served, found, bound, settings), found.server.workers
        status = Workers(work, count).run() if count > 1 else work()
    if status:
        raise typer.Exit(status)


def _served(
    settings: Settings, bound: socket.socket, file: Path | None, side: WorkerSide | None = None
) -> int:
    """Serve in this process; its exit status."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(settings, bound, file, side))
    except ConfigurationInvalid as error:
        typer.echo(str(error), err=True)
        return 2
    return 0


async def _serve(
    settings: Settings, bound: socket.socket, file: Path | None, side: WorkerSide | None
) -> None:
    tls = open_tls(settings.tls, settings.environment)
    if settings.environment == "development":
        development_key(settings)
    clock = Clock()
    certificates = Certificates(clock.now)
    certificates.add(tls)
    check = partial(every_fault, file)
    async with open_gateway(settings, clock, certificates, check=check) as pipeline:
        descriptors = raise_descriptors()
        bounds = bounds_of(settings, descriptors)
        server = bounded_server(pipeline, settings, bounds, tls)
        host, port = bound.getsockname()[:2]
        bound.listen(_BACKLOG)
        _stop_in_order(server)
        with renewed_at_signal(_reloads(pipeline)):
            costly = costs(pipeline.active.preparation.registry)
            # Whoever reads it may send signals.
            events.serving(host, port, costly, descriptors=descriptors, connections=bounds.in_all)
            _spare_the_collector()
            if side is not None:
                side.serves()
                _end_with_parent(side)
            async with certificates.told_daily(clock.sleep):
                await server.serve(sockets=[bound])


def _spare_the_collector() -> None:
    """Let Python look for cycles less often, and never again among what stays anyway.

    A question leaves hardly any, and looking for them was a tenth of its cost.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


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
        try:
            await pipeline.reload()
        except (ConfigurationInvalid, TryLater) as error:
            typer.echo(str(error), err=True)

    return reload


def _bound(settings: Settings) -> socket.socket:
    """The socket at the address of the settings; it takes connections once a process serves."""
    host, port = settings.server.host, settings.server.port
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise ConfigurationInvalid(
            f"server.host, server.port: cannot listen on {host}:{port}: {error}"
        ) from None
    return bound
