"""The one place where the gateway is wired: settings in, an ASGI application out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from random import SystemRandom

import aiohttp
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from gateway.audit.errors import KeysUnreadable
from gateway.audit.publish.publication import Publication
from gateway.audit.publish.routes import routes as published
from gateway.audit.publish.witness_watch import Patience, Watch
from gateway.audit.publish.witnesses import WitnessAt, Witnessing
from gateway.audit.recorder.recorder import Recorder
from gateway.audit.store.contract import Log
from gateway.config.operator_file import OperatorFile
from gateway.config.settings import Settings
from gateway.config.working_days import WorkingDays
from gateway.graphql.documents import Documents
from gateway.graphql.root import build_schema
from gateway.http.endpoint import STATUS, Endpoint
from gateway.http.pipeline import Desks, Journey
from gateway.http.stores import (
    alerts_file,
    keys_on_behalf,
    open_keys_in_reach,
    open_leave,
    open_ledger,
    open_publication,
    staff_children,
)
from gateway.identity.counters import open_counts
from gateway.identity.quotas import Allowance
from gateway.identity.sign_in import open_desk
from gateway.model.caller import Caller
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid, TeamAroundError
from gateway.oversight.alerts.drawing import Alerts
from gateway.oversight.alerts.raised import Raised
from gateway.oversight.alerts.store import AlertStore
from gateway.oversight.break_glass.service import BreakGlass
from gateway.oversight.notices import Telling, places_for, sender
from gateway.oversight.retention import Forgetting
from gateway.policy.rules.book import Ground
from gateway.questions.prepare import Planning, Stages
from gateway.registry.connect import Opener
from gateway.registry.desired_state import Charter, Known, charter_of
from gateway.registry.files import Folder, read_folder
from gateway.registry.generations import Succession
from gateway.registry.ledger.contract import LedgerCorrupt, LedgerUnavailable
from gateway.registry.ledger.record import Standing
from gateway.registry.registrar import Registrar
from gateway.registry.reload import Reloading
from gateway.registry.replica_lease import Replica
from gateway.registry.rollout import Enacting, charter_in
from gateway.registry.settings_changes import Starting

_JWKS = "application/jwk-set+json"
_SOON = {"Cache-Control": "public, max-age=300"}  # an agency learns of a new key in time
_ANY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def build_app(journey: Journey, settings: Settings) -> Starlette:
    """The application over wired stages."""
    endpoint = Endpoint(journey, settings)
    keys = keys_on_behalf(settings)

    async def admits(authorization: str | None, reads: str) -> Response | None:
        try:
            await journey.admit_auditor(authorization, reads)
        except TeamAroundError as error:
            return PlainTextResponse(f"{error.code}: {error.message}\n", STATUS[type(error)])
        return None

    async def health(_: Request) -> JSONResponse:
        return JSONResponse({"serving": True})

    async def on_behalf_keys(_: Request) -> Response:
        return Response(keys.published, headers=_SOON, media_type=_JWKS)

    return Starlette(
        routes=[
            Route(
                "/graphql",
                endpoint.respond,
                methods=_ANY_METHOD,
                middleware=_for_browsers(settings.browser_origins),
            ),
            Route("/health", health),
            Route("/on-behalf-keys", on_behalf_keys),
            Mount("/log", routes=published(journey.publication, admits)),
        ],
    )


def _for_browsers(origins: tuple[str, ...]) -> list[Middleware]:
    """What lets pages of these origins ask with a token; none may send cookies."""
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["POST"],
            allow_headers=["Authorization", "Content-Type", "DPoP"],
            expose_headers=["Retry-After", "WWW-Authenticate"],
        )
    ]


@asynccontextmanager
async def open_gateway(settings: Settings, clock: Clock) -> AsyncIterator[Journey]:
    """The wired stages, with the log and every source open; closed in reverse order.

    ConfigurationInvalid says what to change.
    """
    async with AsyncExitStack() as stack:
        stages = await stack.enter_async_context(open_stages(settings, clock))
        publication = await stack.enter_async_context(open_publication(settings, clock))
        held = await open_keys_in_reach(settings, stack)
        staff = await staff_children(settings, held)
        recorder = Recorder(publication.log, held, clock, staff_children=staff)
        stack.push_async_callback(recorder.write_tally)
        stack.push_async_callback(_ended, asyncio.create_task(recorder.keep_tally()))
        await Starting(settings, recorder).note()
        registrar = await _open_registrar(stages, recorder, stack)
        watch = await _open_watch(publication, settings, clock, stack)
        leave = await open_leave(settings)
        stack.push_async_callback(leave.aclose)
        telling = Telling(
            leave,
            sender(_operator(registrar), settings.public_url),
            clock,
            lambda: _operator(registrar)().deputies,
        )
        alerts = _alerts(publication.log, registrar, telling)
        forgetting = Forgetting(publication.log, alerts.store, leave)
        for work in (telling.keep_telling(), alerts.watch(), forgetting.keep_forgetting()):
            stack.push_async_callback(_ended, asyncio.create_task(work))
        break_glass = _break_glass(registrar, recorder, telling)
        yield Journey(registrar, recorder, watch, Desks(break_glass, alerts))


async def _open_registrar(stages: Stages, recorder: Recorder, stack: AsyncExitStack) -> Registrar:
    settings, clock = stages.settings, stages.clock
    ledger = await open_ledger(settings)
    stack.push_async_callback(ledger.aclose)
    succession = Succession(stages, _opener(stages), Ground.at())
    stack.push_async_callback(succession.aclose)
    replica = Replica(ledger, clock.monotonic, lease_s=settings.lease, every_s=settings.look_every)
    stack.push_async_callback(replica.aclose)
    enacting = Enacting(ledger, succession, replica, partial(read_folder, settings))
    reloading = Reloading(enacting, recorder, clock, settings.operator_role)
    await reloading.begin()
    keeping = asyncio.create_task(replica.keep(succession.generation, enacting.adopt))
    stack.push_async_callback(_ended, keeping)
    return Registrar(enacting, reloading, recorder, settings, clock)


def _opener(stages: Stages) -> Opener:
    signer = keys_on_behalf(stages.settings).signer(stages.clock.now)
    return Opener(stages.settings, stages.clock, SystemRandom().random, signer)


def _operator(registrar: Registrar) -> Callable[[], OperatorFile]:
    """The operator's file that is in force when it is asked for."""
    return lambda: registrar.enacting.succession.current.charter.folder.operator


