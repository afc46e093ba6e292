"""A school's roster joins with an address and a login: the standard says the rest."""

from typing import Any

from aiohttp import web

from adapters.contract.contract import NoRecord, Reply
from adapters.contract.dates import PartialDate
from tests.support.adapters.asking import manifest_of, manifest_text, only, opened, question
from tests.support.loopback import serving

UPN = "T999400126001"
BASE = "/ims/oneroster/rostering/v1p2"
ANN = {
    "sourcedId": "s-7",
    "status": "active",
    "identifier": UPN,
    "givenName": "Ann",
    "familyName": "Hill",
    "preferredFirstName": "Annie",
}
DEMOGRAPHICS = {"sourcedId": "s-7", "birthDate": "2015-03-09", "sex": "female"}
CLASS = {"title": "3 Oak", "classType": "homeroom", "status": "active"}


def roster(students: list[Any]) -> web.Application:
    async def find(request: web.Request) -> web.Response:
        wanted = request.query["filter"].removeprefix("identifier='").removesuffix("'")
        found = [one for one in students if one["identifier"] == wanted]
        return web.json_response({"users": found[int(request.query["offset"]) :]})

    async def demographics(_request: web.Request) -> web.Response:
        return web.json_response({"demographics": DEMOGRAPHICS})

    async def classes(_request: web.Request) -> web.Response:
        return web.json_response({"classes": [CLASS]})

    application = web.Application()
    application.router.add_get(f"{BASE}/students", find)
    application.router.add_get(f"{BASE}/demographics/s-7", demographics)
    application.router.add_get(f"{BASE}/students/s-7/classes", classes)
    return application


async def asked(base: str, upn: str = UPN) -> Reply:
    async with opened(manifest_text("oneroster", base, rest="")) as adapter:
        return await adapter.source.ask(question(upn=upn))


async def test_a_pupil_on_a_roster_is_found_with_birth_date_and_class() -> None:
    async with serving(roster([ANN])) as base:
        record = only(await asked(base))
    assert record.birth_date == PartialDate(2015, 3, 9)
    assert record.identifier("upn") == UPN
    assert [name.given for name in record.names] == [("Ann",), ("Annie",)]
    assert [(i.role, i.team, i.status) for i in record.involvements] == [
        ("pupil on the roll", None, "OPEN"),
        ("homeroom", "3 Oak", "OPEN"),
    ]


async def test_a_pupil_on_no_roster_is_no_record() -> None:
    async with serving(roster([])) as base:
        assert await asked(base) == NoRecord()


async def test_a_manifest_may_ask_the_roster_in_its_own_way() -> None:
    rest = """
[[operation]]
name = "own"
path = "/own/{upn}"
records = "body.users"
[operation.map]
record_id = "sourcedId"
"""
    (operation,) = manifest_of(manifest_text("oneroster", "https://r.example", rest=rest)).operation
    assert operation.name == "own"
