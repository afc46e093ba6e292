"""A mental health service for young people: a sensitive service, by NHS number alone."""

from pathlib import Path
from typing import Any, Final

from aiohttp import web

from demo.population.caseload import Holding
from demo.systems.agency_app import agency_app, api_key
from demo.systems.credentials import Credentials
from demo.systems.record_store import RecordStore

PATH: Final = "/referrals"


def application(holdings: tuple[Holding, ...], data: Path) -> web.Application:
    """The service over its own store in `data`."""
    key = Credentials(data / "credentials").issue("key")
    store = _stored(holdings, data)

    async def referrals(request: web.Request) -> web.Response:
        number = request.query.get("nhsNumber", "")
        if not number:
            return web.json_response({"error": "nhsNumber is needed"}, status=400)
        return web.json_response({"referrals": store.find(number=number)})

    return agency_app(data, api_key("X-API-Key", key), [web.get(PATH, referrals)])


def _stored(holdings: tuple[Holding, ...], data: Path) -> RecordStore:
    store = RecordStore(data / "store.sqlite")
    for holding in holdings:
        store.put(_referral(holding), number=[holding.child.nhs_number])
    store.saved()
    return store


def _referral(holding: Holding) -> dict[str, Any]:
    child, therapist = holding.child, holding.worker
    return {
        "referralId": f"W{holding.serial:04}",
        "nhsNumber": child.nhs_number,
        "familyName": child.family,
        "givenName": child.given[0],
        "birthDate": child.born.isoformat(),
        "acceptedOn": holding.since.isoformat(),
        "dischargedOn": holding.until.isoformat() if holding.until else None,
        "therapist": therapist.name if therapist else None,
        "clinic": therapist.team.name if therapist else None,
        "clinicTelephone": therapist.team.telephone if therapist else None,
    }
