"""NHS demographics of the demo keeps the quirks that the real service has."""

import time
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import RSAKey

from demo.agencies.nhs_demographics import RateLimit
from demo.population import register
from demo.population.caseload import Town
from tests.demo.conftest import Door, Visit
from tests.support.loopback import serving

BASE = "/FHIR/R4/Patient"


def assertion(door: Door, **changed: Any) -> str:
    url = f"{door.origin}/oauth2/token"
    claims = {"iss": "team-around-demo", "sub": "team-around-demo", "aud": url, "jti": "one"}
    key = RSAKey.import_key(door.secret("key.pem"))
    header = {"alg": "RS512"}
    return jwt.encode(header, claims | {"exp": int(time.time()) + 200} | changed, key, ["RS512"])


async def log_in(door: Door, signed: str) -> int:
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": signed,
    }
    async with door.session.post(f"{door.origin}/oauth2/token", data=form) as response:
        body = await response.json()
        door.session.headers["Authorization"] = f"Bearer {body.get('access_token')}"
        return response.status


def code(outcome: Any) -> str:
    assert outcome["resourceType"] == "OperationOutcome"
    return str(outcome["issue"][0]["details"]["coding"][0]["code"])


async def test_a_child_is_read_by_number(visit: Visit, people: Town) -> None:
    child = people.cast.many_services.child
    async with visit(register.NHS_DEMOGRAPHICS) as door:
        await log_in(door, assertion(door))
        status, patient = await door.get(f"{BASE}/{child.nhs_number}")

    assert status == 200
    assert patient["id"] == child.nhs_number
    assert patient["birthDate"] == child.born.isoformat()


async def test_a_merged_number_is_answered_with_the_present_one(visit: Visit, people: Town) -> None:
    child = people.cast.superseded.child
    async with visit(register.NHS_DEMOGRAPHICS) as door:
        await log_in(door, assertion(door))
        _, patient = await door.get(f"{BASE}/{child.former_nhs_number}")

    assert patient["id"] == child.nhs_number


async def test_an_unknown_number_and_no_number_at_all_are_told_apart(
    visit: Visit, people: Town
) -> None:
    gone = people.cast.before_adoption.child.nhs_number
    async with visit(register.NHS_DEMOGRAPHICS) as door:
        await log_in(door, assertion(door))
        missing, not_found = await door.get(f"{BASE}/{gone}")
        bad, invalid = await door.get(f"{BASE}/9990000000")

    assert (missing, code(not_found)) == (404, "RESOURCE_NOT_FOUND")
    assert (bad, code(invalid)) == (400, "INVALID_RESOURCE_ID")


async def test_a_shielded_child_has_no_address_and_hides_from_a_postcode(
    visit: Visit, people: Town
) -> None:
    child = people.cast.shielded.child
    asked = {"family": child.family, "birthdate": f"eq{child.born}"}
    async with visit(register.NHS_DEMOGRAPHICS) as door:
        await log_in(door, assertion(door))
        _, patient = await door.get(f"{BASE}/{child.nhs_number}")
        _, found = await door.get(BASE, **asked)
        guess = {"address-postalcode": child.home.postcode}
        _, hidden = await door.get(BASE, **asked, **guess)

    assert patient.keys().isdisjoint({"address", "generalPractitioner", "telecom"})
    assert (found["total"], hidden["total"]) == (1, 0)


async def test_twins_of_one_name_are_too_many(visit: Visit, people: Town) -> None:
    child = people.cast.twin.child
    async with visit(register.NHS_DEMOGRAPHICS) as door:
        await log_in(door, assertion(door))
        status, outcome = await door.get(BASE, family=child.family, birthdate=f"eq{child.born}")

    assert (status, code(outcome)) == (200, "TOO_MANY_MATCHES")


@pytest.mark.parametrize(
    "asked",
    [
        {"family": "Thistlewood"},
        {"family": "T*", "birthdate": "eq2015-03-09"},
        {"family": "Thistlewood", "birthdate": "2015"},
        {"family": "Thistlewood", "birthdate": "eq2015-03-09", "_fuzzy-match": "true"},
    ],
)
async def test_a_search_with_too_little_is_refused(visit: Visit, asked: dict[str, str]) -> None:
    async with visit(register.NHS_DEMOGRAPHICS) as door:
        await log_in(door, assertion(door))
        status, outcome = await door.get(BASE, **asked)

    assert (status, code(outcome)) == (400, "INVALID_SEARCH_DATA")


async def test_a_wildcard_and_a_homophone_find_the_child(visit: Visit) -> None:
    async with visit(register.NHS_DEMOGRAPHICS) as door:
        await log_in(door, assertion(door))
        _, wild = await door.get(BASE, family="Th*", birthdate="eq2015-03-09")
        alike = {"family": "Thistelwode", "given": "Meera", "birthdate": "eq2015-03-09"}
        _, fuzzy = await door.get(BASE, **alike, **{"_fuzzy-match": "true"})
        _, exact = await door.get(BASE, **alike)

    assert (wild["total"], fuzzy["total"], exact["total"]) == (1, 1, 0)


async def test_parents_are_related_people(visit: Visit, people: Town) -> None:
    child = people.cast.many_services.child
    async with visit(register.NHS_DEMOGRAPHICS) as door:
        await log_in(door, assertion(door))
        _, bundle = await door.get(f"{BASE}/{child.nhs_number}/RelatedPerson")

    assert bundle["total"] == len(child.carers)


async def test_the_sixth_question_in_a_second_is_told_to_wait() -> None:
    moments = iter([0.0, 0.1, 0.2, 0.3, 0.4, 0.9, 1.0])
    limited = RateLimit(rate=5, clock=lambda: next(moments)).limited(welcomed)
    async with serving(limited) as origin, aiohttp.ClientSession() as session:
        answers = [await session.get(origin) for _ in range(7)]

    assert [answer.status for answer in answers] == [200] * 5 + [429, 200]
    assert answers[5].headers["Retry-After"] == "1"


async def welcomed(_: web.Request) -> web.Response:
    return web.json_response({})


@pytest.mark.parametrize(
    "changed", [{"aud": "http://elsewhere.example"}, {"sub": "another"}, {"exp": 1}]
)
async def test_a_login_signed_for_something_else_is_refused(
    visit: Visit, changed: dict[str, Any]
) -> None:
    async with visit(register.NHS_DEMOGRAPHICS) as door:
        assert await log_in(door, assertion(door, **changed)) == 401


async def test_a_signed_login_is_good_once(visit: Visit) -> None:
    async with visit(register.NHS_DEMOGRAPHICS) as door:
        signed = assertion(door)

        assert [await log_in(door, signed), await log_in(door, signed)] == [200, 401]


async def test_without_a_login_nothing_is_answered(visit: Visit) -> None:
    async with visit(register.NHS_DEMOGRAPHICS) as door:
        status, _ = await door.get(f"{BASE}/9990000000")
        async with aiohttp.ClientSession() as stranger:
            health = await stranger.get(f"{door.origin}/FHIR/R4/_ping")

    assert (status, health.status) == (401, 200)
