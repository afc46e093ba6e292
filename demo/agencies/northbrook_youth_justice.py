"""Youth justice of Northbrook: cases by name and birth date. In the demo it is down on purpose."""

from pathlib import Path
from typing import Any, Final

from aiohttp import web

from demo.population.caseload import Holding
from demo.systems.agency_app import agency_app, api_key
from demo.systems.credentials import Credentials
from demo.systems.record_store import RecordStore

PATH: Final = "/cases"


def application(holdings: tuple[Holding, ...], data: Path) -> web.Application:
    """The service over its own store in `data`."""
    key = Credentials(data / "credentials").issue("key")
    store = _stored(holdings, data)

    async def cases(request: web.Request) -> web.Response:
        names = {"family": "surname", "given": "forename", "born": "dob"}
        keys = {key: request.query.get(asked, "") for key, asked in names.items()}
        if not all(keys.values()):
            return web.json_response({"error": "surname, forename and dob are needed"}, status=400)
        return web.json_response({"cases": store.find(**keys)})

    return agency_app(data, api_key("X-API-Key", key), [web.get(PATH, cases)])


def _stored(holdings: tuple[Holding, ...], data: Path) -> RecordStore:
    store = RecordStore(data / "store.sqlite")
    for holding in holdings:
        child = holding.child
        store.put(
            _case(holding),
            family=[child.family],
            given=[child.given[0]],
            born=[child.born.isoformat()],
        )
    store.saved()
    return store


def _case(holding: Holding) -> dict[str, Any]:
    child, manager = holding.child, holding.worker
    return {
        "caseNumber": f"YJ-{holding.serial:05}",
        "surname": child.family,
        "forename": child.given[0],
        "dob": child.born.isoformat(),
        "opened": holding.since.isoformat(),
        "closed": holding.until.isoformat() if holding.until else None,
        "caseManager": manager.name if manager else None,
        "team": manager.team.name if manager else None,
        "telephone": manager.telephone if manager else None,
    }
