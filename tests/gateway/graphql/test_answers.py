"""A practitioner reads the answer about one child."""

from dataclasses import dataclass, replace
from typing import Any, cast

from gateway.graphql.services.context import Context, Sources
from gateway.graphql.services.source import SourceType, SourceView
from gateway.graphql.types.codes import QualityLevel, SourceState
from tests.support.gateway.execution import VARIABLES, executed, whole
from tests.support.gateway.schema_examples import AS_OF, CARDS, SCHOOL, WHOLE, Asked, context


@dataclass(frozen=True)
class Seen:
    view: SourceView

    async def seen(self) -> list[SourceType]:
        return [SourceType.of(self.view)]


async def _child(selection: str) -> dict[str, Any]:
    result = await whole(f"child {{ {selection} }}", context())
    assert result.errors is None
    assert result.data is not None
    child: dict[str, Any] = result.data["child"]["child"]
    return child


async def test_every_agency_has_its_outcome_and_whom_to_ring() -> None:
    result = await whole(
        "answers { id agency { id } ring { name telephone } outcome answered retryable attempts }",
        context(),
    )
    assert result.errors is None
    assert result.data == {
        "child": {
            "answers": [
                {
                    "id": "q1/answers/met-police",
                    "agency": {"id": "met-police"},
                    "ring": {"name": "City Police", "telephone": "020 7946 0001"},
                    "outcome": "TIMEOUT",
                    "answered": False,
                    "retryable": True,
                    "attempts": 1,
                },
                {
                    "id": "q1/answers/north-school",
                    "agency": {"id": "north-school"},
                    "ring": None,
                    "outcome": "HAS_RECORD",
                    "answered": True,
                    "retryable": False,
                    "attempts": 1,
                },
            ]
        }
    }


async def test_a_school_says_who_works_with_ada_and_since_when() -> None:
    result = await whole(
        "answers { asOf searchedBy involvements { id agency { name } practitioner { name }"
        " contact { telephone email } role start end status leadPractitioner"
        " sources { agency { id } asOf } } }",
        context(),
    )
    assert result.data is not None
    school = result.data["child"]["answers"][1]
    assert school["asOf"] == "2026-03-09T14:30:00Z"
    assert school["involvements"] == [
        {
            "id": "i1",
            "agency": {"name": "North School"},
            "practitioner": {"name": "Grace Hopper"},
            "contact": {"telephone": "020 7946 0002", "email": None},
            "role": "head of year",
            "start": "2021-09",
            "end": None,
            "status": "OPEN",
            "leadPractitioner": None,
            "sources": [{"agency": {"id": "north-school"}, "asOf": "2026-03-09T14:30:00Z"}],
        }
    ]


async def test_every_fact_of_ada_names_who_says_it() -> None:
    child = await _child("names { given family use sources { agency { name } } }")
    assert child["names"] == [
        {
            "given": ["Ada", "May"],
            "family": "Byron",
            "use": "CURRENT",
            "sources": [
                {"agency": {"name": "NHS demographics"}},
                {"agency": {"name": "North School"}},
            ],
        }
    ]


async def test_a_birth_date_known_to_the_month_gets_no_day() -> None:
    child = await _child("birthDate { value estimated } sex { value } identifiers { value }")
    assert child == {
        "birthDate": {"value": "2015-03", "estimated": True},
        "sex": {"value": "FEMALE"},
        "identifiers": [{"value": "9000000009"}],
    }


async def test_a_shield_and_what_it_keeps_back_are_said() -> None:
    child = await _child("restriction withheld { releaseClass reason message } addresses { uprn }")
    assert child == {
        "restriction": "UNKNOWN",
        "withheld": [{"releaseClass": "LOCATION", "reason": "SHIELD", "message": "No address."}],
        "addresses": [],
    }


async def test_a_disagreement_shows_every_value_with_its_agency() -> None:
    child = await _child("conflicts { field values { value sources { agency { id } } } }")
    assert child["conflicts"] == [
        {
            "field": "sex",
            "values": [
                {"value": "FEMALE", "sources": [{"agency": {"id": "nhs"}}]},
                {"value": "OTHER", "sources": [{"agency": {"id": "north-school"}}]},
            ],
        }
    ]


