"""Health visiting and school nursing of two boroughs: FHIR R4, by NHS number, with care teams."""

from pathlib import Path
from typing import Final

from aiohttp import web

from demo.population.caseload import Holding
from demo.population.staff import Worker
from demo.systems import fhir
from demo.systems.agency_app import agency_app, api_key
from demo.systems.credentials import Credentials
from demo.systems.record_store import RecordStore

BASE: Final = "/fhir/R4"
_SCHOOL_AGE = 5


def application(holdings: tuple[Holding, ...], data: Path) -> web.Application:
    """The service over its own store in `data`."""
    key = Credentials(data / "credentials").issue("key")
    store = _stored(holdings, data)

    async def search(request: web.Request) -> web.Response:
        system, _, number = request.query.get("identifier", "").partition("|")
        if system != fhir.NHS_NUMBER or not number:
            return fhir.outcome(400, "required", "MISSING_VALUE", "identifier")
        found = [record["patient"] for record in store.find(number=number)]
        return fhir.answer(fhir.bundle(_base(request), found))

    async def care_team(request: web.Request) -> web.Response:
        found = [record["team"] for record in store.find(id=request.match_info["id"])]
        return fhir.answer(fhir.bundle(_base(request), found))

    routes = [
        web.get(f"{BASE}/Patient", search),
        web.get(f"{BASE}/Patient/{{id}}/CareTeam", care_team),
    ]
    return agency_app(data, api_key("X-API-Key", key), routes)


def _base(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}{BASE}"


def _stored(holdings: tuple[Holding, ...], data: Path) -> RecordStore:
    store = RecordStore(data / "store.sqlite")
    for holding in holdings:
        if holding.worker is None:
            continue
        body = {"patient": _patient(holding), "team": _team(holding, holding.worker)}
        store.put(body, number=[holding.child.nhs_number], id=[_id(holding)])
    store.saved()
    return store


def _id(holding: Holding) -> str:
    return f"ch-{holding.serial:05}"


def _patient(holding: Holding) -> fhir.Resource:
    child = holding.child
    return {
        "resourceType": "Patient",
        "id": _id(holding),
        "identifier": fhir.identifier(child.nhs_number or ""),
        "meta": fhir.security(restricted=holding.restricted is True),
        "name": fhir.names(child),
        "gender": child.sex,
        "birthDate": child.born.isoformat(),
        "address": [fhir.address(child.home)],
        "contact": [
            {
                "relationship": [{"text": carer.relationship}],
                "name": {"text": carer.name},
                "telecom": [fhir.phone(carer.telephone)],
            }
            for carer in child.carers
        ],
    }


def _team(holding: Holding, nurse: Worker) -> fhir.Resource:
    nurse_of_school = holding.child.age >= _SCHOOL_AGE
    return {
        "resourceType": "CareTeam",
        "id": f"team-{holding.serial:05}",
        "status": "inactive" if holding.until else "active",
        "name": nurse.team.name,
        "subject": {"reference": f"Patient/{_id(holding)}"},
        "period": fhir.period(holding.since, holding.until),
        "participant": [
            {
                "role": [{"text": "School nurse" if nurse_of_school else nurse.team.role}],
                "member": {
                    "reference": f"Practitioner/{nurse.registration}",
                    "identifier": {"value": nurse.registration},
                    "display": nurse.name,
                },
            }
        ],
        "telecom": [fhir.phone(nurse.team.telephone), {"system": "email", "value": nurse.email}],
    }
