"""A gateway over the agencies of one world, which answers one caller's questions.

Token, disk and the caller's own socket are left out: they would bring threads and real time along.
Everything between is the gateway's own: endpoint, pipeline, policy, fan-out, adapters over HTTP on
loopback, recorder and break-glass. What depends on no world is made once.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, Final, cast

from adapters.contract.paths import COMPILED, EXACT, Paths
from gateway.audit.keys.epoch_keys import EpochKeys
from gateway.audit.publish.witness_watch import WitnessWatch
from gateway.audit.recorder.recorder import Recorder
from gateway.config.operator_file import (
    Area,
    Broker,
    OperatorFile,
    PrivacyOfficer,
    ShieldTeam,
    SourceGrant,
)
from gateway.config.working_days import WorkingDays
from gateway.fanout.fan_out import FanOut
from gateway.fanout.source_call import SourceConnection
from gateway.fanout.sources import RegisteredSource, registry_of
from gateway.graphql.documents import Documents
from gateway.graphql.root import build_schema
from gateway.http.endpoint import Endpoint
from gateway.http.pipeline import Oversight, Pipeline
from gateway.identity.counters import ProcessCounters
from gateway.identity.quotas import Quotas
from gateway.identity.tokens import TokenVerifier
from gateway.model.clock import Clock
from gateway.oversight.break_glass.against_log import GrantGuard
from gateway.oversight.break_glass.service import BreakGlass
from gateway.policy.decide import Policy
from gateway.policy.rules.rule_set import open_rule_set
from gateway.questions.prepare import Preparation, Stages
from gateway.registry.generations import ActiveGeneration
from tests.support.gateway.decisions import baseline
from tests.support.gateway.whole_gateway import TODAY, HeardLog, KnownCaller, one_generation
from tests.support.laws.running.grants import GrantsInMemory
from tests.support.laws.running.place import LawPlace
from tests.support.laws.town.caller import LawCaller
from tests.support.laws.town.law_agency import AREAS, LawAgency
from tests.support.laws.town.world import LawWorld
from tests.support.settings import UNHURRIED, settings_with
from tests.support.town import SHIELD_TEAM

_SCHEMA: Final = build_schema()._schema  # noqa: SLF001  as the gateway takes it
_OFFICERS: Final = (PrivacyOfficer(agency="a0", place="mailto:privacy@a0.example"),)
_KEYS: Final = EpochKeys("epoch-1", secrets.token_bytes(32), secrets.token_bytes(32))
SETTINGS: Final = settings_with(questions__deadline=10.0, environment="development", **UNHURRIED)
_DOCUMENTS: Final = {
    paths: Documents(_SCHEMA, SETTINGS.documents, paths) for paths in (COMPILED, EXACT)
}


@dataclass(frozen=True, slots=True)
class LawGateway:
    """The endpoint, and the log that it wrote."""

    endpoint: Endpoint
    recorder: Recorder
    log: HeardLog = field(default_factory=HeardLog)


async def law_gateway(
    place: LawPlace, world: LawWorld, caller: LawCaller, paths: Paths = COMPILED
) -> LawGateway:
    """A gateway of the running loop's time over a world's agencies, at which this caller asks."""
    place.desks.world = world
    began = place.loop.time()
    clock = Clock(
        now=lambda: TODAY + timedelta(seconds=place.loop.time() - began),
        monotonic=place.loop.time,
    )
    sources = [await place.source(agency, paths) for agency in world.agencies]
    active = _active(sources, caller, clock, paths)
    for agency in world.agencies:
        _seasoned(active, agency)
    log = HeardLog()
    recorder = Recorder(cast("Any", log), _KEYS, clock)
    publication = SimpleNamespace(log=log, refuse_halted=lambda: None)
    watch = SimpleNamespace(publication=publication, refuse_unwitnessed=lambda: None)
    grants = cast("Any", GrantsInMemory())
    break_glass = BreakGlass(
        store=grants,
        recorder=recorder,
        clock=clock,
        officers=lambda _: _OFFICERS,
        hurry=lambda: None,
        working_days=WorkingDays(),
        quotas=active.preparation.quotas,
        persons=active.preparation.quotas.persons,
        guard=GrantGuard(grants, cast("Any", log), clock, WorkingDays()),
    )
    pipeline = Pipeline(
        active.preparation.stages,
        one_generation(active),
        recorder,
        cast("WitnessWatch", watch),
        Oversight(break_glass, cast("Any", None)),
    )
    return LawGateway(Endpoint(pipeline, SETTINGS), recorder, log)


def _seasoned(active: ActiveGeneration, agency: LawAgency) -> None:
    """It has answered before, about others, and took as long as it does."""
    connection = active.fan_out._connections[agency.id]  # noqa: SLF001
    connection.source_limits.state.latencies.took(agency.seconds)


def _active(
    sources: list[RegisteredSource], caller: LawCaller, clock: Clock, paths: Paths
) -> ActiveGeneration:
    operator = _operator(sources)
    stages = Stages(
        SETTINGS.questions,
        SETTINGS.roles,
        SETTINGS.server.public_url,
        _SCHEMA,
        cast("TokenVerifier", _verifier(caller)),
        clock,
        _DOCUMENTS[paths],
        Quotas(ProcessCounters(clock.monotonic), SETTINGS.limits, clock.monotonic),
        paths,
    )
    policy = Policy(open_rule_set(baseline(), [s.manifest for s in sources], None))
    preparation = Preparation(stages, registry_of(sources, operator), policy)
    lines = {s.id: SourceConnection(s, clock, lambda: 0.5) for s in sources}
    desired_state: Any = SimpleNamespace(generation=1, folder=SimpleNamespace(operator=operator))
    return ActiveGeneration(desired_state, preparation, FanOut(lines, clock), {})


def _verifier(caller: LawCaller) -> Any:
    """To which everybody is this caller."""
    return KnownCaller(caller.caller)


def _operator(sources: Iterable[RegisteredSource]) -> OperatorFile:
    return OperatorFile(
        log_origin="teamaround.example/test",
        shield_team=ShieldTeam(name="Shield team", telephone=SHIELD_TEAM),
        broker=Broker(name="Broker", telephone="01632 960888"),
        area=tuple(Area(code=code, name=f"Area {code}") for code in AREAS),
        grant=tuple(
            SourceGrant(source=s.id, agency=s.agency, claims=s.claims, origins=frozenset())
            for s in sources
        ),
    )
