"""Each profile is checked against a real counterpart, as `teamaround source check` does it."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web

from adapters.authoring.profile import profile_named
from demo.processes.postgres import Postgres
from tests.support.adapters.counterparts import Copy, failed, guarded
from tests.support.adapters.foreign_servers import medplum, prism, sample, with_examples
from tests.support.loopback import serving

ANN, NOBODY = "9990000018", "9990000026"
UPN = "T999400126001"
FHIR: Final = "application/fhir+json"
ROSTER: Final = "/ims/oneroster/rostering/v1p2"
REACHED: Final = {"dependable", "exemplary"}
BY_SECRET = """
    [auth]
    scheme = "client_credentials"
    token_url = "http://127.0.0.1:1/token"
    client_id = { file = "client_id" }
    client_secret = { file = "client_secret" }
"""
TABLES = """
CREATE TABLE ssd_person (pers_legacy_id varchar(48), pers_person_id varchar(48) PRIMARY KEY,
  pers_upn varchar(13), pers_forename varchar(100), pers_surname varchar(255), pers_sex varchar(20),
  pers_dob timestamp, pers_single_unique_id varchar(48), pers_expected_dob timestamp);
CREATE TABLE ssd_address (addr_table_id varchar(48) PRIMARY KEY, addr_person_id varchar(48),
  addr_address_start_date timestamp, addr_address_end_date timestamp,
  addr_address_postcode varchar(15), addr_address_json varchar(1000));
CREATE TABLE ssd_professionals (prof_professional_id varchar(48) PRIMARY KEY,
  prof_professional_name varchar(300), prof_social_worker_registration_no varchar(48),
  prof_professional_job_title varchar(500), prof_professional_department varchar(100));
CREATE TABLE ssd_involvements (invo_involvements_id varchar(48) PRIMARY KEY,
  invo_professional_id varchar(48), invo_professional_role_id varchar(200),
  invo_professional_team varchar(1000), invo_person_id varchar(48),
  invo_involvement_start_date timestamp, invo_involvement_end_date timestamp);
CREATE TABLE ssd_cin_episodes (cine_referral_id varchar(48) PRIMARY KEY, cine_person_id varchar(48),
  cine_referral_date timestamp, cine_close_date timestamp);
CREATE TABLE ssd_cp_plans (cppl_cp_plan_id varchar(48) PRIMARY KEY, cppl_person_id varchar(48),
  cppl_cp_plan_start_date timestamp, cppl_cp_plan_end_date timestamp);
CREATE TABLE ssd_cla_episodes (clae_cla_episode_id varchar(48) PRIMARY KEY,
  clae_person_id varchar(48), clae_cla_episode_start_date timestamp,
  clae_cla_episode_ceased_date timestamp);
CREATE TABLE ssd_early_help_episodes (earl_episode_id varchar(48) PRIMARY KEY,
  earl_person_id varchar(48), earl_episode_start_date timestamp, earl_episode_end_date timestamp);
INSERT INTO ssd_person VALUES (NULL, '20417', 'T999400126001', 'Wren', 'Holt', 'F', '2014-05-06',
  '9990000018', NULL);
INSERT INTO ssd_professionals VALUES ('8', 'Sam Okoro', 'SW999999', 'Social worker', 'East');
INSERT INTO ssd_involvements VALUES ('1', '8', 'ALLOCATED', NULL, '20417', '2025-06-02', NULL);
INSERT INTO ssd_cp_plans VALUES ('5', '20417', '2025-07-01', NULL);
INSERT INTO ssd_address VALUES ('3', '20417', '2019-02-01', NULL, 'AB1 2CD', '{}');
"""


def answer(path: str, status: str, kind: str, **examples: Any) -> Mapping[str, Any]:
    """Examples of one path for `with_examples`."""
    return {"path": path, "like": None, "status": status, "type": kind, "examples": examples}


def read(name: str) -> Any:
    return json.loads(sample(name).read_text())


def numbered(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """A sample with its numbers changed to numbers that are nobody's."""
    text = sample(name).read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = folder / name.replace("/", "-")
    file.write_text(text)
    return file


