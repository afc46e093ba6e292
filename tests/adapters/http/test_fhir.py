"""NHS systems are read in FHIR as they really answer, R4 and STU3."""

import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from adapters.contract.codes import Sex
from adapters.contract.contract import Malformed, NoRecord, Records, Reply, TooMany
from adapters.contract.dates import PartialDate
from adapters.contract.record import Carer, GpPractice, Identifier, Name
from tests.support.adapters.asking import manifest_text, only, opened, question
from tests.support.loopback import serving

SAMPLES = Path(__file__).parents[4] / "shared/samples"
NHS = "https://fhir.nhs.uk/Id/nhs-number"
FHIR_JSON = "application/fhir+json"
needs_samples = pytest.mark.skipif(
    not SAMPLES.exists(), reason="the sample payloads are not beside this clone"
)
MAP = """
[operation.map]
record_id = "id"
given_names = "name[?use=='usual' || use=='official'].given | [0]"
family_name = "name[?use=='usual' || use=='official'].family | [0]"
birth_date = "birthDate"
sex = "gender"
restricted = { path = "meta.security[].code", codes = "confidentiality" }
[[operation.gp_practice]]
each = "generalPractitioner[]"
ods_code = "identifier.value"
name = "resolved.name"
"""
CODES = """
[codes.confidentiality]
U = false
"*" = true
"""
BY_NUMBER = f"""
[identify]
nhs_number = "{NHS}"
[[operation]]
name = "child"
path = "/Patient/{{nhs_number}}"
absent = "status == `404` && body.issue[0].details.coding[0].code == 'RESOURCE_NOT_FOUND'"
{MAP}
[[operation.carer]]
each = "relatives[].name[0]"
name = "family"
[operation.detail.relatives]
path = "/Patient/{{record_id}}/RelatedPerson"
{CODES}
"""
SEARCH = f"""
[identify]
nhs_number = "{NHS}"
[[operation]]
name = "child"
path = "/Patient"
query = {{ identifier = "{NHS}|{{nhs_number}}", gender = "{{sex?}}" }}
too_many = "body.issue[0].details.coding[0].code == 'TOO_MANY_MATCHES'"
{MAP}
{CODES}
"""


def sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text())


async def asked(body: Any, rest: str = SEARCH, status: int = 200, related: Any = None) -> Reply:
    async def handler(request: web.Request) -> web.Response:
        told = related if request.path.endswith("/RelatedPerson") else body
        return web.json_response(told, status=status, content_type=FHIR_JSON)

    async with serving(handler) as base, opened(manifest_text("fhir", base, rest)) as adapter:
        return await adapter.source.ask(question("child", nhs_number="9000000009"))


