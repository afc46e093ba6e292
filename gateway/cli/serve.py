"""`teamaround serve`: the gateway until it is stopped."""

import asyncio
import gc
import signal
import socket
from pathlib import Path

import typer
import uvicorn
import uvloop

from gateway.cli.checking.check import sound
from gateway.config.settings import Settings
from gateway.http.app import build_app, open_gateway
from gateway.http.client_certificate import CertificateProtocol, tls_options
from gateway.http.pipeline import Pipeline
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
        config = uvicorn.Config(
            build_app(pipeline, settings),
            http=CertificateProtocol,
            access_log=False,
            **over_tls,
            proxy_headers=settings.tls.ends_at_proxy,  # else anybody could state where they are
            log_config=None,  # its words go the way of every library's: see events
            server_header=False,
        )
        host, port = listening.getsockname()[:2]
        _stop_in_order()
        _reload_at_signal(pipeline)
        registry = pipeline.active.preparation.registry
        events.serving(host, port, costs(registry))  # whoever reads it may send signals
        _spare_the_collector()
        await uvicorn.Server(config).serve(sockets=[listening])


def _spare_the_collector() -> None:
    """Let Python look for cycles less often, and never again among what stays anyway.

    A question leaves hardly any, and looking for them was a tenth of its cost.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def _stop_in_order() -> None:
    # uvicorn stops at either signal and raises it again: the log and the sources are open still.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda _number, _frame: None)


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
