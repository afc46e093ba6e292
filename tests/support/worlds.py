"""Generated worlds: what each agency holds of a child, how it fails, and when it answers."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, cast

from hypothesis import strategies as st

from adapters.contract.codes import Claim, Purpose
from adapters.contract.contract import (
    Fault,
    Malformed,
    NoRecord,
    Records,
    Refused,
    Reply,
    TooMany,
    Unavailable,
)
from adapters.contract.contract import Question as SourceQuestion
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NHS_NUMBER, UPN, NhsNumber
from adapters.contract.record import Address, Identifier, Involvement, Name, Record
from gateway.audit.recorder.intent import Intent
from gateway.audit.recorder.recorder import Recorder
from gateway.config.operator_file import Area, OperatorFile, ShieldTeam, SourceGrant
from gateway.fanout.source_answer import CallContext
from gateway.fanout.sources import Registry, registry_of
from gateway.model.answer import AgencyRow, WholeAnswer
from gateway.model.clock import Clock
from gateway.model.inquiry import Inquiry, Known, Reason
from gateway.policy.decide import Verdict
from gateway.questions.finder import Finder, FoundOnce
from gateway.questions.findings import stated_reference
from gateway.questions.order import Order
from gateway.questions.plan import own_details, plan
from gateway.questions.question import DecidedQuestion, RunningQuestion
from gateway.questions.release import ReleaseView
from gateway.questions.resolver import Resolver
from gateway.questions.shield.further import FurtherNumbers
from gateway.questions.shield.home import ToldHome
from gateway.questions.shield.namesakes import NamesakeSearch
from gateway.questions.shield.state import ShieldState, circle_of
from resolvers.child.child import Restriction
from tests.support.agencies import (
    AUTHORITY,
    BY_NAME,
    BY_NUMBER,
    BY_UPN,
    HOME,
    LOCAL,
    MIRA,
    NATIONAL,
    SourceFile,
)
from tests.support.plain_questions import Lessons
from tests.support.plain_sources import (
    EVERY_CLASS,
    ON_BEHALF,
    fan_out_over,
    file_of,
    record,
    registered,
)
from tests.support.town import PRACTITIONER
from tests.support.virtual_time import now, sleep

DEADLINE_S: Final = 60.0
TODAY: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
OTHER_UPN: Final = {**MIRA, "id": "p-3", "upn": "Z820200001002"}
STRANGER: Final = {
    **MIRA,
    "id": "p-4",
    "nhs": "9000000017",
    "upn": "J340200001003",
    "family": "Stone",
    "given": "Otto",
    "born": "2011-01-07",
}
FIELDS: Final = frozenset({"names", "identifiers", "birth_date", "involvements", "addresses"})
INQUIRY: Final = Inquiry(
    Known(nhs_number=NhsNumber(MIRA["nhs"]), birth_date=PartialDate.parse(MIRA["born"])),
    Reason(Purpose.SAFEGUARDING, "worried", "C-1"),
)
_UNNUMBERED: Final = replace(record(), identifiers=(Identifier(UPN, MIRA["upn"]),))
AGREEING: Final = (record(), record(upn=False), _UNNUMBERED, record(restricted=None))
QUARRELSOME: Final = (record(OTHER_UPN), record(restricted=True), record(STRANGER))
# Her number on her brother's file: never certain, whatever else anybody holds.
DOUBTFUL: Final = (
    replace(
        record(),
        names=(Name(("Wren",), "Ashdown-Wren"),),
        birth_date=PartialDate.parse("2011-01-07"),
        addresses=(Address(("9 Wren Lane",), "ZE1 0AB"),),
        involvements=(Involvement("wren watching", team="Wren"),),
    ),
)
FAILURES: Final[tuple[Reply, ...]] = (
    Unavailable(Fault.CONNECTION),
    Refused(),
    Malformed("json"),
    TooMany(),
)
_CLAIMS: Final = (
    AUTHORITY,
    LOCAL,
    LOCAL,
    NATIONAL,
    LOCAL | {Claim.SPINE},
    LOCAL | {Claim.SHIELD_AUTHORITY},
)
_BY: Final = ((BY_NUMBER,), (BY_UPN,), (BY_NUMBER, BY_UPN), (BY_NUMBER, BY_NAME))


@dataclass(frozen=True)
class Holding:
    """One source: its file, what it holds or how it fails, and how long it takes, in seconds."""

    file: SourceFile
    held: tuple[Record, ...]
    failure: Reply | None
    delay_s: float

    async def answer(self, asked: SourceQuestion) -> Reply:
        """Search what is held, by numbers or else by anything."""
        await sleep(self.delay_s)
        if self.failure is not None:
            return self.failure
        numbers = {(s, v) for s, v in asked.given.items() if s in (NHS_NUMBER, UPN)}
        held = {one: {(i.scheme, i.value) for i in one.identifiers} for one in self.held}
        found = tuple(one for one in self.held if not numbers or numbers & held[one])
        return Records(found) if found else NoRecord(TODAY)


@dataclass(frozen=True)
class Told:
    """A question's rows in the order in which they came, and the whole answer.

    `at` says when each agency's row came, in seconds from the beginning; `before` are the agencies
    whose rows came before the restriction.
    """

    streamed: tuple[AgencyRow, ...]
    at: Mapping[str, float]
    whole: WholeAnswer
    restriction: Restriction
    before: frozenset[str]


def holdings(
    *records: Record, ways: tuple[Any, ...] = _BY, failing: bool = True
) -> st.SearchStrategy[tuple[Holding, ...]]:
    """One to five sources that hold some of these records."""
    failure = st.none() | st.sampled_from(FAILURES) if failing else st.none()
    parts = st.tuples(
        st.sampled_from(_CLAIMS),
        st.sampled_from(ways),
        st.lists(st.sampled_from(records), max_size=2, unique=True),
        failure,
        st.integers(0, 4),
        st.sampled_from([(), ("identifiers",), ("identifiers", "names")]),
    )
    return st.lists(parts, min_size=1, max_size=5).map(_named)


def _named(parts: list[Any]) -> tuple[Holding, ...]:
    return tuple(
        Holding(
            file_of(
                f"source-{index}",
                claims=claims,
                by=by,
                onward=onward,
                timeout="60s",
                says_restricted=True,
            ),
            tuple(held),
            failure,
            float(delay),
        )
        for index, (claims, by, held, failure, delay, onward) in enumerate(parts)
    )


async def told(world: tuple[Holding, ...], *, restriction_first: bool = False) -> Told:
    """Ask the world about Mira, every row as it comes; in virtual time."""
    registry = _registry(world)
    question = _question(registry, restriction_first=restriction_first)
    question.start()
    streamed: list[AgencyRow] = []
    at: dict[str, float] = {}
    restriction, before = Restriction.UNKNOWN, frozenset[str]()

    async def hear() -> None:
        nonlocal restriction, before
        restriction = await question.restriction()
        before = frozenset(at)

    hearing = asyncio.create_task(hear())
    await asyncio.sleep(0)  # it waits before the rows do, as in a part that is sent before them
    async for row in question.rows(as_they_arrive=True):
        at[row.agency.id] = now()
        streamed.append(row)
    await hearing
    whole = await question.whole()
    await question.stop()
    return Told(tuple(streamed), at, whole, restriction, before)


def _registry(world: tuple[Holding, ...]) -> Registry:
    sources = [registered(one.file, one.answer) for one in world]
    operator = OperatorFile(
        log_origin="teamaround.example/test",
        shield_team=ShieldTeam(name="Shield team", telephone="01632 960999"),
        area=(Area(code=HOME, name="Northbrook"),),
        grant=tuple(
            SourceGrant(source=s.id, agency=s.agency, claims=s.claims, origins=frozenset())
            for s in sources
        ),
    )
    return registry_of(sources, operator)


def _question(registry: Registry, *, restriction_first: bool) -> RunningQuestion:
    clock = Clock(now=lambda: TODAY, monotonic=now)
    sources = registry.sources
    stated, view = stated_reference(INQUIRY.known, sources.values()), _view(registry)
    once = FoundOnce(Resolver(sources))
    finders = (Finder(stated, once), Finder(stated, once))
    order = _order(registry)
    members = {name: each for name, each in sources.items() if each.in_shield_set}
    search = NamesakeSearch(members, order.own)
    home = ToldHome(stated, once, search)
    numbers = FurtherNumbers(search.members, search.own)
    shield = ShieldState(view, *finders, order.circle, search, home, numbers)
    teaching = Lessons(teach=lambda answers: shield.lessons(answers, sources))
    # What is told is logged by the HTTP stage's asking, which these worlds leave out.
    intent, recorder = cast("Intent", None), cast("Recorder", None)
    asked = DecidedQuestion(
        *(view, shield, intent, order, teaching, sources),
        nobody_found=_uncounted,
        restriction_first=restriction_first,
    )
    return RunningQuestion(asked, fan_out_over(*sources.values(), clock=clock), recorder)


async def _uncounted() -> None:
    """Nobody counts in these worlds."""


def _order(registry: Registry) -> Order:
    sources, began = registry.sources, now()
    half, until = began + DEADLINE_S / 2, began + DEADLINE_S
    own = {name: own_details(INQUIRY.known, s.agency) for name, s in sources.items()}
    asking = dict.fromkeys(sources, CallContext(FIELDS, ON_BEHALF, until))
    return Order(sources, own, asking, half, until, circle_of(sources, registry))


def _view(registry: Registry) -> ReleaseView:
    return ReleaseView(
        plan=plan(INQUIRY, PRACTITIONER, registry, FIELDS),
        registry=registry,
        verdicts={name: Verdict(EVERY_CLASS) for name in registry.sources},
        cleared=False,
        seal=lambda *_: "sealed",
        today=TODAY.date(),
        query_id="q-1",
    )
