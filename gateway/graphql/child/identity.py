"""Who the child is: numbers, names, date of birth, sex."""

from typing import Self

from adapters.contract import record
from adapters.contract.codes import NameUse, Sex
from adapters.contract.dates import PartialDate
from gateway.graphql.child.fact import FactType, sources_of
from gateway.graphql.types.agency import Agencies
from gateway.graphql.types.declare import code_list, field, output
from resolvers.child import child as stitched

code_list(
    NameUse,
    "Whether a name is used now.",
    {
        NameUse.CURRENT: "The name in use now.",
        NameUse.FORMER: "A name used before, such as a birth name; show as former.",
        NameUse.ALIAS: "A name used beside the legal one, such as at school.",
    },
)
code_list(
    Sex,
    "Sex as recorded, after FHIR's administrative gender.",
    {
        Sex.FEMALE: "Recorded as female.",
        Sex.MALE: "Recorded as male.",
        Sex.OTHER: "Recorded as neither female nor male.",
        Sex.UNKNOWN: "Recorded as not known; not the same as nothing recorded, which is null.",
    },
)


@output
class IdentifierType(FactType):
    """A number by which agencies know the child."""

    scheme: str = field('Which number: "nhs_number", "upn", or an agency\'s own scheme.')
    value: str | None = field("The number; null if it is kept back, because a UPN shows an area.")

    @classmethod
    def of(cls, fact: stitched.Fact[record.Identifier], agencies: Agencies) -> Self:
        """The identifier and who says it."""
        return cls(
            scheme=fact.value.scheme,
            value=fact.value.value or None,
            sources=sources_of(fact, agencies),
        )


@output
class PersonName(FactType):
    """A name of the child. Several may be current if agencies differ; show them all."""

    given: list[str] = field("Given names in the order in which they are said; may be empty.")
    family: str | None = field("The family name, or null.")
    use: NameUse = field("Whether the name is used now.")

    @classmethod
    def of(cls, fact: stitched.Fact[stitched.StatedName], agencies: Agencies) -> Self:
        """The name and who says it."""
        said = fact.value
        return cls(
            given=list(said.given),
            family=said.family,
            use=said.use,
            sources=sources_of(fact, agencies),
        )


@output
class BirthDate(FactType):
    """The date of birth. If agencies differ, the other dates are under `conflicts`."""

    value: PartialDate | None = field("The date as precisely as it is known; null if kept back.")
    estimated: bool = field("Whether the agency holds it as an estimate; show it as such.")

    @classmethod
    def of(cls, fact: stitched.Fact[stitched.StatedBirthDate], agencies: Agencies) -> Self:
        """The date and who says it."""
        return cls(
            value=fact.value.value,
            estimated=fact.value.estimated,
            sources=sources_of(fact, agencies),
        )


@output
class SexFact(FactType):
    """The child's sex as recorded, with who says so."""

    value: Sex | None = field("The sex as recorded; null if kept back.")

    @classmethod
    def of(cls, fact: stitched.Fact[Sex], agencies: Agencies) -> Self:
        """The sex and who says it."""
        return cls(value=fact.value, sources=sources_of(fact, agencies))
