"""Every stage from request to response over sources that are functions, in a time of its own.

Only the token, the disk and the sockets are left out: they would bring real time along.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from inspect import isawaitable
from types import SimpleNamespace
from typing import Any, Final, cast

import orjson
from graphql import ExecutionResult
from graphql.execution import experimental_execute_incrementally

from gateway.audit.entry.entry import Entry
from gateway.audit.entry.logged import Logged
from gateway.audit.entry.search import Search
from gateway.audit.keys.epoch_keys import EpochKeys
from gateway.audit.publish.witness_watch import WitnessWatch
from gateway.audit.recorder.recorder import Recorder
from gateway.config.operator_file import Area, Broker, OperatorFile, ShieldTeam, SourceGrant
from gateway.fanout.sources import registry_of
from gateway.graphql.documents import Documents
from gateway.graphql.root import build_schema
from gateway.http.pipeline import Pipeline, Started
from gateway.identity.counters import ProcessCounters
from gateway.identity.proof_of_possession import Presented
from gateway.identity.quotas import Quotas
from gateway.identity.tokens import TokenVerifier
from gateway.model.caller import Caller
from gateway.model.clock import Clock
from gateway.model.errors import TeamAroundError
from gateway.policy.decide import Policy
from gateway.policy.rules.rule_set import open_rule_set
from gateway.questions.prepare import Preparation, Request, Stages
from gateway.registry.generations import ActiveGeneration
from tests.support.agencies import HOME, SourceFile
from tests.support.gateway.decisions import baseline
from tests.support.plain_sources import Answering, fan_out_over, registered
from tests.support.settings import UNHURRIED, settings_with
from tests.support.town import KNOWN, PRACTITIONER, REASON
from tests.support.virtual_time import now

TODAY: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
DEADLINE_S: Final = 10.0
_SCHEMA: Final = build_schema()._schema  # noqa: SLF001  as the gateway takes it
_KEYS: Final = EpochKeys("epoch-1", secrets.token_bytes(32), secrets.token_bytes(32))


@dataclass(slots=True)
class HeardLog:
    """A log in memory."""

    entries: list[Entry] = field(default_factory=list)

    async def append(self, entry: Entry) -> int:
        """Keep it."""
        self.entries.append(entry)
        return len(self.entries) - 1

    async def search(self, search: Search, *, count: int) -> tuple[Logged, ...]:
        """What was kept of this kind about this question, newest first."""
        found = [
            Logged(index, entry.leaf())
            for index, entry in enumerate(self.entries)
            if (entry.kind, entry.query_id) == (search.kind, search.query_id)
        ]
        return tuple(found[::-1][:count])


@dataclass(slots=True)
class KnownCaller:
    """A verifier to which everybody is this caller."""

    known: Caller
    issuers: frozenset[str] = frozenset()

    async def caller(self, _: Presented) -> Caller:
        """Whoever it is."""
        return self.known

    def refuse_keyless(self) -> None:
        """Nobody needs a key."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """The stages, and the log that they wrote."""

    pipeline: Pipeline
    log: HeardLog
    who: KnownCaller

    async def start(
        self,
        query: str,
        known: Mapping[str, Any] = KNOWN,
        agencies: Sequence[str] | None = None,
        **reason: Any,
    ) -> Started:
        """Begin to answer a query about a child, of these agencies where any are named."""
        variables = _variables(known, agencies, reason)
        return await self.pipeline.start(Request(query, variables, None, "Bearer x"))

    async def ask(
        self,
        query: str,
        known: Mapping[str, Any] = KNOWN,
        agencies: Sequence[str] | None = None,
        **reason: Any,
    ) -> bytes:
        """The response's data and errors as JSON; a refusal's code."""
        try:
            started = await self.start(query, known, agencies, **reason)
        except TeamAroundError as refusal:
            return refusal.code.encode()
        executed: Any = experimental_execute_incrementally(
            _SCHEMA,
            started.document.node,
            context_value=started.context,
            variable_values=_variables(known, agencies, reason),
        )
        finished: ExecutionResult = await executed if isawaitable(executed) else executed
        await started.declare()
        await started.stop()
        return orjson.dumps(finished.formatted, default=str)

    def is_now(self, caller: Caller) -> None:
        """From now on somebody else asks."""
        self.who.known = caller


def _variables(
    known: Mapping[str, Any], agencies: Sequence[str] | None, reason: Mapping[str, Any]
) -> dict[str, Any]:
    variables: dict[str, Any] = {"known": dict(known), "reason": {**REASON, **reason}}
    named = (
        {"scope": {"agencies": [*agencies]}, "agencies": [*agencies]}
        if agencies is not None
        else {}
    )
    return variables | named


def whole_gateway(
    sources: Sequence[tuple[SourceFile, Answering]],
    caller: Caller = PRACTITIONER,
    written: Mapping[str, str] | None = None,
    **more: Any,
) -> Gateway:
    """A gateway of the running loop's time over these sources; `written` is Cedar by source id.

    `more` are settings.
    """
    clock = Clock(now=lambda: TODAY, monotonic=now)
    opened = [registered(file, answering) for file, answering in sources]
    operator = OperatorFile(
        log_origin="teamaround.example/test",
        shield_team=ShieldTeam(name="Shield team", telephone="01632 960999"),
        broker=Broker(name="Broker", telephone="01632 960998"),
        area=(Area(code=HOME, name="Northbrook"),),
        grant=tuple(
            SourceGrant(source=s.id, agency=s.agency, claims=s.claims, origins=frozenset())
            for s in opened
        ),
    )
    settings = settings_with(**{"questions__deadline": DEADLINE_S, **UNHURRIED, **more})
    who = KnownCaller(caller)
    stages = Stages(
        settings.questions,
        settings.roles,
        settings.server.public_url,
        _SCHEMA,
        cast("TokenVerifier", who),
        clock,
        Documents(_SCHEMA, settings.documents),
        Quotas(ProcessCounters(now), settings.limits, now),
    )
    policy = Policy(open_rule_set(baseline(), [s.manifest for s in opened], written))
    preparation = Preparation(stages, registry_of(opened, operator), policy)
    log = HeardLog()
    recorder = Recorder(cast("Any", log), _KEYS, clock)
    publication = SimpleNamespace(log=log, refuse_halted=lambda: None)
    watch = SimpleNamespace(publication=publication, refuse_unwitnessed=lambda: None)
    # Nobody who asks about a child uses these.
    oversight: Any = SimpleNamespace(
        break_glass=SimpleNamespace(awaits=None, harm_stated=None), alerts=None
    )
    fan_out = fan_out_over(*opened, clock=clock)
    desired_state: Any = SimpleNamespace(generation=1, folder=SimpleNamespace(operator=operator))
    governance = one_generation(ActiveGeneration(desired_state, preparation, fan_out, {}))
    stood = cast("WitnessWatch", watch)
    return Gateway(Pipeline(stages, governance, recorder, stood, oversight), log, who)


def one_generation(active: ActiveGeneration) -> Any:
    """What governs a gateway in which this one generation is always in force."""
    generations = SimpleNamespace(current=active, enter=lambda: active, leave=lambda _: None)
    replica = SimpleNamespace(refuse_stale=lambda: None)
    return SimpleNamespace(
        generations=generations,
        replica=replica,
        reloading=None,
        registrar=None,
        links=None,
        trials=None,
        operated=None,
    )
