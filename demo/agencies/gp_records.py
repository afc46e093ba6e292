"""GP records, after GP Connect: FHIR STU3, one search by NHS number for every practice.

A patient whom the practice marks as sensitive is answered as not found, so an empty result here
proves nothing.
"""

from pathlib import Path
from typing import Final

from aiohttp import web

from demo.population.caseload import Holding
from demo.population.people import Child
from demo.population.places import Practice
from demo.population.staff import Worker
from demo.systems import fhir
from demo.systems.agency_app import agency_app, bearer
from demo.systems.credentials import Credentials
from demo.systems.record_store import RecordStore

BASE: Final = "/gp/STU3/1/fhir"
INTERACTION: Final = "urn:nhs:names:services:gpconnect:fhir:rest:search:patient-1"
_PROFILES = "https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC"


def application(holdings: tuple[Holding, ...], data: Path) -> web.Application:
    """The service over its own store in `data`."""
    token = Credentials(data / "credentials").issue("token")
    store = _stored(holdings, data)

    async def search(request: web.Request) -> web.Response:
        if request.headers.get("Ssp-InteractionID") != INTERACTION:
            return fhir.outcome(400, "invalid", "BAD_REQUEST", "Ssp-InteractionID")
        system, _, number = request.query.get("identifier", "").partition("|")
        if system != fhir.NHS_NUMBER or not number:
            return fhir.outcome(400, "value", "INVALID_PARAMETER", "identifier")
        found = store.find(number=number)
        resources = [one for record in found for one in record["resources"]]
        base = f"{request.scheme}://{request.host}{BASE}"
        return fhir.answer(fhir.bundle(base, resources, matches=len(found)))

    return agency_app(data, bearer(token), [web.get(f"{BASE}/Patient", search)])


def _stored(holdings: tuple[Holding, ...], data: Path) -> RecordStore:
    store = RecordStore(data / "store.sqlite")
    for holding in holdings:
        practice, doctor = holding.child.practice, holding.worker
        if holding.restricted or practice is None or doctor is None:
            continue
        resources = [_patient(holding, practice), _doctor(doctor), _practice(practice)]
        store.put({"resources": resources}, number=[holding.child.nhs_number])
    store.saved()
    return store


def _patient(holding: Holding, practice: Practice) -> fhir.Resource:
    child: Child = holding.child
    return {
        "resourceType": "Patient",
        "id": str(holding.serial),
        "meta": {"versionId": "1", "profile": [f"{_PROFILES}-Patient-1"]},
        "identifier": fhir.identifier(child.nhs_number or ""),
        "active": holding.until is None,
        "name": [name | {"use": "official"} for name in fhir.names(child)[:1]],
        "gender": child.sex,
        "birthDate": child.born.isoformat(),
        "address": [fhir.address(child.home)],
        "generalPractitioner": [{"reference": f"Practitioner/{_id(holding.worker)}"}],
        "managingOrganization": {"reference": f"Organization/{practice.ods}"},
    }


def _doctor(doctor: Worker) -> fhir.Resource:
    return {
        "resourceType": "Practitioner",
        "id": _id(doctor),
        "meta": {"profile": [f"{_PROFILES}-Practitioner-1"]},
        "identifier": [
            {"system": "https://fhir.hl7.org.uk/Id/gmc-number", "value": doctor.registration}
        ],
        "name": [{"use": "official", "text": f"Dr {doctor.name}", "family": doctor.family}],
        "telecom": [fhir.phone(doctor.telephone), {"system": "email", "value": doctor.email}],
    }


def _practice(practice: Practice) -> fhir.Resource:
    return {
        "resourceType": "Organization",
        "id": practice.ods,
        "meta": {"profile": [f"{_PROFILES}-Organization-1"]},
        "identifier": [{"system": fhir.ODS, "value": practice.ods}],
        "name": practice.name,
        "telecom": [fhir.phone(practice.telephone)],
    }


def _id(worker: Worker | None) -> str:
    return worker.registration or "" if worker else ""
