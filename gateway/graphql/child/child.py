"""The stitched child, as one caller may see it."""

from typing import Self

import strawberry

from gateway.graphql.child.fact import FactType, sources_of
from gateway.graphql.child.identity import BirthDate, IdentifierType, PersonName, SexFact
from gateway.graphql.child.involvement import InvolvementType
from gateway.graphql.child.support import EventType, SupportStatusType
from gateway.graphql.child.surroundings import (
    AddressType,
    GpPracticeType,
    RelatedPerson,
    SchoolType,
)
from gateway.graphql.types.agency import Agencies, agencies_of
from gateway.graphql.types.declare import code_list, field, output
from gateway.graphql.types.withheld import WithheldType
from gateway.model.answer import ReleasedChild
from resolvers.child import child as stitched
from resolvers.child.child import Restriction

code_list(
    Restriction,
    "Whether the child is shielded from being found.",
    {
        Restriction.NONE_KNOWN: "Every agency that decides on shielding answered, and none"
        " shields the child.",
        Restriction.RESTRICTED: "Shielded: say so plainly, and pass on nothing that locates the"
        " child.",
        Restriction.UNKNOWN: "Not every agency that decides on shielding answered; treat the"
        " child as shielded.",
    },
)


@output
class ConflictingValue(FactType):
    """One of the values on which agencies disagree."""

    value: str | None = field("The value as text; null if it is kept back.")

    @classmethod
    def of(cls, fact: stitched.Fact[str], agencies: Agencies) -> Self:
        """The value and who says it."""
        return cls(value=fact.value or None, sources=sources_of(fact, agencies))


@output
class ConflictType:
    """A detail on which agencies disagree. Show every value; the gateway does not choose."""

    about: str = field("The field of `Child` on which they disagree.", name="field")
    values: list[ConflictingValue] = field("Every value with who says it; at least two.")

    @classmethod
    def of(cls, conflict: stitched.Conflict, agencies: Agencies) -> Self:
        """The conflict, its agencies looked up by id."""
        values = [ConflictingValue.of(value, agencies) for value in conflict.values]
        return cls(about=conflict.field, values=values)


@output
class ChildType:
    """One child as the agencies describe them together, from certain records only.

    An empty list means that no agency gave any; see `withheld` before saying that there is none.
    """

    id: strawberry.ID = field("Names the child within this answer, and nothing in any other.")
    identifiers: list[IdentifierType] = field("Numbers by which agencies know the child.")
    names: list[PersonName] = field("Names, current and former.")
    birth_date: BirthDate | None = field("The date of birth; null if no agency gave one.")
    sex: SexFact | None = field("The sex as recorded; null if no agency gave one.")
    addresses: list[AddressType] = field(
        "Addresses; empty if the child may be shielded, unless your role is cleared for them."
    )
    carers: list[RelatedPerson] = field("Parents, carers and other related people.")
    schools: list[SchoolType] = field("Schools, present and past.")
    gp_practice: GpPracticeType | None = field(
        "The registered GP practice; null if none was given."
    )
    involvements: list[InvolvementType] = field("Every service that works with the child, or did.")
    lead_practitioner: InvolvementType | None = field(
        "The involvement whose worker leads the support; null if no agency names one, or if they"
        " disagree: see `conflicts`."
    )
    support_statuses: list[SupportStatusType] = field("Statuses of support, present and past.")
    chronology: list[EventType] = field(
        "What happened, in order of the dates as far as they are known."
    )
    conflicts: list[ConflictType] = field("Details on which agencies disagree.")
    restriction: Restriction = field("Whether the child is shielded; show it first.")
    withheld: list[WithheldType] = field("What was openly kept back from the child as a whole.")

    @classmethod
    def of(cls, released: ReleasedChild) -> Self:
        """The child and everything said of them, agencies looked up by id."""
        said, agencies = released.child, agencies_of(released.agencies)
        lead, gp = said.lead_practitioner, said.gp_practice
        return cls(
            id=strawberry.ID(said.id),
            identifiers=[IdentifierType.of(fact, agencies) for fact in said.identifiers],
            names=[PersonName.of(fact, agencies) for fact in said.names],
            birth_date=BirthDate.of(said.birth_date, agencies) if said.birth_date else None,
            sex=SexFact.of(said.sex, agencies) if said.sex else None,
            addresses=[AddressType.of(fact, agencies) for fact in said.addresses],
            carers=[RelatedPerson.of(fact, agencies) for fact in said.carers],
            schools=[SchoolType.of(fact, agencies) for fact in said.schools],
            gp_practice=GpPracticeType.of(gp, agencies) if gp else None,
            involvements=[InvolvementType.of(fact, agencies) for fact in said.involvements],
            lead_practitioner=InvolvementType.of(lead, agencies) if lead else None,
            support_statuses=[
                SupportStatusType.of(fact, agencies) for fact in said.support_statuses
            ],
            chronology=[EventType.of(fact, agencies) for fact in said.chronology],
            conflicts=[ConflictType.of(conflict, agencies) for conflict in said.conflicts],
            restriction=released.restriction,
            withheld=WithheldType.each(released.withheld),
        )
