"""A scraper gets figures for the credential, and costs nothing but itself."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.cli.serving.sockets import bound_sockets
from gateway.config.settings import together
from gateway.http.metrics.described import METRICS, PROCESS_STEPS
from gateway.model.errors import ConfigurationInvalid
from tests.support.markers import GOOD, agencies, send
from tests.support.patience import patiently
from tests.support.scraping import SHOWN, figures_url, scraped
from tests.support.served_gateway import Served, served
from tests.support.settings import settings_with

CREDENTIAL: Final = "wistful-heron-81"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("figures")
    file = folder / "credential"
    file.touch(mode=0o600)
    file.write_text(CREDENTIAL + "\n")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
async def gateway(folder: Path) -> AsyncIterator[Served]:
    shown = {**SHOWN, "metrics__credential": folder / "credential"}
    async with agencies() as sources, served(folder, sources[:2], **shown) as gateway:
        yield gateway


async def heard(url: str, data: bytes) -> bytes:
    """All that comes back for these bytes."""
    host, _, port = url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(data)
        return await patiently(reader.read())
    finally:
        writer.close()


async def test_figures_are_shown_for_the_credential_and_hostile_scrapers_cost_themselves(
    gateway: Served,
) -> None:
    bearer = {"Authorization": f"Bearer {CREDENTIAL}"}
    assert await send(gateway, GOOD[0]) == 200
    wrong: tuple[dict[str, str], ...] = (
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {CREDENTIAL}"},
    )
    for headers in wrong:
        status, said = await scraped(gateway, **headers)
        assert (status, "teamaround_" in said) == (401, False)
    url = figures_url(gateway)
    assert b" 431 " in await heard(url, b"GET /metrics HTTP/1.1\r\nX: " + b"a" * 33_000)
    twice = b"Authorization: Bearer " + CREDENTIAL.encode() + b"\r\n"
    both = b"GET /metrics HTTP/1.0\r\nHost: a\r\n" + twice + twice + b"\r\n"
    assert b" 401 " in await heard(url, both)
    slow = [await asyncio.open_connection(*url.removeprefix("http://").split(":")) for _ in "ab"]
    status, said = await scraped(gateway, **bearer)
    for _, writer in slow:
        writer.close()
    assert status == 200
    assert 'teamaround_scrapes_total{result="unauthorized"} 4.0' in said
    assert 'teamaround_responses_total{result="answered"} 1.0' in said
    assert 'teamaround_ready{part="log"} 1.0' in said
    assert all(f"# TYPE {name}" in said for name in (*METRICS, *PROCESS_STEPS))


def faults(**settings: Any) -> list[str]:
    found = together(settings_with(**settings))
    return [".".join(key) for key, _ in found if key[0] == "metrics"]


def test_production_shows_no_figures_without_a_credential_or_in_the_clear() -> None:
    there = {"metrics__port": 9600, "metrics__credential": "file"}
    assert faults(metrics__port=9600) == ["metrics.port"]
    assert faults(**there) == []
    assert faults(**there, metrics__host="10.0.0.7") == ["metrics.host"]
    assert faults(**there, metrics__host="10.0.0.7", metrics__tunnelled=True) == []
    assert faults(metrics__credential="file") == ["metrics.credential"]
    assert faults(environment="development", metrics__port=9600) == []


def test_workers_each_have_a_port_of_their_own() -> None:
    several = {"environment": "development", "server__workers": 3}
    assert faults(**several, metrics__port=0) == ["metrics.port"]
    assert faults(**several, metrics__port=65534) == ["metrics.port"]
    assert faults(**several, metrics__port=9600) == []


def test_a_port_that_is_taken_is_said_by_its_setting() -> None:
    free = settings_with(environment="development", server__port=0, metrics__port=0)
    with bound_sockets(free) as first:
        first.figures[0].listen()
        taken = settings_with(
            environment="development", server__port=0, metrics__port=first.figures_port(0)
        )
        with (
            pytest.raises(ConfigurationInvalid, match=r"metrics\.port: cannot listen"),
            bound_sockets(taken),
        ):
            raise AssertionError("two took one port")
