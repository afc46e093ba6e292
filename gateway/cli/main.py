"""The `teamaround` command: the gateway served, asked, checked and looked after."""

import asyncio
import gc
import json
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
import uvloop

from adapters.contract.codes import Purpose, Sector
from gateway.cli.audit import audit
from gateway.cli.explain import explain as explain_request
from gateway.cli.gateway_client import reload
from gateway.cli.keys import keys
from gateway.cli.policy import policy
from gateway.cli.source import source
from gateway.cli.witness import witness
from gateway.config.no_dumps import forbid_dumps
from gateway.config.settings import Settings, read_settings
from gateway.fanout.plan import costs
from gateway.graphql.root import printed
from gateway.http.app import build_app, open_gateway, open_preparation
from gateway.http.client_certificate import CertificateProtocol, tls_options
from gateway.http.pipeline import Pipeline
from gateway.identity.development_token import development_key, issue
from gateway.model import events
from gateway.model.caller import Caller
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid, TeamAroundError, TryLater
from gateway.questions.prepare import Request

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)


@app.callback()
def begin() -> None:
    """Before every command, above all those that go on running: nothing of it may be dumped."""
    try:
        forbid_dumps()
    except ConfigurationInvalid as error:
        raise _fail(str(error)) from None


app.command()(reload)
app.add_typer(audit, name="audit")
app.add_typer(keys, name="keys")
app.add_typer(policy, name="policy")
app.add_typer(source, name="source")
app.add_typer(witness, name="witness")

SchemaSettings = Annotated[
    Path | None,
    typer.Option("--settings", envvar="TEAMAROUND_SETTINGS", help="The settings file, TOML."),
]
_LIFETIME_S = 8 * 3600
_LONGEST_S = 12 * 3600
_ACCREDITED = "information-sharing"


def _fail(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(2)


def _settings(file: Path | None) -> Settings:
    try:
        return read_settings(file)
    except ConfigurationInvalid as error:
        raise _fail(str(error)) from None


@app.command()
def serve(settings: SchemaSettings = None) -> None:
    """Serve questions until stopped."""
    chosen = _settings(settings)
    events.to_standard_error()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(chosen))
    except ConfigurationInvalid as error:
        raise _fail(str(error)) from None


async def _serve(settings: Settings) -> None:
    over_tls = tls_options(settings)
    if settings.environment == "development":
        development_key(settings)
    async with open_gateway(settings, Clock()) as pipeline:
        listening = _listening(settings)
        config = uvicorn.Config(
            build_app(pipeline, settings),
            http=CertificateProtocol,
            access_log=False,
            **over_tls,
            proxy_headers=settings.tls_ends_at_proxy,  # else anybody could state where they are
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
    try:
        return socket.create_server((settings.host, settings.port), backlog=1024)
    except OSError as error:
        place = f"{settings.host}:{settings.port}"
        raise ConfigurationInvalid(f"host, port: cannot listen on {place}: {error}") from None


@app.command()
def token(  # noqa: PLR0913, PLR0917  one option a claim
    user: Annotated[str, typer.Option(help="The person: who they are at their organisation.")],
    organisation: Annotated[str, typer.Option(help="Their organisation.")],
    sector: Annotated[Sector, typer.Option(help="The organisation's sector.")],
    role: Annotated[list[str], typer.Option(help="A role; may be given again.")],
    purpose: Annotated[list[Purpose], typer.Option(help="A purpose; may be given again.")],
    area: Annotated[list[str], typer.Option(help="A GSS code; may be given again.")],
    accreditation: Annotated[
        list[str] | None, typer.Option(help="What the organisation is accredited for.")
    ] = None,
    lifetime_s: Annotated[
        int, typer.Option(max=_LONGEST_S, help="Seconds until it expires.")
    ] = _LIFETIME_S,
    settings: SchemaSettings = None,
) -> None:
    """Issue a token from the development key, which production settings refuse."""
    chosen = _settings(settings)
    caller = Caller(
        issuer=chosen.issuer,
        user=user,
        organisation=organisation,
        sector=sector,
        roles=frozenset(role),
        purposes=frozenset(purpose),
        areas=tuple(sorted(area)),
        accreditation=frozenset(accreditation or [_ACCREDITED]),
    )
    try:
        typer.echo(issue(caller, chosen, now=time.time(), lifetime_s=lifetime_s))
    except ConfigurationInvalid as error:
        raise _fail(str(error)) from None


@app.command()
def explain(
    query: Annotated[Path, typer.Argument(help="A file with the GraphQL document.")],
    variables: Annotated[Path, typer.Option(help="A file with the variables, JSON.")],
    bearer: Annotated[Path, typer.Option("--token", help="A file with the caller's token.")],
    operation: Annotated[str | None, typer.Option(help="Which operation.")] = None,
    settings: SchemaSettings = None,
) -> None:
    """Say whom a question would ask, in which wave, by what, and what the rules give.

    Nobody is asked and nothing is logged.
    """
    try:
        request = Request(
            query=_text(query),
            variables=_variables(variables),
            operation_name=operation,
            authorization=f"Bearer {_text(bearer).strip()}",
        )
        typer.echo(asyncio.run(_explained(request, _settings(settings))))
    except ConfigurationInvalid as error:
        raise _fail(str(error)) from None
    except TeamAroundError as error:
        raise _fail(f"{error.code}: {error.message}") from None


async def _explained(request: Request, settings: Settings) -> str:
    async with open_preparation(settings, Clock()) as preparation:
        return await explain_request(preparation, request)


def _variables(file: Path) -> dict[str, Any]:
    try:
        values = json.loads(_text(file))
    except ValueError:
        raise ConfigurationInvalid(f"{file}: is not JSON") from None
    if not isinstance(values, dict):
        raise ConfigurationInvalid(f"{file}: must hold one JSON object")
    return values


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationInvalid(f"{file}: cannot be read ({type(error).__name__})") from None


@app.command()
def schema() -> None:
    """Print schema.graphql as the code has it."""
    sys.stdout.write(printed())
