"""The one place where the gateway is wired: settings in, an ASGI application out."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from functools import partial
from random import SystemRandom
from typing import Any

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
from gateway.config.operator_file import OperatorFile
from gateway.config.settings import Settings
from gateway.config.settings_rules import refuse_unsaid, refuse_unwitnessed_production
from gateway.config.state_folder import told_of_state
from gateway.config.working_days import WorkingDays
from gateway.graphql.documents import Documents
from gateway.graphql.root import build_schema
from gateway.http.pipeline import Governance, Oversight, Pipeline
from gateway.http.routes.response_headers import ResponseHeaders
from gateway.http.routes.routes import routes
from gateway.http.status.operations import CheckFiles, FileCheck, OperatedParts
from gateway.identity.counts.shared import open_counts
from gateway.identity.quotas import Quotas
from gateway.identity.sign_in import open_verifier
from gateway.model import events
from gateway.model.caller import Caller
from gateway.model.clock import Clock
from gateway.model.figures import NO_FIGURES, Figures
from gateway.oversight.alerts.alert import Alert
from gateway.oversight.alerts.indexer import AlertIndexer
from gateway.oversight.alerts.store import AlertStore
from gateway.oversight.break_glass.against_log import GrantGuard
from gateway.oversight.break_glass.service import BreakGlass
from gateway.oversight.break_glass.store.opening import open_grants
from gateway.oversight.notices import Notifier, places_for, sender
from gateway.oversight.retention import RetentionTask
from gateway.policy.rules.rule_set import Baseline
from gateway.questions.prepare import Preparation, Stages
from gateway.registry.account_links import AccountLinks
from gateway.registry.connect import SourceOpener
from gateway.registry.desired_state import DesiredState, LedgerFacts, desired_state_of
from gateway.registry.files import OperatorFiles, read_folder
from gateway.registry.generations import Generations
from gateway.registry.joining.trials import LiveTrials
from gateway.registry.ledger.contract import LedgerCorrupt, LedgerUnavailable
from gateway.registry.ledger.opening import is_kept, open_ledger
from gateway.registry.ledger.record import LedgerHead
from gateway.registry.registrar import Registrar
from gateway.registry.reload import Reloader
from gateway.registry.replica_lease import ReplicaKeys, ReplicaLease
from gateway.registry.rollout import Rollout, desired_state_in
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
    ConfigurationInvalid says what to change.
    """
    async with AsyncExitStack() as stack:
        certificates = certificates or Certificates(clock.now)
        certificates.add(SystemAuthorities())
        MAPPING_COUNTS.tell = events.records_read
        settings = stack.enter_context(with_kept_files(written, certificates))
        stages = await stack.enter_async_context(
            open_stages(settings, clock, certificates, paths, figures)
        )
        needed = quorum_of(settings.witnesses).needed
        refuse_unwitnessed_production(settings.environment, needed, settings.witnesses)
        publication = await stack.enter_async_context(
            open_publication(settings, clock, certificates)
        )
        public = _public_keys(settings, publication)
        await _refuse_other_keys(settings, public)
        recorder = await _open_recorder(settings, publication, clock, certificates, stack)
        clock_watch = ClockWatch(publication.log, clock, publication.witnessed_at)
        await clock_watch.look()  # before this clock writes anything
        _keep(stack, clock_watch.run())
        start = SettingsStart(written, recorder)
        await start.note()
        renewal = Renewal(certificates, start.renewed)
        checking = FileCheck(check, clock.monotonic)
        governance = await _open_governance(
            settings, stages, recorder, public, renewal, checking, stack
        )
        watch = await _open_watch(publication, settings, clock, stack)
        guard = LogGuard(publication, clock, settings.log.sign_every)
        _keep(stack, guard.run())
        _keep(stack, guard.recheck())
        oversight = await _open_oversight(
            settings, stages, governance.generations, clock_watch, recorder, stack
        )
        yield Pipeline(stages, governance, recorder, watch, oversight)


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
        _keep(stack, held.keep_looking(clock.sleep))
    checked = CheckedKeys(held)
    recorder = Recorder(
        publication.log,
        checked,
        clock,
        staff_children=await open_staff_children(settings.alerts, held),
        patience_s=settings.questions.deadline,
    )
    stack.push_async_callback(recorder.write_refusals)
    _keep(stack, recorder.keep_counting())
    _keep(stack, EpochGuard(publication.log, checked, clock).keep_holding())
    return recorder