async def test_pds_as_its_openapi_document_has_it(tmp_path: Path) -> None:
    examples = [
        answer("/Patient/{id}", "200", FHIR, found=read("pds/Patient.json")),
        answer("/Patient/{id}", "404", FHIR, absent=read("pds/RESOURCE_NOT_FOUND.json")),
        answer("/Patient", "200", FHIR, found=read("pds/PatientSearch.json")),
    ]
    document = sample("pds/specification/personal-demographics.yaml")
    served = await asyncio.to_thread(with_examples, document, examples, tmp_path)

    def prefer(request: web.Request) -> str:
        return "code=404, example=absent" if NOBODY in request.path else "example=found"

    copy = Copy.of("pds", tmp_path, "{base}")
    copy.keeps("found.json", "search.json")
    async with (
        prism(served) as inside,
        guarded(inside, "/FHIR/R4", copy.key, prefer) as (base, tokens),
    ):
        copy.changed("{base}", base)
        copy.changed("https://api.service.nhs.uk/oauth2/token", f"{tokens}/token")
        found = await copy.checked(base, tokens)
    assert failed(found) == []
    assert found["level"] in REACHED


async def test_nrl_as_medplums_engine_answers_for_nhs_englands_samples(tmp_path: Path) -> None:
    names = ("nrl/RQI-736253002-Valid.json", "nrl/Y05868-736253002-Valid.json")
    pointers = [numbered(tmp_path, name, ("6700028191", ANN)) for name in names]
    prefix = "/record-locator/consumer/FHIR/R4"
    copy = Copy.of("nrl", tmp_path, f"{{base}}{prefix}")
    copy.keeps("found.json")
    async with (
        medplum(pointers) as inside,
        guarded(inside, prefix, copy.key) as (base, tokens),
    ):
        copy.changed("{base}", base)
        copy.changed("https://api.service.nhs.uk/oauth2/token", f"{tokens}/token")
        found = await copy.checked(base, tokens)
    assert failed(found) == []
    assert found["level"] in REACHED


async def test_nrl_takes_the_request_that_its_openapi_document_describes(tmp_path: Path) -> None:
    empty = {"resourceType": "Bundle", "type": "searchset", "total": 0}
    examples = [answer("/DocumentReference", "200", FHIR, absent=empty)]
    document = sample("nrl/consumer-swagger.yaml")
    served = await asyncio.to_thread(with_examples, document, examples, tmp_path)
    copy = Copy.of("nrl", tmp_path, "{base}")
    async with prism(served) as inside, guarded(inside, "", copy.key) as (base, tokens):
        copy.changed("{base}", base)
        copy.changed("https://api.service.nhs.uk/oauth2/token", f"{tokens}/token")
        found = await copy.checked(base, tokens)
    assert failed(found) == []


async def test_gp_connect_as_medplums_engine_answers_for_its_samples(tmp_path: Path) -> None:
    patient = numbered(
        tmp_path, "gpconnect/read_patient_response_example.json", ("9476719931", ANN)
    )
    copy = Copy.of("gp-connect", tmp_path, "{base}/fhir", auth=BY_SECRET)
    copy.keeps("found.json")
    async with medplum([patient]) as inside, guarded(inside, "/fhir", copy.key) as (base, tokens):
        copy.changed("{base}", base)
        copy.changed("http://127.0.0.1:1/token", f"{tokens}/token")
        found = await copy.checked(base, tokens)
    assert failed(found) == []
    assert found["level"] in REACHED


async def test_the_safeguarding_dataset_in_postgresql(postgres: Postgres, tmp_path: Path) -> None:
    postgres.run("CREATE DATABASE safeguarding")
    postgres.run(TABLES, "safeguarding")
    copy = Copy.of("safeguarding-dataset", tmp_path, "unused")
    copy.keeps("person.json")
    dsn = postgres.dsn("safeguarding")
    copy.secret("dsn", dsn)
    found = await copy.checked(dsn)
    assert failed(found) == []
    assert found["level"] in REACHED


