"""The police of all four boroughs: local numbers only, searched by exact name and birth date.

A search is posted, so that no name stands in a URL, and answers with ten people at most.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from demo.population.caseload import Holding
from demo.systems.agency_app import agency_app, basic
from demo.systems.credentials import Credentials
from demo.systems.record_store import RecordStore

PATH: Final = "/nominals/search"
_PAGE = 10
_SEX = {"female": "2", "male": "1"}


def application(holdings: tuple[Holding, ...], data: Path) -> web.Application:
    """The service over its own store in `data`."""
    credentials = Credentials(data / "credentials")
    guard = basic(credentials.issue("user", "team-around"), credentials.issue("password"))
    store = _stored(holdings, data)

    async def search(request: web.Request) -> web.Response:
        try:
            asked = await request.json()
            keys = {"family": asked["surname"], "born": asked["dateOfBirth"]}
            keys |= {"given": asked["forename"]} if asked.get("forename") else {}
        except (json.JSONDecodeError, KeyError, TypeError):
            return web.json_response({"fault": "surname and dateOfBirth are needed"}, status=400)
        hits = store.find(**keys)
        return web.json_response({"nominals": hits[:_PAGE], "hitCount": len(hits)})

    return agency_app(data, guard, [web.post(PATH, search)])


def _stored(holdings: tuple[Holding, ...], data: Path) -> RecordStore:
    store = RecordStore(data / "store.sqlite")
    for holding in holdings:
        child = holding.child
        store.put(
            _nominal(holding),
            family=[child.family],
            given=[child.given[0]],
            born=[child.born.isoformat()],
        )
    store.saved()
    return store


def _nominal(holding: Holding) -> dict[str, Any]:
    child, officer = holding.child, holding.worker
    return {
        "nominalRef": f"FR/{holding.serial:06}",
        "surname": child.family.upper(),
        "forenames": " ".join(child.given),
        "dateOfBirth": _british(child.born),
        "gender": _SEX[child.sex],
        "lastKnownAddress": {"line": child.home.line, "postcode": child.home.postcode},
        "occurrences": [
            {
                "type": "Protecting vulnerable people",
                "from": _british(holding.since),
                "to": _british(holding.until) if holding.until else None,
                "officer": officer.name if officer else None,
                "unit": officer.team.name if officer else None,
                "capacity": officer.team.role if officer else None,
                "telephone": officer.telephone if officer else None,
                "email": officer.email if officer else None,
            }
        ],
    }


def _british(day: date) -> str:
    return day.strftime("%d/%m/%Y")