def _public_keys(settings: Settings, publication: Publication) -> ReplicaKeys:
    on_behalf = open_keys_on_behalf(settings.files).keys
    return ReplicaKeys.of(_key_id(publication), (key.key_id for key in on_behalf))


async def _refuse_other_keys(settings: Settings, public: ReplicaKeys) -> None:
    """ConfigurationInvalid if gateways serve with other keys, before this one writes an entry.

    Under another log's key its entries would be nobody's to them.
    """
    if settings.log.dsn:
        async with aclosing(await open_ledger(settings.log, settings.files)) as ledger:
            with told_of_state(LedgerCorrupt, LedgerUnavailable):
                public.refuse_others(await ledger.leases())


def _key_id(publication: Publication) -> str:
    """Of the log's verifier key "name+key id+key", in hexadecimal."""
    return publication.signer.verifier_key.split("+")[1]


async def _open_governance(  # noqa: PLR0913, PLR0917  what it is wired of
    settings: Settings,
    stages: Stages,
    recorder: Recorder,
    public: ReplicaKeys,
    renewal: Renewal,
    checking: FileCheck,
    stack: AsyncExitStack,
) -> Governance:
    clock, replicas = stages.clock, settings.replicas
    ledger = await open_ledger(settings.log, settings.files)
    stack.push_async_callback(ledger.aclose)
    opener = _opener(settings, stages)
    generations = Generations(stages, opener, Baseline.at())
    stack.push_async_callback(generations.aclose)
    replica = ReplicaLease(
        ledger, clock.monotonic, keys=public, lease_s=replicas.lease, every_s=replicas.look_every
    )
    stack.push_async_callback(replica.aclose)
    files = partial(read_folder, settings.files, settings.tokens.revocations)
    rollout = Rollout(ledger, generations, replica, files, renewal)
    renewal.certificates.sources = generations.own_certificates
    verifier, persons = stages.verifier, stages.quotas.persons
    parts = (rollout, generations, ledger, recorder)
    reloading = Reloader(*parts, clock, settings.roles.operator, verifier.renew)
    await reloading.begin()
    _keep(stack, replica.keep(generations.generation, rollout.adopt))
    roles = frozenset({settings.roles.operator, settings.roles.governance})
    links = AccountLinks(rollout, ledger, recorder, persons, clock, roles, verifier)
    persons.heed(links.confirmed)
    _keep(stack, persons.keep())
    registrar = Registrar(*parts, settings.roles, clock, persons)
    trials = LiveTrials(registrar, opener)
    operator = settings.roles.operator
    operated = OperatedParts(ledger, public, renewal.certificates, checking, operator)
    return Governance(generations, replica, reloading, registrar, links, trials, operated)


async def _open_oversight(  # noqa: PLR0913, PLR0917  what it is wired of
    settings: Settings,
    stages: Stages,
    generations: Generations,
    clock_watch: ClockWatch,
    recorder: Recorder,
    stack: AsyncExitStack,
) -> Oversight:
    clock, log = stages.clock, clock_watch.log

    def clock_agrees() -> bool:
        return clock_watch.agrees

    def operator() -> OperatorFile:
        """The operator's file that is in force when it is asked for."""
        return generations.current.operator

    grants = await open_grants(settings.log, settings.files)
    stack.push_async_callback(grants.aclose)
    working_days = WorkingDays(lambda: operator().closed_days)
    told = sender(operator, settings.server.public_url)
    notifier = Notifier(grants, told, clock, lambda: operator().deputies, clock_agrees)

    async def tell(alert: Alert) -> bool:
        return await notifier.escalate(alert.id, alert.anchor, "alert-overdue")

    found = AlertStore.below(settings.files.state, working_days)
    alerts = AlertIndexer(found, log, tell, clock, clock_agrees)
    guard = GrantGuard(grants, log, clock, working_days)
    beside = (
        notifier.keep_notifying(),
        alerts.watch(),
        RetentionTask(log, alerts.store, grants).keep_removing(),
        guard.keep_holding(),
    )
    for work in beside:
        _keep(stack, work)
    break_glass = BreakGlass(
        store=grants,
        recorder=recorder,
        clock=clock,
        places=partial(_places, generations),
        hurry=notifier.hurry,
        working_days=working_days,
        quotas=stages.quotas,
        persons=stages.quotas.persons,
        guard=guard,
    )
    return Oversight(break_glass, alerts)