async def test_a_roster_as_ed_fis_openapi_document_has_it(tmp_path: Path) -> None:
    folder = profile_named("oneroster").folder
    own = {one: json.loads((folder / f"{one}.json").read_text()) for one in ("found", "nobody")}
    told = {one: json.loads((folder / f"{one}.json").read_text()) for one in _DETAILS}
    kind = "application/json"
    examples = [
        answer(f"{ROSTER}/students", "200", kind, **own),
        answer(f"{ROSTER}/demographics/{{id}}", "200", kind, found=told["demographics"]),
        {
            # The standard has the classes of a pupil; Ed-Fi's document leaves them out.
            **answer(f"{ROSTER}/students/{{id}}/classes", "200", kind, found=told["classes"]),
            "like": f"{ROSTER}/students/{{id}}",
        },
    ]
    document = sample("oneroster/edfi-oneroster-1.2-swagger.yml")
    served = await asyncio.to_thread(with_examples, document, examples, tmp_path)

    def prefer(request: web.Request) -> str:
        # Prism heeds no offset: the page after hers is the one with nobody on it.
        hers = UPN in request.path_qs and request.query.get("offset", "0") == "0"
        students = request.path.endswith("/students")
        return "example=nobody" if students and not hers else "example=found"

    copy = Copy.of("oneroster", tmp_path, "{base}")
    copy.keeps("found.json")
    async with prism(served) as inside, guarded(inside, "", copy.key, prefer) as (base, tokens):
        copy.changed("{base}", base)
        copy.changed("https://roster.example/oauth/token", f"{tokens}/token")
        found = await copy.checked(base, tokens)
    assert failed(found) == []
    assert found["level"] in REACHED


_DETAILS: Final = ("demographics", "classes")


@pytest.mark.parametrize(
    "name", ["CIN_Census_2021.xml", "CIN_Census_2024.xml", "CIN_Census_2026.xml", "CIN2rows.xml"]
)
async def test_census_returns_by_others(tmp_path: Path, name: str) -> None:
    share = tmp_path / "share"
    share.mkdir()
    file = numbered(tmp_path, f"cin/{name}", ("A123456789123", UPN))
    file.rename(share / name)
    copy = Copy.of("cin-census", tmp_path, f"file://{share}", auth="")
    copy.keeps("census.xml")
    found = await copy.checked(f"file://{share}")
    assert failed(found) == []
    assert found["level"] in REACHED


async def test_a_bundle_in_a_folder(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    bundle = profile_named("oneroster-bundle").folder / "bundle.zip"
    (share / "roster-2026-09-01.zip").write_bytes(bundle.read_bytes())
    copy = Copy.of("oneroster-bundle", tmp_path, f"file://{share}", auth="")
    copy.keeps("bundle.zip")
    found = await copy.checked(f"file://{share}")
    assert failed(found) == []
    assert found["level"] in REACHED


async def test_a_register_whose_service_is_open_referrals_own_sample(tmp_path: Path) -> None:
    service = read("hsds/services_ac148810-d857-441c-9679-408f346de14b.json")
    # The sample writes quotation marks into its telephone numbers, which no number has.
    service = json.loads(json.dumps(service).replace('\\"', ""))
    child = {"given_name": "Wren", "family_name": "Holt", "birth_date": "2014-05-06"}

    async def register(request: web.Request) -> web.Response:
        if request.headers.get("X-API-Key") != "a-key-of-the-register":
            return web.json_response({}, status=401)
        if request.path == "/":
            return web.json_response(read("hsds/root.json"))
        if request.path != "/referrals":
            return web.json_response({}, status=404)
        known = request.query["family_name"] == "Holt"
        listed = [{"id": "r-1", "person": child, "service": service}] if known else []
        return web.json_response({"total_items": len(listed), "contents": listed})

    copy = Copy.of("open-referral", tmp_path, "{base}")
    copy.secret("key", "a-key-of-the-register")
    copy.keeps("found.json")
    async with serving(register) as base:
        copy.changed("{base}", base)
        found = await copy.checked(base)
    assert failed(found) == []
    assert found["level"] in REACHED
