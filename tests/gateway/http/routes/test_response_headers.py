"""No response is kept, framed or guessed at, and none is asked for in the clear again."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.edge import edge

ROADS = ["/graphql", "/health", "/on-behalf-keys", "/log/checkpoint", "/nowhere"]


@pytest.mark.parametrize("road", ROADS)
async def test_every_response_keeps_browsers_from_what_they_might_do(
    tmp_path: Path, road: str
) -> None:
    async with (
        edge(tmp_path, tls__ends_at_proxy=True) as gateway,
        gateway.town.session.get(f"{gateway.town.url}{road}") as said,
    ):
        assert said.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert said.headers["X-Content-Type-Options"] == "nosniff"
        assert said.headers["Referrer-Policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in said.headers["Content-Security-Policy"]
        assert "Cache-Control" in said.headers


@pytest.mark.parametrize("settings", [{}, {"tls__ends_at_proxy": False}])
async def test_where_there_is_no_tls_a_browser_is_not_told_to_insist_on_it(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    async with edge(tmp_path, **settings) as gateway:
        assert "Strict-Transport-Security" not in (await gateway.send()).headers


@pytest.mark.parametrize("road", ["/graphql/", "/health/", "/log"])
async def test_no_request_is_sent_on_to_the_host_that_it_names(tmp_path: Path, road: str) -> None:
    async with (
        edge(tmp_path) as gateway,
        gateway.town.session.post(
            f"{gateway.town.url}{road}", headers={"Host": "thief.example"}, allow_redirects=False
        ) as said,
    ):
        assert "Location" not in said.headers
        assert said.status in {404, 405}
