"""An empty result proves absence only by a conclusive key, granted, and from fresh data."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from adapters.contract.codes import Claim
from tests.support.agencies import (
    AUTHORITY,
    BY_NUMBER,
    NATIONAL,
    AgencyServer,
    is_check,
    rest_source,
)
from tests.support.faults.http_faults import response, says
from tests.support.faults.json_speech import REST
from tests.support.loopback import serving, serving_raw
from tests.support.town import small_town

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def empty(**more: Any) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        if is_check(request):
            return await AgencyServer().answer(request)
        return web.json_response({"children": [], "total": 0, **more})

    return answer


async def outcome(folder: Path, handler: Handler, claims: frozenset[Claim] = NATIONAL) -> str:
    async with serving(handler) as url:
        source = rest_source("agency", url, by=(BY_NUMBER,), claims=claims)
        async with small_town(folder, [source]) as town:
            return (await town.ask(agencies=["agency"])).outcomes["agency"]


NOW = datetime.now(UTC).isoformat()


async def test_nothing_by_a_conclusive_key_is_no_record(tmp_path: Path) -> None:
    assert await outcome(tmp_path, empty(asAt=NOW)) == "NO_RECORD"


async def test_nothing_by_a_key_that_the_operator_does_not_believe_proves_nothing(
    tmp_path: Path,
) -> None:
    claims = NATIONAL - {Claim.CONCLUSIVE}
    assert await outcome(tmp_path, empty(asAt=NOW), claims) == "NONE_FOUND"


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(hours=1), "NO_RECORD"),
        (timedelta(days=2), "NONE_FOUND"),
        (timedelta(days=-2), "NONE_FOUND"),
    ],
)
async def test_nothing_in_a_file_of_another_day_proves_nothing(
    tmp_path: Path, age: timedelta, expected: str
) -> None:
    as_at = (datetime.now(UTC) - age).isoformat()
    assert await outcome(tmp_path, empty(asAt=as_at)) == expected


@pytest.mark.parametrize("said", [{}, {"asAt": None}, {"asAt": "the day before yesterday"}])
async def test_nothing_that_does_not_say_how_old_it_is_although_it_should_proves_nothing(
    tmp_path: Path, said: dict[str, Any]
) -> None:
    assert await outcome(tmp_path, empty(**said)) == "NONE_FOUND"


async def test_a_list_cut_off_by_the_agency_is_never_no_record(tmp_path: Path) -> None:
    assert await outcome(tmp_path, empty(total=7)) == "AMBIGUOUS"


async def test_a_login_that_expired_is_renewed_at_once(tmp_path: Path) -> None:
    tokens = 0

    async def agency(request: web.Request) -> web.StreamResponse:
        nonlocal tokens
        if request.path == "/token":
            tokens += 1
            return web.json_response({"access_token": f"t{tokens}", "expires_in": 3600})
        if request.headers["Authorization"] == "Bearer t1":
            return web.json_response({"error": "expired"}, status=401)
        return await AgencyServer().answer(request)

    async with serving(agency) as url:
        auth = (
            f'scheme = "client_credentials"\ntoken_url = "{url}/token"\n'
            'client_id = { file = "id" }\nclient_secret = { file = "secret" }'
        )
        secrets = {"id": "gateway", "secret": "s3cret"}
        source = rest_source("agency", url, claims=AUTHORITY, auth=auth, secrets=secrets)
        async with small_town(tmp_path, [source]) as town:
            first, second = [(await town.ask()).outcomes["agency"] for _ in range(2)]
    assert (first, second) == ("HAS_RECORD", "HAS_RECORD")


async def test_a_record_that_cannot_be_read_whole_is_held_but_not_complete(tmp_path: Path) -> None:
    body = REST.found().replace(b'"2015-03-09"', b'"the ninth of March"')
    body = body.replace(b'"telephone": "01632 960111"', b'"telephone": "ask zqmarker"')
    async with serving_raw(says(response(200, REST.media_type, body))) as url:
        source = rest_source("agency", url, by=(BY_NUMBER,), claims=AUTHORITY)
        known = {"nhsNumber": "9000000009", "givenNames": ["Mira"], "familyName": "Ashdown"}
        async with small_town(tmp_path, [source]) as town:
            answer = await town.ask(known)
    assert answer.outcomes == {"agency": "HAS_RECORD"}
    assert answer.rows["agency"]["complete"] is False
    assert "zqmarker" not in answer.text
