"""An answer about Ada, whom a school knows, while the police do not answer."""

from asyncio import Event
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from adapters.contract.codes import InvolvementStatus, NameUse, ReleaseClass, Sector, Sex
from adapters.contract.dates import PartialDate
from adapters.contract.record import Identifier, Involvement, Practitioner
from gateway.graphql.services.context import Context
from gateway.model.agency import AgencyCard, Contact
from gateway.model.answer import (
    AgencyInScope,
    AgencyRow,
    Answering,
    Candidate,
    Completeness,
    Receipt,
    ReleasedChild,
    WholeAnswer,
)
from resolvers.child.child import (
    AgencyInvolvement,
    Child,
    Conflict,
    Fact,
    Provenance,
    Restriction,
    StatedBirthDate,
    StatedName,
    Withheld,
    WithheldReason,
)
from resolvers.matching.grade import Grade, LikelyOther, MatchGrade
from resolvers.matching.reasons.codes import ReasonCode
from resolvers.outcome import Outcome

AS_OF = datetime(2026, 3, 9, 14, 30, tzinfo=UTC)

SCHOOL = AgencyCard("north-school", "North School", Sector.EDUCATION, ("E09000001",))
POLICE = AgencyCard(
    "met-police",
    "City Police",
    Sector.POLICE,
    ("E09000001", "E09000002"),
    duty_contact=Contact(telephone="020 7946 0001", hours="24/7"),
)
NHS = AgencyCard("nhs", "NHS demographics", Sector.HEALTH, national=True)
CARDS = {card.id: card for card in (SCHOOL, POLICE, NHS)}

TEACHER = Fact(
    AgencyInvolvement(
        "i1",
        "north-school",
        Involvement(
            service="Pastoral care",
            role="head of year",
            practitioner=Practitioner(name="Grace Hopper"),
            telephone="020 7946 0002",
            start=PartialDate(2021, 9),
            status=InvolvementStatus.OPEN,
        ),
    ),
    (Provenance("north-school", AS_OF),),
)
LOCATION_KEPT = Withheld(ReleaseClass.LOCATION, WithheldReason.SHIELD, "No address.", "rule-7")

SCHOOL_ROW = AgencyRow(
    SCHOOL,
    Outcome.HAS_RECORD,
    complete=True,
    searched_by=("upn",),
    as_of=AS_OF,
    latency_ms=21,
    attempts=1,
    involvements=(TEACHER,),
)
POLICE_ROW = AgencyRow(
    POLICE,
    Outcome.TIMEOUT,
    ring=Contact(telephone="020 7946 0001", name="City Police"),
    attempts=1,
    retryable=True,
)

ADA = Child(
    "c1",
    identifiers=(Fact(Identifier("nhs_number", "9000000009"), (Provenance("nhs"),)),),
    names=(
        Fact(
            StatedName(("Ada", "May"), "Byron", NameUse.CURRENT),
            (Provenance("nhs"), Provenance("north-school", AS_OF)),
        ),
    ),
    birth_date=Fact(StatedBirthDate(PartialDate(2015, 3), estimated=True), (Provenance("nhs"),)),
    sex=Fact(Sex.FEMALE, (Provenance("nhs"),)),
    involvements=(TEACHER,),
    lead_practitioner=TEACHER,
    conflicts=(
        Conflict(
            "sex",
            (Fact("FEMALE", (Provenance("nhs"),)), Fact("OTHER", (Provenance("north-school"),))),
        ),
    ),
)

WHOLE = WholeAnswer(
    ReleasedChild(ADA, Restriction.UNKNOWN, (LOCATION_KEPT,), CARDS),
    rows=(POLICE_ROW, SCHOOL_ROW),
    unresolved=(
        Candidate(
            "sealed",
            POLICE,
            Grade(
                MatchGrade.POSSIBLE,
                ("family_name",),
                ("birth_date",),
                ("upn",),
                LikelyOther.TWIN,
                reason=ReasonCode.LIKELY_TWIN,
            ),
        ),
    ),
    completeness=Completeness(2, 1, 1, 0, complete=False, areas=("E09000001",), not_connected=()),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question whose answers are all known; `log` notes how its rows were asked for.

    With `hangs`, nothing comes after the first row.
    """

    answer: WholeAnswer = WHOLE
    hangs: bool = False
    log: list[str] = field(default_factory=list)

    @property
    def receipt(self) -> Receipt:
        """An index beyond 32 bits."""
        return Receipt("log.example", 5_000_000_000, "q1")

    @property
    def in_scope(self) -> tuple[AgencyInScope, ...]:
        """Every agency of the rows."""
        return tuple(AgencyInScope(row.agency, asked=True) for row in self.answer.rows)

    async def rows(self, *, as_they_arrive: bool) -> AsyncIterator[AgencyRow]:
        """By id, or the school first when as they arrive."""
        self.log.append("arriving" if as_they_arrive else "ordered")
        order = reversed(self.answer.rows) if as_they_arrive else self.answer.rows
        try:
            for row in order:
                yield row
                if self.hangs:
                    await Event().wait()
        finally:
            self.log.append("closed")

    async def restriction(self) -> Restriction:
        """The child's."""
        return self.answer.child.restriction if self.answer.child else Restriction.UNKNOWN

    async def whole(self) -> WholeAnswer:
        """All of it at once."""
        return self.answer


def context(*answerings: Answering | None) -> Context:
    """A request with these questions under way and every agency visible."""
    return Context(answerings or (Asked(),), CARDS, {"E09000001": "Northbrook"})
