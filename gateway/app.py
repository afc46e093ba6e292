"""The one place where the gateway is wired: settings in, an ASGI application out."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from random import SystemRandom

import aiohttp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from gateway.alerts.drawing import Alerts
from gateway.alerts.raised import Raised
from gateway.alerts.store import AlertStore
from gateway.allowance import Allowance
from gateway.audit.contract import Log
from gateway.audit.failures import KeysUnavailable, KeysUnreadable, LogCorrupt, LogUnavailable
from gateway.audit.key_ring import KeyRing
from gateway.audit.keys import KeyService
from gateway.audit.log import AuditLog
from gateway.audit.note import NoteSigner
from gateway.audit.postgres import PostgresLog
from gateway.audit.publication import Publication
from gateway.audit.served import routes as published
from gateway.audit.staff_children import NOBODY, StaffChildren, read_staff_children
from gateway.audit.witnessing import WitnessAt, Witnessing
from gateway.break_glass import BreakGlass
from gateway.break_glass_store import GrantStore, Notice
from gateway.caller import Caller
from gateway.charter import Charter, Known, charter_of
from gateway.clock import Clock
from gateway.counts import open_counts
from gateway.documents import Documents
from gateway.enacting import Enacting, charter_in
from gateway.errors import ConfigurationInvalid, TeamAroundError
from gateway.folder import Folder, read_folder
from gateway.http import STATUS, Endpoint
from gateway.journey import Desks, Journey
from gateway.key_room.remote import RemoteKeys, remote_keys
from gateway.ledger.contract import Ledger
from gateway.ledger.failures import LedgerCorrupt, LedgerUnavailable
from gateway.ledger.postgres import PostgresLedger
from gateway.ledger.record import Standing
from gateway.ledger.sqlite import SqliteLedger
from gateway.notices import places_for, sender
from gateway.on_behalf_keys import OnBehalfKeys
from gateway.opening import Opener
from gateway.operator_file import OperatorFile, read_operator_file
from gateway.planning import Planning, Stages
from gateway.recording import Recorder
from gateway.registrar import Registrar
from gateway.reloading import Reloading
from gateway.replica import Replica
from gateway.rules.book import Ground
from gateway.schema.root import build_schema
from gateway.settings import Settings
from gateway.signing_in import open_desk
from gateway.succession import Succession
from gateway.watch import Patience, Watch

FIRST_EPOCH = "epoch-1"
_JWKS = "application/jwk-set+json"
_SOON = {"Cache-Control": "public, max-age=300"}  # an agency learns of a new key in time
_ANY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def build_app(journey: Journey, settings: Settings) -> Starlette:
    """The application over wired stages."""
    endpoint = Endpoint(journey, settings)
    keys = _on_behalf_keys(settings)

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
            Route("/graphql", endpoint.respond, methods=_ANY_METHOD),
            Route("/health", health),
            Route("/on-behalf-keys", on_behalf_keys),
            Mount("/log", routes=published(journey.publication, admits)),
        ],
    )


@asynccontextmanager
async def open_gateway(settings: Settings, clock: Clock) -> AsyncIterator[Journey]:
    """The wired stages, with the log and every source open; closed in reverse order.

    ConfigurationInvalid says what to change.
    """
    async with AsyncExitStack() as stack:
        stages = await stack.enter_async_context(open_stages(settings, clock))
        publication = await stack.enter_async_context(open_publication(settings, clock))
        held = await _open_keys(settings, stack)
        staff = await _staff_children(settings, held)
        recorder = Recorder(publication.log, held, clock, staff_children=staff)
        stack.push_async_callback(recorder.write_tally)
        stack.push_async_callback(_ended, asyncio.create_task(recorder.keep_tally()))
        registrar = await _open_registrar(stages, recorder, stack)
        watch = await _open_watch(publication, settings, clock, stack)
        break_glass = await _open_break_glass(registrar, recorder, stack)
        alerts = _open_alerts(publication.log, registrar)
        stack.push_async_callback(_ended, asyncio.create_task(alerts.watch()))
        yield Journey(registrar, recorder, watch, Desks(break_glass, alerts))


async def _open_registrar(stages: Stages, recorder: Recorder, stack: AsyncExitStack) -> Registrar:
    settings, clock = stages.settings, stages.clock
    ledger = await _open_ledger(settings)
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
    signer = _on_behalf_keys(stages.settings).signer(stages.clock.now)
    return Opener(stages.settings, stages.clock, SystemRandom().random, signer)


async def _open_ledger(settings: Settings) -> Ledger:
    try:
        if settings.log_dsn:
            return await PostgresLedger.open(settings.log_dsn)
        return await SqliteLedger.open(settings.state / "ledger.sqlite")
    except (LedgerCorrupt, LedgerUnavailable) as error:
        raise ConfigurationInvalid(f"state: {error}") from error


def _operator(registrar: Registrar) -> Callable[[], OperatorFile]:
    """The operator's file that is in force when it is asked for."""
    return lambda: registrar.enacting.succession.current.charter.folder.operator


def _open_alerts(log: Log, registrar: Registrar) -> Alerts:
    settings, operator = registrar.settings, _operator(registrar)
    send = sender(operator, settings.public_url)

    async def tell(alert: Raised) -> bool:
        notices = [Notice(alert.id, place, "alert-overdue") for place in operator().deputies]
        return any(await asyncio.gather(*map(send, notices)))

    return Alerts(AlertStore(settings.state / "alerts.sqlite"), log, tell, registrar.clock)


