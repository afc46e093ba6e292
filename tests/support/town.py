"""A real gateway over real loopback agencies, and a practitioner who asks it over real HTTP."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import aiohttp

from adapters.contract.codes import Purpose, Sector
from adapters.contract.contract import NoRecord
from adapters.contract.identifiers import CHILD_NUMBERS, NHS_NUMBER, UPN
from adapters.contract.record import Identifier, Record
from gateway.config.settings import Settings
from gateway.config.settings_tables import DEFAULT_ISSUER
from gateway.fanout.proof_of_life import Way
from gateway.fanout.source_answer import SourceAnswer
from gateway.http.app import open_gateway
from gateway.http.pipeline import Pipeline
from gateway.http.served import bounded_server, bounds_of
from gateway.identity.development_token import development_key, issue
from gateway.model.caller import Caller
from gateway.model.clock import Clock
from tests.support.agencies import HOME, MIRA, SourceFile
from tests.support.gateway.read_once import share_reading
from tests.support.secret_files import write_secret
from tests.support.settings import PATIENT, UNHURRIED, settings_with

SHIELD_TEAM: Final = "01632 960999"
PRACTITIONER: Final = Caller(
    issuer=DEFAULT_ISSUER,
    user="s.worker",
    organisation="northbrook",
    sector=Sector.SOCIAL_CARE,
    roles=frozenset({"practitioner"}),
    purposes=frozenset({Purpose.SAFEGUARDING}),
    areas=(HOME,),
    accreditation=frozenset({"information-sharing"}),
    signed_in_at=int(time.time()),
)
KNOWN: Final[Mapping[str, Any]] = {"nhsNumber": MIRA["nhs"], "birthDate": MIRA["born"]}
BEYOND: Final = {"cause": "MOVED", "justification": "she stays there with an aunt"}
REASON: Final[Mapping[str, Any]] = {
    "purpose": "SAFEGUARDING",
    "justification": "worried",
    "caseReference": "C-1",
}
QUERY: Final = """
query Ask($known: KnownDetails!, $reason: AccessReason!, $scope: Scope) {
  child(known: $known, reason: $reason, scope: $scope) {
    receipt { log index queryId }
    answers {
      agency { id name area dutyContact { telephone } }
      areas ring { name telephone }
      outcome complete searchedBy needs detail asOf latencyMs attempts retryable
      involvements { role practitioner { name telephone } }
      withheld { releaseClass reason message }
    }
    child {
      restriction
      names { given family sources { agency { id } } }
      birthDate { value sources { agency { id } } }
      identifiers { scheme value }
      addresses { lines postcode sources { agency { id } } }
      involvements { role agency { id } }
    }
    unresolved { agency { id } grade agreed differed }
    completeness { inScope answered unanswered notAsked complete areas notConnected }
  }
}
"""
IN_PARTS: Final = QUERY.replace("answers {", "answers @stream {")
_DESCRIPTORS: Final = 4096
_OPERATOR = """
log_origin = "teamaround.example/test"
[shield_team]
name = "Shield team"
telephone = "{telephone}"
[broker]
name = "Northbrook Health Broker"
telephone = "01632 960888"
[[area]]
code = "{area}"
name = "Northbrook"
not_connected = ["Northbrook Probation"]
[[area]]
code = "E09990002"
name = "Easthallow"
"""
_AREA = """
[[area]]
code = "{area}"
name = "Area {area}"
"""
_GRANT = """
[[grant]]
source = "{id}"
agency = "{agency}"
claims = [{claims}]
origins = [{origins}]
{person}
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response; `text` is all of its body."""

    status: int
    text: str

    @property
    def body(self) -> dict[str, Any]:
        """The body as JSON."""
        found: dict[str, Any] = json.loads(self.text)
        return found

    @property
    def child_answer(self) -> dict[str, Any]:
        """The `child` field; the test ends here if there were errors."""
        assert "errors" not in self.body, self.text
        found: dict[str, Any] = self.body["data"]["child"]
        return found

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        """Each agency's row, by agency id; none stands twice."""
        rows = self.child_answer["answers"]
        by_agency = {row["agency"]["id"]: row for row in rows}
        assert len(by_agency) == len(rows)
        return by_agency

    @property
    def outcomes(self) -> dict[str, str]:
        """Each agency's outcome, by agency id."""
        return {agency: row["outcome"] for agency, row in self.rows.items()}

    @property
    def completeness(self) -> dict[str, Any]:
        """The `completeness` field."""
        found: dict[str, Any] = self.child_answer["completeness"]
        return found


