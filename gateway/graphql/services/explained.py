"""How rules decide for somebody: for auditors, and for agencies about their own sources."""

import strawberry

from adapters.contract.codes import Purpose, ReleaseClass, Sector
from gateway.graphql.types.declare import code_list, entry, field, output
from gateway.policy.rules.rule import Ruling

code_list(
    Ruling,
    "What rules decide of a release class.",
    {
        Ruling.GIVEN: "It is given.",
        Ruling.WITHHELD: "It is kept back, and the caller is told so.",
        Ruling.SILENT: "It is kept back without telling the caller.",
    },
)


@entry
class PolicyAsker:
    """A caller who might ask one source, in a stated policy context. No agency is asked."""

    source: strawberry.ID = field("The source's id.")
    sector: Sector = field("The sector of their organisation.")
    roles: list[str] = field("Their roles.")
    purpose: Purpose = field("The purpose.")
    organisation: str | None = field("Their organisation; left out, one that no rule names.")
    accredited: bool | None = field("Whether it is accredited; left out, it is.")
    in_area: bool | None = field("Whether the agency is in their areas; left out, it is.")
    out_of_area_cause: bool | None = field("Whether a cause to ask elsewhere is stated.")
    case_reference: bool | None = field("Whether a case reference is given; left out, it is.")
    significant_harm: bool | None = field("Whether significant harm is stated.")
    consent: bool | None = field("Whether consent is recorded at the agency.")
    restricted: bool | None = field("Whether the child is, or may be, shielded.")
    shield_cleared: bool | None = field("Whether their role is cleared for shielded children.")


@output
class ExplainedClass:
    """What is decided about one class, by which rules, and what would change it."""

    release_class: ReleaseClass = field("The class.")
    fields: list[str] = field("The fields of a record that belong to it.")
    ruling: Ruling = field("What is decided.")
    rules: list[str] = field("The rules that decide; none if no rule gives it.")
    needed: list[str] = field("Changes; each of them alone would be enough to have it given.")
