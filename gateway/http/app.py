"""The one place where the gateway is wired: settings in, an ASGI application out."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager

from starlette.types import ASGIApp

from adapters.contract.paths import COMPILED, Paths
from adapters.mapping.compiled.record_readers import COUNTS as MAPPING_COUNTS
from gateway.audit.keys.service.several import KeyServices
from gateway.audit.opening import (
    open_keys_in_reach,
    open_publication,
    open_staff_children,
    open_witnessing,
)
from gateway.audit.publish.log_guard import LogGuard
from gateway.audit.publish.log_time import ClockWatch
from gateway.audit.publish.publication import Publication
from gateway.audit.publish.quorum import quorum_of
from gateway.audit.publish.witness_watch import Patience, WitnessWatch
from gateway.audit.recorder.epoch_guard import CheckedKeys, EpochGuard
from gateway.audit.recorder.recorder import Recorder
from gateway.config.certificates.addresses import with_kept_files
from gateway.config.certificates.renewal import Certificates, Renewal
from gateway.config.certificates.system import SystemAuthorities
from gateway.config.settings import Settings
from gateway.config.settings_rules import refuse_unwitnessed_production
from gateway.http.pipeline import Pipeline
from gateway.http.routes.response_headers import ResponseHeaders
from gateway.http.routes.routes import routes
from gateway.http.status.operations import CheckFiles, FileCheck
from gateway.http.wiring.beside import keep
from gateway.http.wiring.governance import open_governance
from gateway.http.wiring.oversight import open_oversight
from gateway.http.wiring.stages import open_stages
from gateway.model import events
from gateway.model.clock import Clock
from gateway.model.figures import NO_FIGURES, Figures
from gateway.registry.ledger.opening import open_ledger, told_of_ledger
from gateway.registry.replica_lease import ReplicaKeys
from gateway.registry.settings_changes import SettingsStart
from gateway.registry.signing_keys import open_keys_on_behalf


def build_app(pipeline: Pipeline, settings: Settings) -> ASGIApp:
    """The application over wired stages."""
    return ResponseHeaders(routes(pipeline, settings), settings.tls)


@asynccontextmanager
async def open_gateway(  # noqa: PLR0913, PLR0917  what it is wired of
    written: Settings,
    clock: Clock,
    certificates: Certificates | None = None,
    paths: Paths = COMPILED,
    check: CheckFiles | None = None,
    figures: Figures = NO_FIGURES,
) -> AsyncIterator[Pipeline]:
    """The wired stages, with the log and every source open; closed in reverse order.

    `certificates` has what it serves with; every other one that it uses is added to them. `check`
    says what is wrong with the files as they are now.
    `paths` says which way answers may go; `figures` hear what is done.
    ConfigurationInvalid says what to change; ServiceAway, which is one, what is away.
    """
    async with AsyncExitStack() as stack:
        certificates = certificates or Certificates(clock.now)
        certificates.add(SystemAuthorities())
        stack.enter_context(MAPPING_COUNTS.told_to(events.records_read))
        settings = stack.enter_context(with_kept_files(written, certificates))
        stages = await stack.enter_async_context(
            open_stages(settings, clock, certificates, paths, figures)
        )
        _refuse_unwitnessed(settings)
        publication = await stack.enter_async_context(
            open_publication(settings, clock, certificates)
        )
        public = _public_keys(settings, publication)
        await _refuse_other_keys(settings, public)
        recorder = await _open_recorder(settings, publication, clock, certificates, stack)
        clock_watch = await _open_clock_watch(publication, clock, stack)
        start = SettingsStart(written, recorder)
        await start.note()
        renewal = Renewal(certificates, start.renewed)
        checking = FileCheck(check, clock.monotonic)
        governance = await open_governance(
            settings, stages, recorder, public, renewal, checking, stack
        )
        watch = await _open_watch(publication, settings, clock, stack)
        _guard_log(publication, settings, clock, stack)
        oversight = await open_oversight(
            settings, stages, governance.generations, clock_watch, recorder, stack
        )
        yield Pipeline(stages, governance, recorder, watch, oversight)


def _refuse_unwitnessed(settings: Settings) -> None:
    needed = quorum_of(settings.witnesses).needed
    refuse_unwitnessed_production(settings.environment, needed, settings.witnesses)


async def _open_recorder(
    settings: Settings,
    publication: Publication,
    clock: Clock,
    certificates: Certificates,
    stack: AsyncExitStack,
) -> Recorder:
    """What writes entries, with the keys for their pseudonyms, each epoch's key held to the log."""
    held = await open_keys_in_reach(
        settings.keys,
        settings.files,
        stack,
        production=settings.environment == "production",
        certificates=certificates,
    )
    if isinstance(held, KeyServices):
        keep(stack, held.keep_looking(clock.sleep))
    checked = CheckedKeys(held)
    recorder = Recorder(
        publication.log,
        checked,
        clock,
        staff_children=await open_staff_children(settings.alerts, held),
        patience_s=settings.questions.deadline,
    )
    stack.push_async_callback(recorder.write_refusals)
    keep(stack, recorder.keep_counting())
    keep(stack, EpochGuard(publication.log, checked, clock).keep_holding())
    return recorder


async def _open_clock_watch(
    publication: Publication, clock: Clock, stack: AsyncExitStack
) -> ClockWatch:
    watch = ClockWatch(publication.log, clock, publication.witnessed_at)
    await watch.look()  # before this clock writes anything
    keep(stack, watch.run())
    return watch


def _public_keys(settings: Settings, publication: Publication) -> ReplicaKeys:
    on_behalf = open_keys_on_behalf(settings.files).keys
    return ReplicaKeys.of(_key_id(publication), (key.key_id for key in on_behalf))


async def _refuse_other_keys(settings: Settings, public: ReplicaKeys) -> None:
    """ConfigurationInvalid if gateways serve with other keys, before this one writes an entry.

    Under another log's key its entries would be nobody's to them.
    """
    if settings.log.dsn:
        async with aclosing(await open_ledger(settings.log, settings.files)) as ledger:
            with told_of_ledger(settings.log):
                public.refuse_others(await ledger.leases())


def _key_id(publication: Publication) -> str:
    """Of the log's verifier key "name+key id+key", in hexadecimal."""
    return publication.signer.verifier_key.split("+")[1]


def _guard_log(
    publication: Publication, settings: Settings, clock: Clock, stack: AsyncExitStack
) -> None:
    guard = LogGuard(publication, clock, settings.log.sign_every)
    keep(stack, guard.run())
    keep(stack, guard.recheck())


async def _open_watch(
    publication: Publication, settings: Settings, clock: Clock, stack: AsyncExitStack
) -> WitnessWatch:
    asked = settings.witnesses
    quorum = quorum_of(asked)
    witnessing = await open_witnessing(asked, publication, clock, stack)
    watch = WitnessWatch(witnessing, Patience.of(asked, quorum), clock)
    if publication.witnesses:
        await watch.ask()
        keep(stack, watch.run())
    return watch