async def _open_break_glass(
    registrar: Registrar, recorder: Recorder, stack: AsyncExitStack
) -> BreakGlass:
    settings, succession = registrar.settings, registrar.enacting.succession
    try:
        store = GrantStore(settings.state / "break-glass.sqlite")
    except (OSError, sqlite3.Error) as error:
        raise ConfigurationInvalid(
            f"state: break-glass.sqlite cannot be used ({type(error).__name__})"
        ) from None

    operator = _operator(registrar)

    def places(caller: Caller) -> frozenset[str]:
        return places_for(operator(), succession.current.planning.registry.agencies, caller)

    opened = BreakGlass(
        store=store,
        recorder=recorder,
        send=sender(operator, settings.public_url),
        clock=registrar.clock,
        places=places,
        deputies=lambda: operator().deputies,
    )
    telling = asyncio.create_task(opened.keep_telling())
    stack.push_async_callback(_ended, telling)
    return opened


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
    ledger = await _open_ledger(settings)
    try:
        return await charter_in(ledger, folder, await ledger.standing())
    except (LedgerCorrupt, LedgerUnavailable) as error:
        raise ConfigurationInvalid(f"state: {error}") from error
    finally:
        await ledger.aclose()


@asynccontextmanager
async def open_publication(settings: Settings, clock: Clock) -> AsyncIterator[Publication]:
    """The log, checked from its first entry, and the key that signs its state.

    ConfigurationInvalid says what to change.
    """
    origin = read_operator_file(settings.operator).log_origin
    _make_folder(settings.state)
    async with AsyncExitStack() as stack:
        try:
            signer = NoteSigner.at(settings.state / "log-key", origin)
            log = await _open_log(settings)
            stack.push_async_callback(log.aclose)
            publication = await Publication.open(log, signer, clock.now)
        except (KeysUnreadable, LogCorrupt, LogUnavailable) as error:
            raise ConfigurationInvalid(f"state: {error}") from error
        yield publication


async def open_witnessing(
    publication: Publication, settings: Settings, stack: AsyncExitStack
) -> Witnessing:
    """The log's witnesses, ready to be asked; ConfigurationInvalid says what to change."""
    try:
        witnesses = [WitnessAt.read(text) for text in settings.witnesses]
    except KeysUnreadable as error:
        raise ConfigurationInvalid(f"witnesses: {error}") from None
    if settings.witness_quorum > len(witnesses):
        raise ConfigurationInvalid("witness_quorum: is more than there are witnesses")
    session = await stack.enter_async_context(aiohttp.ClientSession())
    return Witnessing(publication, witnesses, session)


async def _open_watch(
    publication: Publication, settings: Settings, clock: Clock, stack: AsyncExitStack
) -> Watch:
    patience = Patience(
        quorum=settings.witness_quorum,
        every=settings.witness_every,
        alarm_after=settings.witness_alarm_after,
        stop_after=settings.witness_stop_after,
    )
    watch = Watch(await open_witnessing(publication, settings, stack), patience, clock)
    if settings.witnesses:
        await watch.ask()
        stack.push_async_callback(_ended, asyncio.create_task(watch.run()))
    return watch


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _open_log(settings: Settings) -> Log:
    if settings.log_dsn:
        return await PostgresLog.open(settings.log_dsn)
    return await AuditLog.open(settings.state / "audit.sqlite")


def _make_folder(state: Path) -> None:
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigurationInvalid(
            f"state: {state} cannot be made a folder ({type(error).__name__})"
        ) from None


async def open_keys(
    settings: Settings, stack: AsyncExitStack, credential: Path | None = None
) -> KeyRing | RemoteKeys:
    """The epochs' keys: of files below `state` in development, else of the key service.

    ConfigurationInvalid says what to change.
    """
    shown = credential or settings.key_service_credential
    try:
        if settings.key_service and shown:
            place, authority = settings.key_service, settings.key_service_authority
            return await stack.enter_async_context(remote_keys(place, shown, authority))
        if settings.key_service:
            raise ConfigurationInvalid("key_service_credential: the key service asks for one")
        if settings.environment == "production":
            raise ConfigurationInvalid(
                "key_service: production keeps the epochs' keys apart from the log;"
                " run `teamaround keys serve` and name it here"
            )
        return KeyRing.at(settings.state / "epochs", first_epoch=FIRST_EPOCH)
    except KeysUnreadable as error:
        raise ConfigurationInvalid(f"state: {error}") from error


async def _open_keys(settings: Settings, stack: AsyncExitStack) -> KeyService:
    keys = await open_keys(settings, stack)
    try:
        await keys.protect(())
    except KeysUnavailable as error:
        raise ConfigurationInvalid(f"key_service: {error}") from None
    return keys


async def _staff_children(settings: Settings, keys: KeyService) -> StaffChildren:
    if settings.staff_children is None:
        return NOBODY
    try:
        return read_staff_children(settings.staff_children, (await keys.protect(())).epoch)
    except KeysUnreadable as error:
        raise ConfigurationInvalid(f"staff_children: {error}") from None


def _on_behalf_keys(settings: Settings) -> OnBehalfKeys:
    _make_folder(settings.state)
    try:
        return OnBehalfKeys.at(settings.state / "on-behalf-keys.json")
    except KeysUnreadable as error:
        raise ConfigurationInvalid(f"state: {error}") from error
