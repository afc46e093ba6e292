"""`teamaround serve`: the gateway until it is stopped."""

import asyncio
import gc
import signal
import socket
from pathlib import Path

import typer
import uvloop

from gateway.cli.checking.check import sound
from gateway.config.settings import Settings
from gateway.http.app import open_gateway
from gateway.http.client_certificate import tls_options
from gateway.http.connections.descriptors import raise_descriptors
from gateway.http.connections.server import BoundedServer
from gateway.http.pipeline import Pipeline
from gateway.http.served import bounded_server, bounds_of
from gateway.identity.development_token import development_key
from gateway.model import events
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid, TryLater
from gateway.questions.plan import costs


def serve(settings: Path | None) -> None:
    """Serve until a signal stops it; the command ends with 2 where it cannot be begun."""
    found = sound(settings)
    events.to_standard_error()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(found))
    except ConfigurationInvalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


async def _serve(settings: Settings) -> None:
    over_tls = tls_options(settings.tls, settings.environment)
    if settings.environment == "development":
        development_key(settings)
    async with open_gateway(settings, Clock()) as pipeline:
        listening = _listening(settings)
        descriptors = raise_descriptors()
        bounds = bounds_of(settings, descriptors)
        server = bounded_server(pipeline, settings, bounds, **over_tls)
        host, port = listening.getsockname()[:2]
        _stop_in_order(server)
        _reload_at_signal(pipeline)
        costly = costs(pipeline.active.preparation.registry)
        # Whoever reads it may send signals.
        events.serving(host, port, costly, descriptors=descriptors, connections=bounds.in_all)
        _spare_the_collector()
        await server.serve(sockets=[listening])


def _spare_the_collector() -> None:
    """Let Python look for cycles less often, and never again among what stays anyway.

    A question leaves hardly any, and looking for them was a tenth of its cost.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def _stop_in_order(server: BoundedServer) -> None:
    # Also where it is told before it serves, and when uvicorn raises the signal again at its end:
    # the log and the sources are open still.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, server.handle_exit)


def _reload_at_signal(pipeline: Pipeline) -> None:
    """Have SIGHUP bring the operator's files into force; what is wrong is said and changes nothing.

    The task is kept by the set until it is over.
    """
    under_way: set[asyncio.Task[None]] = set()

    async def reload() -> None:
        try:
            await pipeline.reload()
        except (ConfigurationInvalid, TryLater) as error:
            typer.echo(str(error), err=True)

    def begin() -> None:
        task = asyncio.create_task(reload())
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, begin)


def _listening(settings: Settings) -> socket.socket:
    host, port = settings.server.host, settings.server.port
    try:
        return socket.create_server((host, port), backlog=1024)
    except OSError as error:
        raise ConfigurationInvalid(
            f"server.host, server.port: cannot listen on {host}:{port}: {error}"
        ) from None
