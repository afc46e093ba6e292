"""Where and with whom the child is: addresses, carers, schools, the GP practice."""

from typing import Self

from adapters.contract import record
from adapters.contract.dates import PartialDate
from gateway.graphql.child.fact import FactType, sources_of
from gateway.graphql.types.agency import Agencies
from gateway.graphql.types.declare import field, output
from resolvers.child import child as stitched


@output
class AddressType(FactType):
    """An address where the child lives or lived; kept back if the child may be shielded."""

    lines: list[str] = field("The lines of the address from the house down; may be empty.")
    postcode: str | None = field("The postcode in capitals, or null.")
    uprn: str | None = field("The unique property reference number, or null.")
    current: bool | None = field(
        "Whether the child lives there now; null if the agency does not say."
    )
    start: PartialDate | None = field("Since when, as precisely as known; null if not known.")
    end: PartialDate | None = field("Until when, as precisely as known; null if not known.")

    @classmethod
    def of(cls, fact: stitched.Fact[record.Address], agencies: Agencies) -> Self:
        """The address and who says it."""
        said = fact.value
        return cls(
            lines=list(said.lines),
            postcode=said.postcode,
            uprn=said.uprn,
            current=said.current,
            start=said.start,
            end=said.end,
            sources=sources_of(fact, agencies),
        )


@output
class RelatedPerson(FactType):
    """A parent, carer or other person related to the child."""

    name: str | None = field("The person's name, or null.")
    relationship: str | None = field('What they are to the child, "mother", or null.')
    parental_responsibility: bool | None = field(
        "Whether they hold parental responsibility; null if the agency does not say."
    )
    telephone: str | None = field("Their telephone number; null if not held or kept back.")

    @classmethod
    def of(cls, fact: stitched.Fact[record.Carer], agencies: Agencies) -> Self:
        """The person and who says it."""
        said = fact.value
        return cls(
            name=said.name,
            relationship=said.relationship,
            parental_responsibility=said.parental_responsibility,
            telephone=said.telephone,
            sources=sources_of(fact, agencies),
        )


@output
class SchoolType(FactType):
    """A school that the child attends or attended."""

    name: str | None = field("The school's name, or null.")
    urn: str | None = field("The school's unique reference number (DfE), or null.")
    start: PartialDate | None = field("Since when, as precisely as known; null if not known.")
    end: PartialDate | None = field("Until when; null if not known or if the child still attends.")

    @classmethod
    def of(cls, fact: stitched.Fact[record.School], agencies: Agencies) -> Self:
        """The school and who says it."""
        said = fact.value
        return cls(
            name=said.name,
            urn=said.urn,
            start=said.start,
            end=said.end,
            sources=sources_of(fact, agencies),
        )


@output
class GpPracticeType(FactType):
    """The GP practice at which the child is registered."""

    name: str | None = field("The practice's name, or null.")
    ods_code: str | None = field("The practice's NHS organisation code (ODS), or null.")
    telephone: str | None = field("The practice's telephone number, or null.")

    @classmethod
    def of(cls, fact: stitched.Fact[record.GpPractice], agencies: Agencies) -> Self:
        """The practice and who says it."""
        said = fact.value
        return cls(
            name=said.name,
            ods_code=said.ods_code,
            telephone=said.telephone,
            sources=sources_of(fact, agencies),
        )
