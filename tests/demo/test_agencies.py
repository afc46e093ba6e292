"""Each agency answers over its own protocol, with its own login and its own ways."""

import json
import sqlite3

import aiohttp
import pytest

from demo.agencies.gp_records import BASE as GP_BASE
from demo.agencies.gp_records import INTERACTION
from demo.population import register
from demo.population.caseload import Town
from demo.processes.agency import HTTP
from demo.systems import fhir
from gateway.audit.reports.reconciliation import Call, read_calls
from tests.demo.conftest import Visit


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": aiohttp.encode_basic_auth(user, password)}


async def test_the_gp_answers_with_doctor_and_practice(visit: Visit, people: Town) -> None:
    number = people.cast.many_services.child.nhs_number
    async with visit(register.GP_RECORDS, **{"Ssp-InteractionID": INTERACTION}) as door:
        door.session.headers["Authorization"] = f"Bearer {door.secret('token')}"
        status, bundle = await door.get(
            f"{GP_BASE}/Patient", identifier=f"{fhir.NHS_NUMBER}|{number}"
        )

    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert status == 200
    assert kinds == ["Patient", "Practitioner", "Organization"]


async def test_the_gp_answers_a_sensitive_patient_as_not_found(visit: Visit, people: Town) -> None:
    number = people.cast.shielded.child.nhs_number
    async with visit(register.GP_RECORDS, **{"Ssp-InteractionID": INTERACTION}) as door:
        door.session.headers["Authorization"] = f"Bearer {door.secret('token')}"
        _, bundle = await door.get(f"{GP_BASE}/Patient", identifier=f"{fhir.NHS_NUMBER}|{number}")

    assert bundle["total"] == 0


async def test_child_health_holds_the_brother_under_the_twins_number(
    visit: Visit, people: Town
) -> None:
    twin, other = people.cast.twin.child, people.cast.other_twin.child
    async with visit(register.CHILD_HEALTH) as door:
        door.session.headers["X-API-Key"] = door.secret("key")
        _, bundle = await door.get(
            "/fhir/R4/Patient", identifier=f"{fhir.NHS_NUMBER}|{twin.nhs_number}"
        )

    names = [entry["resource"]["name"][0]["given"] for entry in bundle["entry"]]
    assert names == [list(other.given)]


async def test_the_school_roll_says_that_it_found_nobody(visit: Visit) -> None:
    async with visit(register.NORTHBROOK_SCHOOLS) as door:
        login = basic(door.secret("client_id"), door.secret("client_secret"))
        form = {"grant_type": "client_credentials"}
        async with door.session.post(
            f"{door.origin}/oauth2/token", data=form, headers=login
        ) as issued:
            token = (await issued.json())["access_token"]
        door.session.headers["Authorization"] = f"Bearer {token}"
        status, roll = await door.get("/api/v2/pupils", surname="Nobody", dob="2015-01-02")

    assert status == 200
    assert (roll["pupils"], roll["total"]) == ([], 0)


async def test_the_police_find_both_namesakes(visit: Visit, people: Town) -> None:
    child = people.cast.namesake.child
    asked = {
        "surname": child.family,
        "forename": child.given[0],
        "dateOfBirth": child.born.isoformat(),
    }
    async with visit(register.POLICE) as door:
        login = basic(door.secret("user"), door.secret("password"))
        url = f"{door.origin}/nominals/search"
        async with door.session.post(url, json=asked, headers=login) as response:
            found = await response.json()

    assert found["hitCount"] == 2


async def test_housing_cannot_tell_the_twins_apart(visit: Visit, people: Town) -> None:
    child = people.cast.twin.child
    async with visit(register.HOUSING) as door:
        door.session.headers["Ocp-Apim-Subscription-Key"] = door.secret("key")
        _, found = await door.get(
            "/v1/occupants", surname=child.family.lower(), dob=child.born.isoformat()
        )

    assert found["count"] == 2


async def test_the_hospital_says_in_its_own_words_that_it_knows_nobody(visit: Visit) -> None:
    async with visit(register.HOSPITAL) as door:
        door.session.headers["Authorization"] = f"Bearer {door.secret('token')}"
        status, body = await door.get("/ed/v1/patients/9990000000")

    assert (status, body["code"]) == (404, "PATIENT_NOT_FOUND")


async def test_early_help_is_a_file(visit: Visit, people: Town) -> None:
    number = people.cast.many_services.child.nhs_number
    sql = "SELECT surname FROM family_member WHERE nhs_number = ?"
    async with visit(register.EARLY_HELP) as door:
        path = door.origin.removeprefix("sqlite:///")
        database = sqlite3.connect(path)
        names = database.execute(sql, [number]).fetchall()
        database.close()

    assert names == [("Thistlewood",)]


@pytest.mark.parametrize("agency", HTTP)
async def test_every_agency_turns_a_stranger_away(visit: Visit, agency: str) -> None:
    async with visit(agency) as door:
        status, _ = await door.get("/v1/anything")

    assert status == 401


async def test_the_access_log_can_be_reconciled_and_names_no_child(
    visit: Visit, people: Town
) -> None:
    number = people.cast.many_services.child.nhs_number or ""
    named = {"X-Teamaround-Query": "q-7", "X-Teamaround-Log-Index": "41"}
    async with visit(register.HOSPITAL, **named) as door:
        door.session.headers["Authorization"] = f"Bearer {door.secret('token')}"
        await door.get(f"/ed/v1/patients/{number}")
        log = (door.folder / "access.log").read_text()

    assert read_calls(log) == [Call(41, "q-7")]
    assert json.loads(log)["status"] == 200
    assert number not in log
