"""The emergency department of Southmere hospital: attendances, by NHS number or by name.

Fifteen in a hundred who come through the door are never traced to an NHS number.
"""

from pathlib import Path
from typing import Any, Final

from aiohttp import web

from demo.population.caseload import Holding
from demo.systems.agency_app import agency_app, bearer
from demo.systems.credentials import Credentials
from demo.systems.record_store import RecordStore

PATH: Final = "/ed/v1/patients"


def application(holdings: tuple[Holding, ...], data: Path) -> web.Application:
    """The service over its own store in `data`."""
    token = Credentials(data / "credentials").issue("token")
    store = _stored(holdings, data)

    async def by_number(request: web.Request) -> web.Response:
        return _reply(store.find(number=request.match_info["number"]))

    async def by_name(request: web.Request) -> web.Response:
        names = {"family": "surname", "given": "forename", "born": "birthDate"}
        keys = {key: request.query.get(asked, "") for key, asked in names.items()}
        if not all(keys.values()):
            return web.json_response({"code": "QUERY_INCOMPLETE"}, status=400)
        return _reply(store.find(**keys))

    routes = [web.get(f"{PATH}/{{number}}", by_number), web.get(PATH, by_name)]
    return agency_app(data, bearer(token), routes)


def _reply(found: list[dict[str, Any]]) -> web.Response:
    if not found:
        return web.json_response({"code": "PATIENT_NOT_FOUND"}, status=404)
    return web.json_response({"patients": found})


def _stored(holdings: tuple[Holding, ...], data: Path) -> RecordStore:
    store = RecordStore(data / "store.sqlite")
    for holding in holdings:
        child = holding.child
        store.put(
            _patient(holding),
            number=[child.nhs_number],
            family=[child.family],
            given=[child.given[0]],
            born=[child.born.isoformat()],
        )
    store.saved()
    return store


def _patient(holding: Holding) -> dict[str, Any]:
    child, nurse = holding.child, holding.worker
    return {
        "hospitalNumber": f"SG{200_000 + holding.serial}",
        "nhsNumber": child.nhs_number,
        "surname": child.family,
        "forename": child.given[0],
        "birthDate": child.born.isoformat(),
        "sex": child.sex,
        "address": {"lines": [child.home.line, child.home.town], "postcode": child.home.postcode},
        "attendances": [
            {
                "arrivedAt": f"{holding.since.isoformat()}T21:40:00",
                "department": "Emergency department",
            }
        ],
        "safeguardingLead": {
            "name": nurse.name,
            "role": nurse.team.role,
            "team": nurse.team.name,
            "telephone": nurse.telephone,
            "email": nurse.email,
            "registration": nurse.registration,
        }
        if nurse
        else None,
    }
