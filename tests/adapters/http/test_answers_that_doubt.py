"""An empty answer that says itself that it did not look everywhere proves nothing."""

from typing import Any

import orjson
import pytest
from aiohttp import web

from adapters.contract.contract import Malformed, NoRecord, Records, Reply
from tests.support.adapters.asking import manifest_text, opened, question
from tests.support.loopback import serving

NHS = "https://fhir.nhs.uk/Id/nhs-number"
SEARCH = f"""
[identify]
nhs_number = "{NHS}"
[[operation]]
name = "child"
path = "/Patient"
query = {{ identifier = "{NHS}|{{nhs_number}}", gender = "{{sex?}}" }}
[operation.map]
record_id = "id"
family_name = "name[0].family"
birth_date = "birthDate"
"""
ANN = "9990000018"
PATIENT = {
    "resourceType": "Patient",
    "id": "1",
    "identifier": [{"system": NHS, "value": ANN}],
    "name": [{"family": "Hill"}],
    "birthDate": "2015-03-09",
}
# Every issue type of R4 and STU3 that a search may remark, but informational.
CODES = [
    *("invalid", "structure", "required", "value", "invariant", "security"),
    *("login", "unknown", "expired", "forbidden", "suppressed", "processing"),
    *("not-supported", "duplicate", "multiple-matches", "not-found", "deleted", "too-long"),
    *("code-invalid", "extension", "too-costly", "business-rule", "conflict", "transient"),
    *("lock-error", "no-store", "exception", "timeout", "incomplete", "throttled"),
    *("limited-filter", "a-code-of-tomorrow"),
]


def outcome(code: str, severity: str = "warning") -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code}]}


def bundle(*resources: Any, **more: Any) -> dict[str, Any]:
    entries = [
        {
            "resource": one,
            "search": {"mode": "match" if one["resourceType"] == "Patient" else "outcome"},
        }
        for one in resources
    ]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries, **more}


def to(url: str) -> dict[str, Any]:
    return {"link": [{"relation": "self", "url": url}]}


async def asked(body: Any, rest: str = SEARCH, **headers: str) -> Reply:
    async def handler(_request: web.Request) -> web.Response:
        written = orjson.dumps(body)
        return web.Response(body=written, content_type="application/fhir+json", headers=headers)

    async with serving(handler) as base, opened(manifest_text("fhir", base, rest)) as adapter:
        return await adapter.source.ask(question("child", nhs_number=ANN))


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("severity", ["warning", "information"])
async def test_a_warning_beside_an_empty_list_leaves_it_open(code: str, severity: str) -> None:
    assert await asked(bundle(outcome(code, severity), total=0)) == NoRecord(whole=False)


async def test_a_warning_beside_the_child_says_that_there_may_be_more() -> None:
    reply = await asked(bundle(PATIENT, outcome("incomplete"), total=1))
    assert isinstance(reply, Records)
    assert not reply.whole


@pytest.mark.parametrize("code", ["informational", "success"])
async def test_a_remark_that_only_informs_leaves_an_absence_as_it_is(code: str) -> None:
    assert await asked(bundle(outcome(code, "information"), total=0)) == NoRecord()


@pytest.mark.parametrize("severity", ["error", "fatal"])
async def test_an_error_beside_an_empty_list_is_no_answer(severity: str) -> None:
    assert await asked(bundle(outcome("incomplete", severity))) == Malformed("outcome")


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("https://gp.example/Patient?identifier=x", True),
        ("https://gp.example/Patient?identifier%3Aexact=x&_count=10", True),
        ("Patient?_count=10&identifier=x", True),
        ("https://gp.example/kept-searches/7", True),
        ("https://gp.example/Patient?identifier=x&_format=json&_total=accurate", True),
        ("https://gp.example/Patient", False),
        ("https://gp.example/Patient?identifier=", False),
        ("https://gp.example/Patient?identifier=x&active=true", False),
        ("https://gp.example/Patient?identifier=x&organization=RR8", False),
        ("https://gp.example/Patient?_count=10", False),
        ("https://gp.example/fhir/Patient/?gender=female", False),
    ],
)
async def test_a_search_that_ignored_the_number_proves_nothing(url: str, *, whole: bool) -> None:
    assert await asked(bundle(total=0, **to(url))) == NoRecord(whole=whole)


GONE = {"severity": "error", "code": "not-found"}


@pytest.mark.parametrize(
    ("beside", "whole"),
    [
        ([], True),
        ([{"severity": "information", "code": "informational"}], True),
        ([{"severity": "fatal", "code": "processing"}], False),
        ([{"severity": "error", "code": "incomplete"}], False),
        ([{"severity": "warning", "code": "timeout"}], False),
        (["?"], False),
    ],
)
@pytest.mark.parametrize("first", [True, False])
async def test_an_absence_beside_an_issue_that_ended_the_search_is_open(
    beside: list[Any], *, whole: bool, first: bool
) -> None:
    text = SEARCH.replace(
        "[operation.map]", "absent = \"contains(body.issue[].code, 'not-found')\"\n[operation.map]"
    )
    issues = [GONE, *beside] if first else [*beside, GONE]
    said = {"resourceType": "OperationOutcome", "issue": issues}
    assert await asked(said, text) == NoRecord(whole=whole)


@pytest.mark.parametrize(
    ("headers", "beside"),
    [
        ({"Warning": '110 - "Response is Stale"'}, {}),
        ({"Link": '</Patient?page=2>; rel="next"'}, {}),
        ({}, {"warnings": ["one shard did not answer"]}),
        ({}, {"hasMore": True}),
    ],
)
async def test_what_is_said_beside_the_standard_leaves_an_absence_open(
    headers: dict[str, str], beside: dict[str, Any]
) -> None:
    assert await asked(bundle(total=0, **beside), **headers) == NoRecord(whole=False)


async def test_a_record_that_is_only_a_part_says_so() -> None:
    part = {**PATIENT, "meta": {"tag": [{"code": "SUBSETTED"}]}}
    reply = await asked(bundle(part))
    assert isinstance(reply, Records)
    assert not reply.whole


async def test_an_absence_in_the_agencys_words_is_open_beside_a_warning() -> None:
    text = SEARCH.replace("[operation.map]", 'absent = "body.total == `0`"\n[operation.map]')
    assert await asked(bundle(outcome("timeout"), total=0), text) == NoRecord(whole=False)
