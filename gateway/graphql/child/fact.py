"""Facts and their sources: nothing is shown without who says so."""

from datetime import datetime
from typing import Self, TypeVar

from gateway.graphql.types.agency import Agencies, Agency
from gateway.graphql.types.declare import field, interface, output
from resolvers.child import child as stitched

T = TypeVar("T")


@output
class ProvenanceType:
    """Which agency says so, and how old its data is."""

    agency: Agency = field("The agency whose record says this.")
    as_of: datetime | None = field("When the agency's data was current; null if it does not say.")

    @classmethod
    def of(cls, source: stitched.Provenance, agencies: Agencies) -> Self:
        """The provenance, its agency looked up by id."""
        return cls(agency=agencies[source.agency], as_of=source.as_of)


@interface
class FactType:
    """Something that agencies say about the child. If several say the same, it is shown once."""

    sources: list[ProvenanceType] = field(
        "Every agency that says this, at least one; show them beside the fact."
    )


def sources_of(fact: stitched.Fact[T], agencies: Agencies) -> list[ProvenanceType]:
    """Everyone who says `fact`, in its own order."""
    said, every = agencies.said, fact.sources
    return [said.get(id(one)) or _first_said(one, agencies) for one in every]


def _first_said(source: stitched.Provenance, agencies: Agencies) -> ProvenanceType:
    said = agencies.said[id(source)] = ProvenanceType.of(source, agencies)
    return said
