"""How each type of an answer is read from what was released, for the functions of a document.

graphql-core reads objects of the schema's classes; `of` of each class makes them of the same
values. What is generated for a document makes none: it reads the values. A test holds every field
here to the one there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from gateway.graphql.types.withheld import each_once
from resolvers.child_need import SENTENCES as NEEDS
from resolvers.matching.reasons.codes import SENTENCES as REASONS

TOLD: Final = "told"
"""The name under which the expressions find what the whole part is read with: `PartContext`."""
CONSTANTS: Final[Mapping[str, Any]] = {"each_once": each_once, "NEEDS": NEEDS, "REASONS": REASONS}


@dataclass(frozen=True, slots=True)
class FieldReading:
    """An expression for each field of a type, over `value` and over what `first` gives a name.

    `below` are the fields whose objects are read otherwise than their type says.
    """

    fields: Mapping[str, str]
    first: str = ""
    below: Mapping[str, str] = field(default_factory=dict)


def _plain(*names: str, of: str = "value") -> dict[str, str]:
    return {name: f"{of}.{name}" for name in names}


def _fact(*names: str, **others: str) -> FieldReading:
    """What a fact says, and who says it."""
    fields = {**_plain(*names, of="said"), **others, "sources": "value.sources"}
    return FieldReading(fields, "said = value.value")


_AGENCY: Final = f"{TOLD}.agencies[value.agency]"
_TEAM: Final = "said if said.telephone or said.email or said.hours else None"

READINGS: Final[Mapping[str, FieldReading]] = MappingProxyType(
    {
        "Address": _fact("lines", "postcode", "uprn", "current", "start", "end"),
        "Agency": FieldReading(
            {
                **_plain("id", "name", "sector", "national"),
                "area": "None",
                "areas": "()",
                "duty_contact": "value.duty_contact if value.national else None",
            }
        ),
        "AgencyAnswer": FieldReading(
            {
                "id": f"f'{{{TOLD}.query_id}}/answers/{{value.agency.id}}'",
                "answered": "value.outcome.answered",
                "withheld": "each_once(value.withheld)",
                **_plain("agency", "outcome", "areas", "ring", "complete", "searched_by", "needs"),
                **_plain("detail", "as_of", "latency_ms", "attempts", "retryable", "involvements"),
            }
        ),
        "AskedAgency": FieldReading(_plain("agency", "asked")),
        "BirthDate": _fact("value", "estimated"),
        "CandidateRecord": FieldReading(
            {
                **_plain("key", "agency"),
                **_plain("grade", "agreed", "differed", "not_held", "likely_other", of="grade"),
                "reason": "grade.reason",
            },
            "grade = value.grade",
        ),
        "Child": FieldReading(
            {
                **_plain("id", "identifiers", "names", "birth_date", "sex", "addresses", of="said"),
                **_plain("carers", "schools", "gp_practice", "involvements", of="said"),
                **_plain("lead_practitioner", "support_statuses", "chronology", of="said"),
                "conflicts": "said.conflicts",
                "restriction": "value.restriction",
                "withheld": "each_once(value.withheld)",
            },
            "said = value.child",
        ),
        "ChildNeed": FieldReading({**_plain("code", "details"), "sentence": "NEEDS[value.code]"}),
        "Completeness": FieldReading(
            {
                **_plain("in_scope", "answered", "unanswered", "not_asked", "complete", "areas"),
                "not_connected": "value.not_connected",
            }
        ),
        "Conflict": FieldReading({"about": "value.field", "values": "value.values"}),
        "ConflictingValue": _fact(value="said or None"),
        "Contact": FieldReading(_plain("telephone", "email", "hours", "name")),
        "Event": _fact("date", "kind", "summary"),
        "GpPractice": _fact("name", "ods_code", "telephone"),
        "GradeReason": FieldReading({"code": "value", "sentence": "REASONS[value]"}),
        "Identifier": _fact("scheme", value="said.value or None"),
        "Involvement": FieldReading(
            {
                "id": "own.id",
                "agency": f"{TOLD}.agencies[own.agency]",
                "contact": _TEAM,
                "sources": "value.sources",
                **_plain("service", "role", "practitioner", "team", "lead_practitioner", of="said"),
                **_plain("sensitive", "start", "end", "status", of="said"),
            },
            "own = value.value; said = own.involvement",
            {"contact": "TeamContact"},
        ),
        "PersonName": _fact("given", "family", "use"),
        "Practitioner": FieldReading(_plain("name", "telephone", "email", "registration")),
        "Provenance": FieldReading({"agency": _AGENCY, "as_of": "value.as_of"}),
        "Receipt": FieldReading(_plain("log", "index", "query_id")),
        "RelatedPerson": _fact("name", "relationship", "parental_responsibility", "telephone"),
        "School": _fact("name", "urn", "start", "end"),
        "SexFact": _fact(value="said"),
        "SupportStatus": _fact("code", "system", "label", "start", "end"),
        "TeamContact": FieldReading(
            {**_plain("telephone", "email", "hours"), "name": "value.team"}
        ),
        "Withheld": FieldReading(_plain("release_class", "reason", "message")),
    }
)
