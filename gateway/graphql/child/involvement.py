"""Who works with the child: service, worker, team, and how to reach them."""

from typing import Self

import strawberry

from adapters.contract import record
from adapters.contract.codes import InvolvementStatus
from adapters.contract.dates import PartialDate
from gateway.graphql.child.fact import FactType, sources_of
from gateway.graphql.types.agency import Agencies, Agency, ContactType
from gateway.graphql.types.declare import code_list, field, output
from resolvers.child import child as stitched

code_list(
    InvolvementStatus,
    "Whether a service still works with the child.",
    {
        InvolvementStatus.OPEN: "The service works with the child now.",
        InvolvementStatus.CLOSED: "The service worked with the child and has ended.",
        InvolvementStatus.UNKNOWN: "The agency does not say; do not show it as open or closed.",
    },
)


@output
class PractitionerType:
    """A named worker. Every part may be null; show those that are not."""

    name: str | None = field("The worker's name; null if the agency gives none.")
    telephone: str | None = field("The worker's own telephone number, or null.")
    email: str | None = field("The worker's own email address, or null.")
    registration: str | None = field("The professional registration number, or null.")

    @classmethod
    def of(cls, practitioner: record.Practitioner) -> Self:
        """The worker as the agency names them."""
        return cls(
            name=practitioner.name,
            telephone=practitioner.telephone,
            email=practitioner.email,
            registration=practitioner.registration,
        )


def _team_contact(involvement: record.Involvement) -> ContactType | None:
    parts = (involvement.telephone, involvement.email, involvement.hours)
    if not any(parts):
        return None
    return ContactType(telephone=parts[0], email=parts[1], hours=parts[2], name=involvement.team)


@output
class InvolvementType(FactType):
    """A service that works with the child, or did."""

    id: strawberry.ID = field(
        "Names this involvement in this answer and nothing in any other: it is the same under the"
        " child and under its agency."
    )
    agency: Agency = field("The agency whose service it is.")
    service: str | None = field("The service's name, or null.")
    role: str | None = field("What the worker is to the child, in the agency's words, or null.")
    practitioner: PractitionerType | None = field(
        "The named worker; null if there is none or the name is kept back."
    )
    team: str | None = field("The team's name, or null.")
    contact: ContactType | None = field(
        "How to reach the team; null if the agency gives none. Then use its duty contact."
    )
    lead_practitioner: bool | None = field(
        "Whether this worker leads the support around the child; null if the agency does not say."
    )
    sensitive: bool = field("Whether the kind of service is itself sensitive; show with care.")
    start: PartialDate | None = field("When it began, as precisely as known; null if not known.")
    end: PartialDate | None = field(
        "When it ended, as precisely as known; null if not known or not ended: see `status`."
    )
    status: InvolvementStatus = field("Whether the service still works with the child.")

    @classmethod
    def of(cls, fact: stitched.Fact[stitched.AgencyInvolvement], agencies: Agencies) -> Self:
        """The involvement, its agencies looked up by id."""
        said = fact.value.involvement
        return cls(
            id=strawberry.ID(fact.value.id),
            agency=agencies[fact.value.agency],
            service=said.service,
            role=said.role,
            practitioner=PractitionerType.of(said.practitioner) if said.practitioner else None,
            team=said.team,
            contact=_team_contact(said),
            lead_practitioner=said.lead_practitioner,
            sensitive=said.sensitive,
            start=said.start,
            end=said.end,
            status=said.status,
            sources=sources_of(fact, agencies),
        )
