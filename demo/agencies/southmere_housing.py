"""Housing of Southmere: occupants by surname and birth date, so both twins come or neither."""

from pathlib import Path
from typing import Any, Final

from aiohttp import web

from demo.population.caseload import Holding
from demo.systems.agency_app import agency_app, api_key
from demo.systems.credentials import Credentials
from demo.systems.record_store import RecordStore

PATH: Final = "/v1/occupants"


def application(holdings: tuple[Holding, ...], data: Path) -> web.Application:
    """The service over its own store in `data`."""
    key = Credentials(data / "credentials").issue("key")
    store = _stored(holdings, data)

    async def occupants(request: web.Request) -> web.Response:
        surname, born = (request.query.get(name, "") for name in ("surname", "dob"))
        if not (surname and born):
            return web.json_response({"message": "surname and dob are mandatory"}, status=400)
        found = store.find(family=surname, born=born)
        return web.json_response({"occupants": found, "count": len(found)})

    return agency_app(data, api_key("Ocp-Apim-Subscription-Key", key), [web.get(PATH, occupants)])


def _stored(holdings: tuple[Holding, ...], data: Path) -> RecordStore:
    store = RecordStore(data / "store.sqlite")
    for holding in holdings:
        child = holding.child
        store.put(_occupant(holding), family=[child.family], born=[child.born.isoformat()])
    store.saved()
    return store


def _occupant(holding: Holding) -> dict[str, Any]:
    child, officer = holding.child, holding.worker
    return {
        "occupantId": f"SMH-{7000 + holding.serial}",
        "fullName": {"first": " ".join(child.given), "last": child.family},
        "dob": child.born.isoformat(),
        "tenancy": {
            "property": {
                "address": f"{child.home.line}, {child.home.town}",
                "postcode": child.home.postcode,
                "uprn": child.home.uprn,
            },
            "start": holding.since.isoformat(),
            "end": holding.until.isoformat() if holding.until else None,
            "leadTenant": child.carers[0].name if child.carers else None,
            "housingOfficer": officer.name if officer else None,
            "team": officer.team.name if officer else None,
            "telephone": officer.telephone if officer else None,
        },
    }