async def test_the_lead_practitioner_is_one_of_the_involvements() -> None:
    child = await _child("leadPractitioner { id } involvements { id }")
    assert child == {"leadPractitioner": {"id": "i1"}, "involvements": [{"id": "i1"}]}


async def test_a_likely_twin_stands_apart_from_ada() -> None:
    result = await whole(
        "unresolved { key grade agreed differed notHeld likelyOther reason { code sentence }"
        " agency { id } }",
        context(),
    )
    assert result.data is not None
    assert result.data["child"]["unresolved"] == [
        {
            "key": "sealed",
            "grade": "POSSIBLE",
            "agreed": ["family_name"],
            "differed": ["birth_date"],
            "notHeld": ["upn"],
            "likelyOther": "TWIN",
            "reason": {"code": "LIKELY_TWIN", "sentence": "It is more likely a twin's."},
            "agency": {"id": "met-police"},
        }
    ]


async def test_a_child_certain_nowhere_is_null_and_the_rows_stand() -> None:
    nobody = Asked(replace(WHOLE, child=None))
    result = await whole("child { id } answers { outcome }", context(nobody))
    assert result.errors is None
    assert result.data == {
        "child": {"child": None, "answers": [{"outcome": "TIMEOUT"}, {"outcome": "HAS_RECORD"}]}
    }


async def test_an_answer_says_how_complete_it_is_and_where_it_is_logged() -> None:
    result = await whole(
        "completeness { inScope answered unanswered notAsked complete areas notConnected }"
        " receipt { log index queryId }",
        context(),
    )
    assert result.data is not None
    assert result.data["child"]["receipt"] == {
        "log": "log.example",
        "index": "5000000000",
        "queryId": "q1",
    }
    assert result.data["child"]["completeness"]["complete"] is False
    assert result.data["child"]["completeness"]["areas"] == ["E09000001"]


async def test_a_refused_question_is_null() -> None:
    result = await whole("receipt { log }", context(None))
    assert result.data == {"child": None}


async def test_several_children_are_answered_in_the_order_asked() -> None:
    nobody = Asked(replace(WHOLE, child=None))
    result = await executed(
        "query ($all: [KnownDetails!]!, $reason: AccessReason!)"
        " { children(known: $all, reason: $reason) { child { id } } }",
        context(Asked(), None, nobody),
        all=[VARIABLES["known"]] * 3,
    )
    assert result.data == {"children": [{"child": {"id": "c1"}}, None, {"child": None}]}


async def test_the_directory_names_areas_and_an_agency_alone_names_none() -> None:
    result = await executed(
        "{ directory { agency { id area areas national sector dutyContact { telephone } }"
        " areas { code name } dutyContact { name telephone } } }",
        context(),
    )
    assert result.data is not None
    police, nhs, school = result.data["directory"]
    assert police == {
        "agency": {
            "id": "met-police",
            "area": None,
            "areas": [],
            "national": False,
            "sector": "POLICE",
            "dutyContact": None,
        },
        "areas": [
            {"code": "E09000001", "name": "Northbrook"},
            {"code": "E09000002", "name": "E09000002"},
        ],
        "dutyContact": {"name": "City Police", "telephone": "020 7946 0001"},
    }
    assert nhs["areas"] == []
    assert school["dutyContact"] is None


async def test_a_source_shows_its_state_and_health() -> None:
    view = SourceView(
        "s1", SCHOOL, "rest", 2, SourceState.APPROVED, QualityLevel.CONNECTS, checked_at=AS_OF
    )
    result = await executed(
        "{ sources { id kind version state level health { reachable breaker checkedAt } } }",
        Context(agencies=CARDS, sources=cast("Sources", Seen(view))),
    )
    assert result.data is not None
    assert result.data["sources"] == [
        {
            "id": "s1",
            "kind": "rest",
            "version": 2,
            "state": "APPROVED",
            "level": "CONNECTS",
            "health": {
                "reachable": None,
                "breaker": "closed",
                "checkedAt": "2026-03-09T14:30:00Z",
            },
        }
    ]