def _places(generations: Generations, caller: Caller) -> frozenset[str]:
    """Whose privacy officers are told of what this caller opens, by what is in force."""
    active = generations.current
    return places_for(active.operator, active.preparation.registry.agencies, caller)


def _opener(settings: Settings, stages: Stages) -> SourceOpener:
    clock = stages.clock
    signer = open_keys_on_behalf(settings.files).signer(clock.now)
    secrets, jitter = settings.files.secrets, SystemRandom().random
    return SourceOpener(
        secrets, settings.own_stores, clock, jitter, signer, stages.paths, stages.figures
    )


@asynccontextmanager
async def open_stages(
    settings: Settings,
    clock: Clock,
    certificates: Certificates,
    paths: Paths = COMPILED,
    figures: Figures = NO_FIGURES,
) -> AsyncIterator[Stages]:
    """What stays for the gateway's whole life: sign-in, schema, documents, what is counted."""

    def seconds() -> float:
        return clock.now().timestamp()

    refuse_unsaid(settings.environment, settings.documents)
    async with (
        open_counts(
            settings.replicas.valkey, seconds, alone_for_s=settings.replicas.count_alone_for
        ) as counts,
        open_verifier(settings, clock, counts, certificates) as verifier,
    ):
        # graphql-core's own schema: documents are executed without strawberry's per-request parse.
        schema = build_schema()._schema  # noqa: SLF001
        quotas = Quotas(counts, settings.limits, seconds)
        documents = Documents(schema, settings.documents, paths)
        yield Stages(
            settings.questions,
            settings.roles,
            settings.server.public_url,
            schema,
            verifier,
            clock,
            documents,
            quotas,
            paths,
            figures,
        )


@asynccontextmanager
async def open_preparation(settings: Settings, clock: Clock) -> AsyncIterator[Preparation]:
    """The stages that decide, over what is in force, without a log: nobody can be asked."""
    async with AsyncExitStack() as stack:
        certificates = Certificates(clock.now)
        stages = await stack.enter_async_context(open_stages(settings, clock, certificates))
        folder = await asyncio.to_thread(read_folder, settings.files, settings.tokens.revocations)
        desired_state = await _desired_state(folder, settings)
        generations = Generations(stages, _opener(settings, stages), Baseline.at())
        stack.push_async_callback(generations.aclose)
        must = frozenset(held.id for held in desired_state.held if held.file is not None)
        generations.replace(await generations.prepare(desired_state, must))
        yield generations.current.preparation


async def _desired_state(folder: OperatorFiles, settings: Settings) -> DesiredState:
    """What is in force by these files and the ledger, if there is one yet."""
    if not is_kept(settings.log, settings.files):
        return desired_state_of(folder, LedgerHead(), LedgerFacts({}, {}))
    ledger = await open_ledger(settings.log, settings.files)
    try:
        with told_of_state(LedgerCorrupt, LedgerUnavailable):
            return await desired_state_in(ledger, folder, await ledger.head())
    finally:
        await ledger.aclose()


async def _open_watch(
    publication: Publication, settings: Settings, clock: Clock, stack: AsyncExitStack
) -> WitnessWatch:
    asked = settings.witnesses
    quorum = quorum_of(asked)
    witnessing = await open_witnessing(asked, publication, clock, stack)
    watch = WitnessWatch(witnessing, Patience.of(asked, quorum), clock)
    if publication.witnesses:
        await watch.ask()
        _keep(stack, watch.run())
    return watch


def _keep(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    """Have this go on beside the questions until everything is closed."""
    stack.push_async_callback(_ended, asyncio.create_task(work))


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