def bundle(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    entries = [{"resource": resource} for resource in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries, **more}


def patient(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": "p1",
        "identifier": [{"system": NHS, "value": "9990000018"}],
        **more,
    }


@needs_samples
async def test_a_patient_of_nhs_demographics_is_read() -> None:
    record = only(await asked(sample("pds/Patient.json"), BY_NUMBER))
    assert record.identifiers == (Identifier("nhs_number", "9000000009"),)
    assert record.names == (Name(("Jane",), "Smith"),)
    assert record.birth_date == PartialDate(2010, 10, 22)
    assert record.sex is Sex.FEMALE
    assert record.restricted is False
    assert record.gp_practice == GpPractice(ods_code="Y12345")


@needs_samples
async def test_a_sensitive_patient_is_restricted() -> None:
    record = only(await asked(sample("pds/Sensitive_Patient.json"), BY_NUMBER))
    assert record.restricted is True
    assert record.gp_practice is None


@pytest.mark.parametrize("said", [{"use": "old"}, {"period": {"end": "2019-05-01"}}])
async def test_a_childs_file_has_no_number_that_was_another_childs_all_along(said: Any) -> None:
    once = {"system": NHS, "value": "9990000034", **said}
    now = {"system": NHS, "value": "9990000018", "period": {"start": "2019-05-01"}}
    record = only(await asked(bundle(patient(identifier=[once, now]), total=1)))
    assert record.identifiers == (Identifier("nhs_number", "9990000018"),)


@needs_samples
async def test_a_patient_not_found_is_no_record_only_by_its_code() -> None:
    reply = await asked(sample("pds/RESOURCE_NOT_FOUND.json"), BY_NUMBER, status=404)
    assert reply == NoRecord()
    reply = await asked(sample("pds/INVALID_RESOURCE_ID.json"), BY_NUMBER, status=404)
    assert reply == Malformed("status")


@needs_samples
async def test_too_many_matches_is_no_empty_answer() -> None:
    assert await asked(sample("pds/TOO_MANY_MATCHES.json")) == TooMany()


@needs_samples
async def test_a_patient_of_a_gp_system_is_read_in_stu3() -> None:
    record = only(await asked(sample("gpconnect/find_patient_response_example.json")))
    assert record.identifiers == (Identifier("nhs_number", "9476719931"),)
    assert record.names == (Name(("Jane",), "Jackson"),)
    assert record.restricted is True  # it says nothing, and nothing is not "unrestricted"


@needs_samples
async def test_a_search_result_of_nhs_demographics_is_read() -> None:
    assert only(await asked(sample("pds/PatientSearch.json"))).record_id == "9000000009"


async def test_related_people_are_read_for_the_one_record() -> None:
    related = bundle({"resourceType": "RelatedPerson", "name": [{"family": "Hill"}]})
    record = only(await asked(patient(), BY_NUMBER, related=related))
    assert record.carers == (Carer(name="Hill"),)
    assert record.defects == ()


async def test_related_people_that_cannot_be_read_are_a_defect_and_no_empty_list() -> None:
    record = only(await asked(patient(), BY_NUMBER, related={"resourceType": "OperationOutcome"}))
    assert record.carers == ()
    assert record.defects == ("carers",)


async def test_an_included_practice_is_found_by_its_reference() -> None:
    practice = {"resourceType": "Organization", "id": "o1", "name": "Mill Surgery"}
    child = patient(generalPractitioner=[{"reference": "Organization/o1"}])
    answer = bundle(child, practice, total=1)
    answer["entry"][1]["search"] = {"mode": "include"}
    assert only(await asked(answer)).gp_practice == GpPractice(name="Mill Surgery")


async def test_a_contained_practice_is_found_by_its_reference() -> None:
    practice = {"resourceType": "Organization", "id": "o1", "name": "Mill Surgery"}
    child = patient(contained=[practice], generalPractitioner=[{"reference": "#o1"}])
    assert only(await asked(child, BY_NUMBER)).gp_practice == GpPractice(name="Mill Surgery")


async def test_references_in_a_circle_end() -> None:
    child = patient(generalPractitioner=[{"reference": "Patient/p1"}] * 30)
    record = only(await asked(bundle(child, {"resourceType": "Organization", "id": "o"})))
    assert record.record_id == "p1"


REPLACED = [{"type": "replaced-by", "other": {"reference": "Patient/2"}}]


async def test_a_patient_that_another_has_replaced_clears_nobody() -> None:
    gone = patient(link=REPLACED, active=False)
    assert await asked(gone, BY_NUMBER) == Malformed("replaced", "operation.child")
    assert await asked(bundle(gone, total=1)) == Malformed("replaced", "operation.child")


async def test_beside_a_replaced_patient_the_one_in_use_is_read() -> None:
    used = patient(id="2", link=[{"type": "replaces", "other": {"reference": "Patient/1"}}])
    reply = await asked(bundle(patient(link=REPLACED), used, total=2))
    assert only(reply).record_id == "2"


async def test_an_empty_search_that_counts_none_is_no_record() -> None:
    assert await asked({"resourceType": "Bundle", "type": "searchset", "total": 0}) == NoRecord()


async def test_an_empty_search_that_counts_nothing_proves_nothing() -> None:
    empty = {"resourceType": "Bundle", "type": "searchset"}
    assert await asked(empty) == NoRecord(whole=False)


@pytest.mark.parametrize(
    "search", [{"mode": ["match"]}, {"mode": "subject"}, ["match"], {"mode": "include"}]
)
async def test_an_entry_that_is_there_for_no_known_reason_is_not_passed_over(search: Any) -> None:
    body = bundle(patient(), total=0)
    body["entry"][0]["search"] = search
    assert await asked(body) == Malformed("bundle")


@pytest.mark.parametrize(
    "body",
    [bundle(patient(), link=[{"relation": "next", "url": "http://x"}]), bundle(patient(), total=3)],
)
async def test_a_bundle_that_is_one_page_of_more_may_not_be_all(body: Any) -> None:
    reply = await asked(body)
    assert isinstance(reply, Records)
    assert (len(reply.records), reply.whole) == (1, False)


@pytest.mark.parametrize(
    ("body", "reply"),
    [
        (bundle(total=3), TooMany()),
        (bundle(link=[{"relation": "next", "url": "http://x"}]), NoRecord(whole=False)),
        (bundle(total="0"), Malformed("total")),
        ({"resourceType": "Bundle", "type": "history"}, Malformed("bundle")),
        ({"resourceType": "Bundle", "type": "searchset", "entry": [{}]}, Malformed("bundle")),
        ({"resourceType": "OperationOutcome"}, Malformed("outcome")),
        ({"pupils": [], "total": 0}, Malformed("outcome")),
        (bundle({"resourceType": "Practitioner", "id": "1"}), Malformed("records")),
        ({"resourceType": "Practitioner", "id": "1"}, Malformed("records")),
        (
            bundle({"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}),
            Malformed("outcome"),
        ),
        (bundle(patient(identifier="9990000018")), Malformed("record")),
    ],
)
async def test_what_is_not_a_whole_search_is_not_believed(body: Any, reply: Reply) -> None:
    assert await asked(body) == reply


async def test_two_patients_are_two_records() -> None:
    other = patient(id="p2", identifier=[{"system": NHS, "value": "9990000026"}])
    reply = await asked(bundle(patient(), other))
    assert isinstance(reply, Records)
    assert [record.record_id for record in reply.records] == ["p1", "p2"]


async def test_an_unknown_sex_is_left_out_of_the_search() -> None:
    seen: list[dict[str, str]] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(dict(request.query))
        return web.json_response(bundle(), content_type=FHIR_JSON)

    async with serving(handler) as base, opened(manifest_text("fhir", base, SEARCH)) as adapter:
        await adapter.source.ask(question("child", nhs_number="9990000018"))
        await adapter.source.ask(question("child", nhs_number="9990000018", sex="female"))
    assert seen[0] == {"identifier": f"{NHS}|9990000018"}
    assert seen[1]["gender"] == "female"
