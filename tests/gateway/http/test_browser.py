"""A page in a browser asks only if the operator named its origin; none ever sends a cookie."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.edge import QUESTION
from tests.support.gateway.streamed import BODY as STREAM
from tests.support.loopback import serving
from tests.support.settings import settings_with
from tests.support.town import small_town

SCREEN = "https://screen.northbrook.example"
BEFORE = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type",
}
OF_A_PAGE = (
    "accept,apollographql-client-name,apollographql-client-version,authorization,baggage,"
    "content-type,dpop,graphql-client-name,sentry-trace,traceparent,tracestate,x-our-screen"
)


@pytest.mark.parametrize(
    ("origin", "status", "allowed"),
    [(SCREEN, 200, SCREEN), ("https://elsewhere.example", 400, None)],
)
async def test_a_browser_learns_before_it_asks_whether_its_page_may(
    tmp_path: Path, origin: str, status: int, allowed: str | None
) -> None:
    agency_server = AgencyServer()
    async with serving(agency_server.answer) as base:
        sources = [rest_source("spine", base, claims=AUTHORITY)]
        async with small_town(tmp_path, sources, browser__origins=(SCREEN,)) as town:
            url, asked = f"{town.url}/graphql", {"Origin": origin, **BEFORE}
            async with town.session.options(url, headers=asked) as said:
                assert said.status == status
                assert said.headers.get("Access-Control-Allow-Origin") == allowed
                assert "Access-Control-Allow-Credentials" not in said.headers
    assert agency_server.asked == []


async def test_tracing_and_the_clients_name_are_no_reason_to_refuse_a_page(tmp_path: Path) -> None:
    async with serving(AgencyServer().answer) as base:
        sources = [rest_source("spine", base, claims=AUTHORITY)]
        ours = ("X-Our-Screen",)
        async with small_town(
            tmp_path, sources, browser__origins=(SCREEN,), browser__headers=ours
        ) as town:
            asked = {"Origin": SCREEN, **BEFORE, "Access-Control-Request-Headers": OF_A_PAGE}
            async with town.session.options(f"{town.url}/graphql", headers=asked) as said:
                assert said.status == 200
                assert "*" not in said.headers["Access-Control-Allow-Headers"]
            asked["Access-Control-Request-Headers"] = "authorization,x-another"
            async with town.session.options(f"{town.url}/graphql", headers=asked) as said:
                assert said.status == 400
                assert said.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["*", "", "X Screen", "X-Screen,Y"])
def test_what_is_no_name_of_a_header_is_refused_at_the_start(name: str) -> None:
    with pytest.raises(ValidationError, match=r"browser\.headers"):
        settings_with(browser__headers=(name,))


@pytest.mark.parametrize("body", [QUESTION, STREAM])
async def test_a_page_of_a_named_origin_reads_its_answer_whole_or_in_parts(
    tmp_path: Path, body: dict[str, object]
) -> None:
    agency_server = AgencyServer()
    async with serving(agency_server.answer) as base:
        sources = [rest_source("spine", base, claims=AUTHORITY)]
        async with small_town(tmp_path, sources, browser__origins=(SCREEN,)) as town:
            headers = town.headers() | {"Origin": SCREEN, "Accept": "multipart/mixed, */*"}
            async with town.session.post(f"{town.url}/graphql", json=body, headers=headers) as said:
                assert said.status == 200
                assert said.headers["Access-Control-Allow-Origin"] == SCREEN
                assert "HAS_RECORD" in await said.text()


async def test_unless_an_origin_is_named_no_page_of_another_reads_anything(tmp_path: Path) -> None:
    agency_server = AgencyServer()
    async with (
        serving(agency_server.answer) as base,
        small_town(tmp_path, [rest_source("spine", base, claims=AUTHORITY)]) as town,
    ):
        headers = {"Origin": SCREEN, **BEFORE}
        async with town.session.options(f"{town.url}/graphql", headers=headers) as said:
            assert said.status == 405
            assert "Access-Control-Allow-Origin" not in said.headers


@pytest.mark.parametrize(
    "origin", ["*", "null", "http://screen.northbrook.example", f"{SCREEN}/", "https://*.example"]
)
def test_what_is_no_single_origin_is_refused_at_the_start(origin: str) -> None:
    with pytest.raises(ValidationError, match=r"browser\.origins"):
        settings_with(browser__origins=(origin,))
