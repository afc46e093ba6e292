"""What is in force and how it changes: ledger, generations, lease, reloads, registrations."""

from contextlib import AsyncExitStack
from functools import partial

from gateway.audit.recorder.recorder import Recorder
from gateway.config.certificates.renewal import Renewal
from gateway.config.settings import Settings
from gateway.http.pipeline import Governance
from gateway.http.status.operations import FileCheck, OperatedParts
from gateway.http.wiring.beside import keep
from gateway.http.wiring.stages import opener_of
from gateway.policy.rules.rule_set import Baseline
from gateway.questions.prepare import Stages
from gateway.registry.account_links import AccountLinks
from gateway.registry.files import read_folder
from gateway.registry.generations import Generations
from gateway.registry.joining.trials import LiveTrials
from gateway.registry.ledger.opening import open_ledger
from gateway.registry.registrar import Registrar
from gateway.registry.reload import Reloader
from gateway.registry.replica_lease import ReplicaKeys, ReplicaLease
from gateway.registry.rollout import Rollout


async def open_governance(  # noqa: PLR0913, PLR0917  what it is wired of
    settings: Settings,
    stages: Stages,
    recorder: Recorder,
    public: ReplicaKeys,
    renewal: Renewal,
    checking: FileCheck,
    stack: AsyncExitStack,
) -> Governance:
    """The generation in force, and whoever may change it; `stack` closes them.

    ConfigurationInvalid says what to change.
    """
    clock, replicas = stages.clock, settings.replicas
    ledger = await open_ledger(settings.log, settings.files)
    stack.push_async_callback(ledger.aclose)
    opener = opener_of(settings, stages)
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
    async with ledger.at_hand():
        await reloading.begin()
    keep(stack, replica.keep(generations.generation, rollout.adopt))
    roles = frozenset({settings.roles.operator, settings.roles.governance})
    links = AccountLinks(rollout, ledger, recorder, persons, clock, roles, verifier)
    persons.heed(links.confirmed)
    keep(stack, persons.keep())
    registrar = Registrar(*parts, settings.roles, clock, persons)
    trials = LiveTrials(registrar, opener)
    operator = settings.roles.operator
    operated = OperatedParts(ledger, public, renewal.certificates, checking, operator)
    return Governance(generations, replica, reloading, registrar, links, trials, operated)