@dataclass(frozen=True, slots=True)
class Town:
    """The running gateway at `url`; `session` is a client of it."""

    url: str
    settings: Settings
    pipeline: Pipeline
    session: aiohttp.ClientSession
    opened_at: int = field(default_factory=lambda: int(time.time()))

    def headers(self, caller: Caller = PRACTITIONER) -> dict[str, str]:
        """The headers of a caller's request, with a token that lives for minutes.

        Who signed in when the tests began has signed in once, when the town opened.
        """
        if caller.signed_in_at == PRACTITIONER.signed_in_at:
            caller = replace(caller, signed_in_at=self.opened_at)
        token = issue(caller, self.settings, now=time.time(), lifetime_s=600)
        return {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    async def ask(
        self,
        known: Mapping[str, Any] = KNOWN,
        *,
        agencies: Iterable[str] | None = None,
        areas: Iterable[str] | None = None,
        caller: Caller = PRACTITIONER,
        query: str = QUERY,
    ) -> Answer:
        """Ask about a child; where no scope is named, in the caller's own area."""
        variables = variables_for(known, agencies=agencies, areas=areas)
        return await self.post({"query": query, "variables": variables}, self.headers(caller))

    async def post(self, body: Any, headers: Mapping[str, str]) -> Answer:
        """Send any JSON body."""
        async with self.session.post(f"{self.url}/graphql", json=body, headers=headers) as answer:
            return Answer(answer.status, await answer.text())


def variables_for(
    known: Mapping[str, Any] = KNOWN,
    *,
    agencies: Iterable[str] | None = None,
    areas: Iterable[str] | None = None,
) -> dict[str, Any]:
    """The variables of QUERY; a cause is stated, which only a scope out of area needs."""
    scope = {
        name: list(listed)
        for name, listed in (("agencies", agencies), ("areas", areas))
        if listed is not None
    }
    reason = {**REASON, "outOfArea": BEYOND}
    return {"known": dict(known), "reason": reason, "scope": scope or None}


def settings_for(
    folder: Path, sources: Iterable[SourceFile], operator: str = "", **more: Any
) -> Settings:
    """Write manifests, secrets and the operator's file under `folder`; settings that name them."""
    lines = [operator, _OPERATOR.format(telephone=SHIELD_TEAM, area=HOME)]
    for name in ("manifests", "secrets"):
        (folder / name).mkdir(mode=0o700)
    known = {HOME, "E09990002"}
    for source in sources:
        lines += [_AREA.format(area=area) for area in sorted({*source.areas} - known)]
        known |= {*source.areas}
        (folder / "manifests" / f"{source.id}.toml").write_text(source.manifest)
        if source.cedar:
            (folder / "manifests" / f"{source.id}.cedar").write_text(source.cedar)
        for name, content in source.secrets.items():
            write_secret(folder / "secrets", source.id, name, content)
        lines.append(
            _GRANT.format(
                id=source.id,
                agency=source.agency or source.id,
                claims=", ".join(f'"{claim.value}"' for claim in sorted(source.claims)),
                origins=", ".join(f'"{origin}"' for origin in source.origins),
                person=_person(source),
            )
        )
    (folder / "operator.toml").write_text("".join(lines))
    given = {
        "environment": "development",
        "files__state": folder / "state",
        "files__manifests": folder / "manifests",
        "files__secrets": folder / "secrets",
        "files__operator": folder / "operator.toml",
        "tokens__keys": folder / "state" / "token-keys.json",
        **UNHURRIED,
        **PATIENT,
        "connections__drain": 0,
    }
    return settings_with(**given | more)


def all_found(town: Town, child: Mapping[str, Any] = MIRA) -> None:
    """Every source of the town has found this child for certain, before whatever befalls it."""
    numbers = {NHS_NUMBER: child["nhs"], UPN: child["upn"]}
    borne = frozenset(Identifier(key, number) for key, number in numbers.items())
    certain = [Record(identifiers=tuple(borne))]
    for name, each in town.pipeline.active.connections.items():
        cards = each.source.adapter.operations
        ways = [Way(card.name, card.needs) for card in cards if card.needs & CHILD_NUMBERS]
        answered = SourceAnswer(name, NoRecord(), hits=dict.fromkeys(ways, borne))
        each.connection.confirm(answered, certain)


def _person(source: SourceFile) -> str:
    listed = ", ".join(f'{key} = "{value}"' for key, value in source.test_person.items())
    return f"test_person = {{ {listed} }}" if listed else ""


@asynccontextmanager
async def small_town(
    folder: Path, sources: Iterable[SourceFile], clock: Clock | None = None, **more: Any
) -> AsyncIterator[Town]:
    """A gateway over `sources`, its files under `folder`; `more` are settings, such as deadline."""
    settings = settings_for(folder, sources, **more)
    async with again(settings, clock) as town:
        yield town


async def _at_once(_: float) -> None:
    """Hold an answer that waits for its deadline only: it leaves now."""
    await asyncio.sleep(0)


@asynccontextmanager
async def again(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Town]:
    """A gateway over files that are there already: after a restart, or beside another one.

    Without a clock of its own it holds no answer about a shielded child until the deadline.
    """
    development_key(settings)
    async with (
        open_gateway(settings, clock or Clock(hold=_at_once)) as pipeline,
        serving_gateway(pipeline, settings) as url,
        aiohttp.ClientSession() as session,
    ):
        share_reading(pipeline.active.preparation.stages, settings.documents)
        yield Town(url, settings, pipeline, session)


@asynccontextmanager
async def serving_gateway(pipeline: Pipeline, settings: Settings) -> AsyncIterator[str]:
    """The gateway over HTTP on a free port, without uvicorn's own loop, whose end takes time."""
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = bounded_server(pipeline, settings, bounds_of(settings, _DESCRIPTORS))
    await server.startup(sockets=[listening])
    try:
        yield url
    finally:
        await server.shutdown()
