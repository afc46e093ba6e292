"""The one place where the gateway is wired: settings in, an ASGI application out."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from random import SystemRandom

import aiohttp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from adapters.contract import Adapter
from adapters.egress import Egress, EgressRefused
from adapters.kinds import UnknownKind, open_adapter
from adapters.loading import ManifestInvalid, read_manifest
from adapters.manifest import Manifest
from adapters.secrets import SecretMissing, Secrets
from adapters.signature import Signer
from gateway.alerts.drawing import Alerts
from gateway.alerts.raised import Raised
from gateway.alerts.store import AlertStore
from gateway.audit.contract import Log
from gateway.audit.failures import KeysUnavailable, KeysUnreadable, LogCorrupt, LogUnavailable
from gateway.audit.key_ring import KeyRing
from gateway.audit.keys import KeyService
from gateway.audit.log import AuditLog
from gateway.audit.note import NoteSigner
from gateway.audit.postgres import PostgresLog
from gateway.audit.publication import Publication
from gateway.audit.served import routes as published
from gateway.audit.witnessing import WitnessAt, Witnessing
from gateway.break_glass import BreakGlass
from gateway.break_glass_store import GrantStore, Notice
from gateway.call import Line
from gateway.clock import Clock
from gateway.counts import open_counts
from gateway.disclosure import Disclosures
from gateway.errors import ConfigurationInvalid, TeamAroundError
from gateway.family_desk import FamilyRules
from gateway.fan_out import FanOut
from gateway.http import STATUS, Endpoint
from gateway.journey import Desks, Journey
from gateway.key_room.remote import RemoteKeys, remote_keys
from gateway.notices import places_for, sender
from gateway.on_behalf_keys import OnBehalfKeys
from gateway.operator_file import Grant, OperatorFile, read_operator_file
from gateway.planning import Planning
from gateway.policy import Policy
from gateway.recording import Recorder
from gateway.registry import Registry, register
from gateway.rules.book import Ground, RuleBook, open_book
from gateway.schema.root import build_schema
from gateway.settings import Settings
from gateway.signing_in import open_desk
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
        keys = _on_behalf_keys(settings)
        opened = open_planning(settings, clock, keys.signer(clock.now))
        planning = await stack.enter_async_context(opened)
        publication = await stack.enter_async_context(open_publication(settings, clock))
        recorder = Recorder(publication.log, await _open_keys(settings, stack), clock)
        stack.push_async_callback(recorder.write_tally)
        stack.push_async_callback(_ended, asyncio.create_task(recorder.keep_tally()))
        jitter = SystemRandom().random
        sources = planning.registry.sources
        lines = {name: Line(source, clock, jitter) for name, source in sources.items()}
        watch = await _open_watch(publication, settings, clock, stack)
        break_glass = await _open_break_glass(planning, recorder, stack)
        operator = read_operator_file(settings.operator)
        families = FamilyRules(operator.families, Disclosures.of(operator))
        alerts = _open_alerts(publication.log, operator, settings, clock)
        stack.push_async_callback(_ended, asyncio.create_task(alerts.watch()))
        desks = Desks(break_glass, families, alerts)
        yield Journey(planning, recorder, FanOut(lines, clock), watch, desks)


def _open_alerts(log: Log, operator: OperatorFile, settings: Settings, clock: Clock) -> Alerts:
    send = sender(operator, settings.public_url)

    async def tell(alert: Raised) -> bool:
        notices = [Notice(alert.id, place, "alert-overdue") for place in operator.deputies]
        return any(await asyncio.gather(*map(send, notices)))

    return Alerts(AlertStore(settings.state / "alerts.sqlite"), log, tell, clock)


async def _open_break_glass(
    planning: Planning, recorder: Recorder, stack: AsyncExitStack
) -> BreakGlass:
    operator = read_operator_file(planning.settings.operator)
    try:
        store = GrantStore(planning.settings.state / "break-glass.sqlite")
    except (OSError, sqlite3.Error) as error:
        raise ConfigurationInvalid(
            f"state: break-glass.sqlite cannot be used ({type(error).__name__})"
        ) from None
    opened = BreakGlass(
        store=store,
        recorder=recorder,
        send=sender(operator, planning.settings.public_url),
        clock=planning.clock,
        places=places_for(operator, planning.registry.agencies),
        deputies=operator.deputies,
    )
    telling = asyncio.create_task(opened.keep_telling())
    stack.push_async_callback(_ended, telling)
    return opened


@asynccontextmanager
async def open_planning(
    settings: Settings, clock: Clock, signer: Signer | None = None
) -> AsyncIterator[Planning]:
    """The stages that decide, without a log: nobody can be asked through them alone."""
    async with AsyncExitStack() as stack:
        counts = await stack.enter_async_context(
            open_counts(settings.limits_url, lambda: clock.now().timestamp())
        )
        desk = await stack.enter_async_context(open_desk(settings, clock, counts))
        manifests = read_manifests(settings.manifests)
        opens = partial(open_adapter, clock=clock.now, signer=signer)
        registry = await _open_registry(manifests, settings, opens, stack)
        policy = Policy(read_book(manifests))
        # graphql-core's own schema: documents are executed without strawberry's per-request parse.
        schema = build_schema()._schema  # noqa: SLF001
        yield Planning(settings, registry, schema, desk, policy, clock, counts)


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


async def _open_registry(
    manifests: Mapping[Path, Manifest],
    settings: Settings,
    opens: Callable[..., Awaitable[Adapter]],
    stack: AsyncExitStack,
) -> Registry:
    operator = read_operator_file(settings.operator)
    adapters: dict[str, tuple[Manifest, Adapter]] = {}
    for file, manifest in manifests.items():
        adapter = await _open(file, manifest, operator, settings, opens)
        stack.push_async_callback(adapter.source.aclose)
        adapters[manifest.source.id] = (manifest, adapter)
    return register(adapters, operator)


def read_manifests(folder: Path) -> Mapping[Path, Manifest]:
    """Every manifest of a folder, by file; ConfigurationInvalid names all that is wrong."""
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise ConfigurationInvalid(f"manifests: {folder} holds no *.toml file")
    found: dict[Path, Manifest] = {}
    problems: list[str] = []
    for file in files:
        try:
            found[file] = read_manifest(file)
        except ManifestInvalid as error:
            problems.append(str(error))
    ids = [manifest.source.id for manifest in found.values()]
    problems += [f"{folder}: two manifests are of source {i}" for i in _twice(ids)]
    if problems:
        raise ConfigurationInvalid("\n".join(problems))
    return found


def read_book(manifests: Mapping[Path, Manifest]) -> RuleBook:
    """The rules of these manifests and of the Cedar that stands beside them, by the same name."""
    written: dict[str, str] = {}
    for file, manifest in manifests.items():
        beside = file.with_suffix(".cedar")
        if beside.exists():
            written[manifest.source.id] = _cedar(beside)
    return open_book(Ground.at(), manifests.values(), written)


def _cedar(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationInvalid(f"{file}: cannot be read ({type(error).__name__})") from None


def _twice(ids: list[str]) -> list[str]:
    return sorted({i for i in ids if ids.count(i) > 1})


async def _open(
    file: Path,
    manifest: Manifest,
    operator: OperatorFile,
    settings: Settings,
    opens: Callable[..., Awaitable[Adapter]],
) -> Adapter:
    grant = _grant(file, manifest, operator)
    secrets = Secrets(manifest.source.id, os.environ, settings.secrets)
    try:
        return await opens(manifest, secrets=secrets, egress=Egress.of(grant.origins))
    except (SecretMissing, EgressRefused, UnknownKind, ValueError) as error:
        raise ConfigurationInvalid(f"{file}: {error}") from error


def _on_behalf_keys(settings: Settings) -> OnBehalfKeys:
    _make_folder(settings.state)
    try:
        return OnBehalfKeys.at(settings.state / "on-behalf-keys.json")
    except KeysUnreadable as error:
        raise ConfigurationInvalid(f"state: {error}") from error


def _grant(file: Path, manifest: Manifest, operator: OperatorFile) -> Grant:
    for grant in operator.grant:
        if (grant.source, grant.agency) == (manifest.source.id, manifest.source.agency):
            return grant
    raise ConfigurationInvalid(
        f"{file}: the operator's file has no [[grant]] for source {manifest.source.id}"
        f" of agency {manifest.source.agency}"
    )