def _working_days(registrar: Registrar) -> WorkingDays:
    operator = _operator(registrar)
    return WorkingDays(lambda: operator().closed_days)


def _alerts(log: Log, registrar: Registrar, telling: Telling) -> Alerts:
    async def tell(alert: Raised) -> bool:
        return await telling.escalate(alert.id, alert.anchor, "alert-overdue")

    store = AlertStore(alerts_file(registrar.settings), _working_days(registrar))
    return Alerts(store, log, tell, registrar.clock)


def _break_glass(registrar: Registrar, recorder: Recorder, telling: Telling) -> BreakGlass:
    operator, succession = _operator(registrar), registrar.enacting.succession

    def places(caller: Caller) -> frozenset[str]:
        return places_for(operator(), succession.current.planning.registry.agencies, caller)

    return BreakGlass(
        store=telling.store,
        recorder=recorder,
        clock=registrar.clock,
        places=places,
        hurry=telling.hurry,
        working_days=_working_days(registrar),
        allowance=succession.current.planning.allowance,
    )


@asynccontextmanager
async def open_stages(settings: Settings, clock: Clock) -> AsyncIterator[Stages]:
    """What stays for the gateway's whole life: sign-in, schema, documents, what is counted."""

    def seconds() -> float:
        return clock.now().timestamp()

    async with (
        open_counts(settings.limits_url, seconds) as counts,
        open_desk(settings, clock, counts) as desk,
    ):
        # graphql-core's own schema: documents are executed without strawberry's per-request parse.
        schema = build_schema()._schema  # noqa: SLF001
        allowance = Allowance(counts, settings, seconds)
        yield Stages(settings, schema, desk, clock, Documents(schema, settings), allowance)


@asynccontextmanager
async def open_planning(settings: Settings, clock: Clock) -> AsyncIterator[Planning]:
    """The stages that decide, over what is in force, without a log: nobody can be asked."""
    async with AsyncExitStack() as stack:
        stages = await stack.enter_async_context(open_stages(settings, clock))
        folder = await asyncio.to_thread(read_folder, settings)
        charter = await _charter(folder, settings)
        succession = Succession(stages, _opener(stages), Ground.at())
        stack.push_async_callback(succession.aclose)
        must = frozenset(held.id for held in charter.held if held.file is not None)
        succession.replace(await succession.prepare(charter, must))
        yield succession.current.planning


async def _charter(folder: Folder, settings: Settings) -> Charter:
    """What is in force by these files and the ledger, if there is one yet."""
    if not settings.log_dsn and not (settings.state / "ledger.sqlite").exists():
        return charter_of(folder, Standing(), Known({}, {}))
    ledger = await open_ledger(settings)
    try:
        return await charter_in(ledger, folder, await ledger.standing())
    except (LedgerCorrupt, LedgerUnavailable) as error:
        raise ConfigurationInvalid(f"state: {error}") from error
    finally:
        await ledger.aclose()


async def open_witnessing(
    publication: Publication, settings: Settings, clock: Clock, stack: AsyncExitStack
) -> Witnessing:
    """The log's witnesses, ready to be asked; ConfigurationInvalid says what to change."""
    try:
        witnesses = [WitnessAt.read(text) for text in settings.witnesses]
    except KeysUnreadable as error:
        raise ConfigurationInvalid(f"witnesses: {error}") from None
    if settings.witness_quorum > len(witnesses):
        raise ConfigurationInvalid("witness_quorum: is more than there are witnesses")
    session = await stack.enter_async_context(aiohttp.ClientSession())
    return Witnessing(publication, witnesses, session, clock.now)


async def _open_watch(
    publication: Publication, settings: Settings, clock: Clock, stack: AsyncExitStack
) -> Watch:
    patience = Patience(
        quorum=settings.witness_quorum,
        every=settings.witness_every,
        alarm_after=settings.witness_alarm_after,
        stop_after=settings.witness_stop_after,
    )
    watch = Watch(await open_witnessing(publication, settings, clock, stack), patience, clock)
    if settings.witnesses:
        await watch.ask()
        stack.push_async_callback(_ended, asyncio.create_task(watch.run()))
    return watch


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
