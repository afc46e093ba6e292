"""The stages that decide, and what stays for the gateway's whole life."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from random import SystemRandom

from adapters.contract.paths import COMPILED, Paths
from gateway.config.certificates.renewal import Certificates
from gateway.config.settings import Settings
from gateway.config.settings_rules import refuse_unsaid
from gateway.graphql.documents import Documents
from gateway.graphql.root import build_schema
from gateway.identity.counts.opening import open_counts
from gateway.identity.quotas import Quotas
from gateway.identity.sign_in import open_verifier
from gateway.model.clock import Clock
from gateway.model.figures import NO_FIGURES, Figures
from gateway.policy.rules.rule_set import Baseline
from gateway.questions.prepare import Preparation, Stages
from gateway.registry.connect import SourceOpener
from gateway.registry.desired_state import DesiredState, LedgerFacts, desired_state_of
from gateway.registry.files import OperatorFiles, read_folder
from gateway.registry.generations import Generations
from gateway.registry.ledger.opening import is_kept, open_ledger, told_of_ledger
from gateway.registry.ledger.record import LedgerHead
from gateway.registry.rollout import desired_state_in
from gateway.registry.signing_keys import open_keys_on_behalf


def opener_of(settings: Settings, stages: Stages) -> SourceOpener:
    """What opens sources: it reads their secrets, and signs on whose behalf they are asked."""
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
    seconds = clock.seconds
    refuse_unsaid(settings.environment, settings.documents)
    async with (
        open_counts(
            settings.replicas.valkey, seconds, alone_for_s=settings.replicas.count_alone_for
        ) as counts,
        open_verifier(settings, clock, counts, certificates) as verifier,
    ):
        # graphql-core's own schema: documents are executed without strawberry's per-request parse.
        schema = build_schema()._schema  # noqa: SLF001  as it is executed
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
        generations = Generations(stages, opener_of(settings, stages), Baseline.at())
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
        with told_of_ledger(settings.log):
            return await desired_state_in(ledger, folder, await ledger.head())
    finally:
        await ledger.aclose()
