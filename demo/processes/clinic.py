"""The Old Clinic: an agency whose system is not connected yet, and may join in the browser."""

import json
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from demo.population.caseload import town
from demo.processes.in_thread import ServerInThread
from demo.processes.running import Running

SOURCE: Final = "old-clinic-visits"
AGENCY: Final = "old-clinic"
ANN: Final = {
    "patientId": "71",
    "nhsNumber": "9990000018",
    "surname": "Hill",
    "forename": "Ann",
    "dateOfBirth": "2014-02-01",
}
SAMPLE: Final = json.dumps({"patients": [ANN]})


class OldClinic(Running):
    """Its system at `url`; a context manager. It wants no login, and holds two children."""

    def __init__(self) -> None:
        self._server = ServerInThread("127.0.0.1")
        self.url = ""

    def start(self) -> None:
        """Serve it, at a free port."""
        self.url = self._server.start(lambda _: _application())

    def stop(self) -> None:
        """End it."""
        self._server.stop()

    def granted_in(self, operator_file: Path) -> None:
        """Have the operator grant the system its place, before the gateway starts."""
        lines = {
            "source": SOURCE,
            "agency": AGENCY,
            "claims": ["effects_none"],
            "origins": [self.url],
        }
        grant = ["", "[[grant]]", *(f"{name} = {json.dumps(said)}" for name, said in lines.items())]
        with operator_file.open("a", encoding="utf-8") as file:
            file.write("\n".join([*grant, ""]))


def _application() -> web.Application:
    mira = town().cast.many_services.child
    held: list[dict[str, Any]] = [
        ANN,
        {
            "patientId": "72",
            "nhsNumber": mira.nhs_number,
            "surname": mira.family,
            "forename": mira.given[0],
            "dateOfBirth": mira.born.isoformat(),
        },
    ]

    async def children(request: web.Request) -> web.Response:
        asked = request.query
        found = [
            each
            for each in held
            if each["nhsNumber"] == asked.get("nhs_number")
            or (each["surname"], each["dateOfBirth"])
            == (asked.get("family_name"), asked.get("birth_date"))
        ]
        return web.json_response({"patients": found})

    app = web.Application()
    app.add_routes([web.get("/children", children)])
    return app
