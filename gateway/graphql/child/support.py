"""What support the child has had, and what happened when."""

from typing import Self

from adapters.contract import record
from adapters.contract.codes import SupportStatusCode
from adapters.contract.dates import PartialDate
from gateway.graphql.child.fact import FactType, sources_of
from gateway.graphql.types.agency import Agencies
from gateway.graphql.types.declare import code_list, field, output
from resolvers.child import child as stitched

code_list(
    SupportStatusCode,
    "A status of support, after Working Together to Safeguard Children 2023.",
    {
        SupportStatusCode.EARLY_HELP: "Early help, with the family's consent.",
        SupportStatusCode.CHILD_IN_NEED: "A child in need (Children Act 1989, section 17).",
        SupportStatusCode.SECTION_47_ENQUIRY: "Under enquiry because significant harm is suspected"
        " (Children Act 1989, section 47).",
        SupportStatusCode.CHILD_PROTECTION_PLAN: "The subject of a child protection plan.",
        SupportStatusCode.LOOKED_AFTER: "Looked after by a local authority.",
        SupportStatusCode.CARE_LEAVER: "Formerly looked after and entitled to support.",
        SupportStatusCode.EHC_PLAN: "Has an education, health and care plan.",
        SupportStatusCode.NONE: "The agency says that there is no status.",
        SupportStatusCode.OTHER: "A status outside this list; show `label`.",
    },
)


@output
class SupportStatusType(FactType):
    """A status of support that an agency has recorded."""

    code: SupportStatusCode = field("The status in this schema's own list.")
    system: str | None = field("The code system that `label` comes from, or null.")
    label: str | None = field("The status in the agency's own words, or null.")
    start: PartialDate | None = field("Since when, as precisely as known; null if not known.")
    end: PartialDate | None = field("Until when; null if not known or if it still holds.")

    @classmethod
    def of(cls, fact: stitched.Fact[record.SupportStatus], agencies: Agencies) -> Self:
        """The status and who says it."""
        said = fact.value
        return cls(
            code=said.code,
            system=said.system,
            label=said.label,
            start=said.start,
            end=said.end,
            sources=sources_of(fact, agencies),
        )


@output
class EventType(FactType):
    """A dated happening in one line; never a case note."""

    date: PartialDate | None = field("When, as precisely as known; null if not known.")
    kind: str | None = field("The kind of happening in the agency's words, or null.")
    summary: str | None = field("One line to show, or null.")

    @classmethod
    def of(cls, fact: stitched.Fact[record.Event], agencies: Agencies) -> Self:
        """The happening and who says it."""
        said = fact.value
        return cls(
            date=said.date,
            kind=said.kind,
            summary=said.summary,
            sources=sources_of(fact, agencies),
        )
