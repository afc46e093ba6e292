"""A gateway over one district: every stage from the request to the answer is the product's own.

Left out is what is not matching: HTTP and the token, the agencies' own protocols, executing the
answer as GraphQL, and the disk under the log. Entries are made, sealed and counted, and not kept.
Time is virtual, so that a declared rate or a deadline costs nothing.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, cast

from graphql import GraphQLSchema

from adapters.contract.codes import Claim, Purpose, Sector
from adapters.contract.contract import Adapter
from adapters.manifest.manifest import Manifest
from bench.matching.gateway.agencies import AREA, manifest_of
from bench.matching.gateway.filing import Filing
from gateway.audit.entry.entry import Entry
from gateway.audit.keys.epoch_keys import EpochKeys
from gateway.audit.recorder.recorder import Recorder
from gateway.config.operator_file import Area, HeldTestPerson, OperatorFile, ShieldTeam, SourceGrant
from gateway.config.settings_tables import (
    LimitSettings,
    QuestionSettings,
    RoleSettings,
)
from gateway.config.tables.documents import DocumentSettings
from gateway.fanout.fan_out import FanOut
from gateway.fanout.source_call import SourceConnection
from gateway.fanout.sources import RegisteredSource, registered, registry_of
from gateway.graphql.documents import Document, Documents
from gateway.graphql.root import build_schema
from gateway.identity.counters import ProcessCounters
from gateway.identity.quotas import Quotas
from gateway.model.caller import Caller
from gateway.model.candidate_key import CandidateKeySealer
from gateway.model.clock import Clock
from gateway.model.inquiry import Known
from gateway.policy.decide import Policy
from gateway.policy.rules.rule_set import Baseline, open_rule_set
from gateway.questions.prepare import Preparation, PreparedQuestion, Request, Stages
from gateway.questions.question import RunningQuestion
from gateway.questions.start import AdmittedRequest, QuestionFactory

TODAY: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
PRACTITIONER: Final = Caller(
    issuer="https://teamaround.example",
    user="n.nurse",
    organisation="northbrook",
    sector=Sector.SOCIAL_CARE,
    roles=frozenset({"practitioner"}),
    purposes=frozenset({Purpose.SAFEGUARDING}),
    areas=(AREA,),
    accreditation=frozenset({"information-sharing"}),
    assurance=2,
    signed_in_at=TODAY.timestamp(),
)
DOCUMENT: Final = """
query Ask($known: KnownDetails!, $reason: AccessReason!) {
  child(known: $known, reason: $reason) {
    answers { agency { id } outcome needs }
    child { restriction }
  }
}
"""
_REASON: Final = {
    "purpose": "SAFEGUARDING",
    "justification": "seen at night, alone",
    "caseReference": "C-1",
}


@dataclass(slots=True)
class CountingLog:
    """A log that counts its entries and keeps none."""

    entries: int = 0

    async def append(self, _: Entry) -> int:
        """Count it."""
        self.entries += 1
        return self.entries - 1


@dataclass(frozen=True, slots=True)
class StagedGateway:
    """The stages, wired over the agencies of one district."""

    preparation: Preparation
    fan_out: FanOut
    factory: QuestionFactory
    caller: Caller
    log: CountingLog = field(default_factory=CountingLog)

    async def question(self, known: Mapping[str, Any]) -> RunningQuestion:
        """The question about one child, planned, permitted and logged; not yet started.

        AskDifferently if the details are too few.
        """
        document, prepared = self._prepared(known)
        pseudonymised = await self.factory.recorder.pseudonymise(prepared.inquiry)
        until = self.preparation.clock.monotonic() + self.preparation.questions.deadline
        admitted = AdmittedRequest(document, self.caller, self.preparation, self.fan_out, until)
        return await self.factory.question(prepared, pseudonymised, admitted)

    def known(self, details: Mapping[str, Any]) -> Known:
        """The details as the gateway reads them; AskDifferently if they are too few."""
        _, prepared = self._prepared(details)
        return prepared.inquiry.known

    def _prepared(self, known: Mapping[str, Any]) -> tuple[Document, PreparedQuestion]:
        variables = {"known": dict(known), "reason": _REASON}
        request = Request(DOCUMENT, variables, None, None)
        document = self.preparation.document(request)
        (prepared,) = self.preparation.prepare(document, request, self.caller)
        return document, prepared


def staged(agencies: Iterable[Filing]) -> StagedGateway:
    """A gateway of the running loop's time over these agencies of the district."""
    sources = [
        source_of(agency, manifest_of(agency.kind, len(agency.whose)), agency.kind.claims)
        for agency in agencies
    ]
    return wired(sources, _operator(sources), PRACTITIONER)


def wired(
    sources: Sequence[RegisteredSource], operator: OperatorFile, caller: Caller
) -> StagedGateway:
    """A gateway of the running loop's time over these sources, at which this caller asks."""
    clock = Clock(now=lambda: TODAY, monotonic=_now)
    deadline = QuestionSettings(deadline=10.0)
    stages = Stages(
        questions=deadline,
        roles=RoleSettings(),
        public_url="",
        schema=_schema(),
        verifier=cast("Any", None),  # nobody's token is read
        clock=clock,
        documents=Documents(_schema(), DocumentSettings()),
        quotas=Quotas(ProcessCounters(_now), _unhurried(), _now),
    )
    policy = Policy(open_rule_set(Baseline.at(), [s.manifest for s in sources], None))
    log = CountingLog()
    return StagedGateway(
        Preparation(stages, registry_of(sources, operator), policy),
        FanOut({s.id: SourceConnection(s, clock, lambda: 0.5) for s in sources}, clock),
        QuestionFactory(
            Recorder(cast("Any", log), EpochKeys("epoch-1", bytes(32), bytes(32)), clock),
            _NobodyReviews(),
            CandidateKeySealer(),
        ),
        caller,
        log,
    )


def source_of(agency: Filing, manifest: Manifest, claims: frozenset[Claim]) -> RegisteredSource:
    """An agency as it is registered, granted these claims and the population that it declares."""
    operations = tuple(operation.card for operation in manifest.operation)
    granted = claims | {Claim.POPULATION}
    grant = SourceGrant(
        source=manifest.source.id,
        agency=manifest.source.agency,
        claims=granted,
        origins=frozenset(),
        test_person=HeldTestPerson(nhs_number="9990000190", upn="P000000000001"),
    )
    return registered(manifest, Adapter(agency, operations), grant)


def _operator(sources: Iterable[RegisteredSource]) -> OperatorFile:
    return OperatorFile(
        log_origin="teamaround.example/bench",
        shield_team=ShieldTeam(name="Shield team", telephone="01632 960999"),
        area=(Area(code=AREA, name="Northbrook"),),
        grant=tuple(
            SourceGrant(source=s.id, agency=s.agency, claims=s.claims, origins=frozenset())
            for s in sources
        ),
    )


@cache
def _schema() -> GraphQLSchema:
    return build_schema()._schema  # noqa: SLF001  as the gateway takes it


def _unhurried() -> LimitSettings:
    """The bench's one practitioner asks more than any person could."""
    return LimitSettings(**dict.fromkeys(LimitSettings.model_fields, 1_000_000))


def _now() -> float:
    return asyncio.get_running_loop().time()


class _NobodyReviews:
    def agencies_told(self, _: Caller) -> tuple[str, ...]:
        raise RuntimeError("no question of the bench states harm")

    async def harm_stated(self, *_: object) -> None:
        raise RuntimeError("no question of the bench states harm")
