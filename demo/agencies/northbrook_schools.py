"""The school roll of Northbrook: REST behind an OAuth login, by pupil number or by name."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from demo.population.caseload import Holding
from demo.population.people import Child
from demo.population.staff import Worker
from demo.systems.agency_app import LOGIN_PATH, agency_app
from demo.systems.credentials import Credentials
from demo.systems.record_store import RecordStore
from demo.systems.token_endpoint import TokenEndpoint, by_secret

PATH: Final = "/api/v2/pupils"
CLIENT_ID: Final = "team-around"
_SEX = {"female": "F", "male": "M"}


def application(holdings: tuple[Holding, ...], data: Path) -> web.Application:
    """The service over its own store in `data`."""
    credentials = Credentials(data / "credentials")
    client_secret = credentials.issue("client_secret")
    token_endpoint = TokenEndpoint(
        by_secret(credentials.issue("client_id", CLIENT_ID), client_secret)
    )
    store = _stored(holdings, data)

    async def pupils(request: web.Request) -> web.Response:
        upn, surname, born = (request.query.get(name) for name in ("upn", "surname", "dob"))
        forename = request.query.get("forename")
        if upn:
            found = store.find(upn=upn)
        elif surname and born:
            found = store.find(family=surname, born=born, **{"given": forename} if forename else {})
        else:
            return web.json_response({"error": "give upn, or surname and dob"}, status=422)
        as_at = datetime.now(UTC).isoformat(timespec="seconds")
        return web.json_response({"pupils": found, "total": len(found), "asAt": as_at})

    routes = [web.post(LOGIN_PATH, token_endpoint.issue), web.get(PATH, pupils)]
    return agency_app(data, token_endpoint.knows, routes)


def _stored(holdings: tuple[Holding, ...], data: Path) -> RecordStore:
    store = RecordStore(data / "store.sqlite")
    for holding in holdings:
        child = holding.child
        store.put(
            _pupil(holding),
            upn=[child.upn],
            family=[child.family, child.former_family],
            given=[child.given[0], child.known_as],
            born=[child.born.isoformat()],
        )
    store.saved()
    return store


def _pupil(holding: Holding) -> dict[str, Any]:
    child = holding.child
    return {
        "pupilId": 40_000 + holding.serial,
        "upn": child.upn,
        "legalForename": child.given[0],
        "middleNames": " ".join(child.given[1:]) or None,
        "preferredForename": child.known_as,
        "legalSurname": child.family,
        "formerSurname": child.former_family,
        "dateOfBirth": child.born.isoformat(),
        "sex": _SEX[child.sex],
        "address": _address(child),
        "enrolment": _enrolment(child),
        "contacts": [
            {
                "name": carer.name,
                "relationship": carer.relationship,
                "parentalResponsibility": carer.parental_responsibility,
                "telephone": carer.telephone,
            }
            for carer in child.carers
        ],
        "staff": [_member(holding.worker)] if holding.worker else [],
    }


def _address(child: Child) -> dict[str, Any]:
    home = child.home
    return {"street": home.line, "town": home.town, "postcode": home.postcode, "uprn": home.uprn}


def _enrolment(child: Child) -> dict[str, Any] | None:
    if child.school is None or child.school_since is None:
        return None
    return {
        "school": child.school.name,
        "urn": child.school.urn,
        "entryDate": child.school_since.isoformat(),
    }


def _member(worker: Worker) -> dict[str, Any]:
    return {
        "name": worker.name,
        "role": worker.team.role,
        "department": worker.team.name,
        "telephone": worker.telephone,
        "email": worker.email,
    }
