"""A load balancer sends nobody to a gateway that cannot answer, and learns which part fails."""

import asyncio
from pathlib import Path

from gateway.http.connections.readiness import Readiness, ReadyProbe
from gateway.model.errors import TryLater
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.gateway.readiness import failing, readiness
from tests.support.loopback import serving
from tests.support.patience import patiently
from tests.support.town import small_town

NOWHERE = "http://127.0.0.1:9"


class Part:
    """A part of a gateway that fails while it is told to; it counts how often it was looked at."""

    def __init__(self) -> None:
        self.failing: Exception | None = None
        self.looks = 0

    async def look(self) -> None:
        self.looks += 1
        await asyncio.sleep(0)
        if self.failing is not None:
            raise self.failing


async def test_each_part_that_fails_is_named_and_nothing_of_its_error() -> None:
    now = 0.0
    log, keys = Part(), Part()
    ready = Readiness({"log": ReadyProbe(log.look), "keys": ReadyProbe(keys.look)}, lambda: now)
    assert await ready.causes() == ()
    now, log.failing = 2.0, TryLater("LOG_UNAVAILABLE", "Jonah Smith")
    keys.failing = ValueError("Jonah Smith")
    assert await ready.causes() == ("log", "keys")
    now, log.failing, keys.failing = 4.0, None, None
    assert await ready.causes() == ()


async def test_however_many_ask_a_part_is_looked_at_once_a_second() -> None:
    now = 0.0
    log, keys = Part(), Part()
    probes = {"log": ReadyProbe(log.look), "keys": ReadyProbe(keys.look, sure_s=10)}
    ready = Readiness(probes, lambda: now)
    await asyncio.gather(*(ready.causes() for _ in range(50)))
    now = 0.9
    await ready.causes()
    assert (log.looks, keys.looks) == (1, 1)
    now = 1.1
    await ready.causes()
    assert (log.looks, keys.looks) == (2, 1)
    now, keys.failing = 11.0, TryLater("KEY_SERVICE_UNAVAILABLE", "")
    assert await ready.causes() == ("keys",)


async def test_a_gateway_that_stops_is_not_ready_whatever_else_is_well() -> None:
    ready = Readiness({"log": ReadyProbe(Part().look)}, lambda: 0.0)
    ready.stop(0)
    assert await ready.causes() == ("stopping",)


async def test_a_gateway_is_ready_until_its_log_is_gone_and_is_live_all_the_while(
    tmp_path: Path,
) -> None:
    async with (
        serving(AgencyServer().answer) as url,
        small_town(tmp_path, [rest_source("spine", url, claims=AUTHORITY)]) as town,
    ):
        assert await readiness(town) == (200, [])
        file = town.settings.files.state / "audit.sqlite"
        file.rename(tmp_path / "elsewhere")
        await patiently(failing(town, "log"))
        async with town.session.get(f"{town.url}/live") as live:
            assert (live.status, await live.json()) == (200, {"live": True})


async def test_without_the_valkey_of_its_limits_a_gateway_is_not_ready(tmp_path: Path) -> None:
    async with small_town(
        tmp_path,
        [rest_source("spine", NOWHERE, claims=AUTHORITY)],
        replicas__valkey="valkey://127.0.0.1:9",
    ) as town:
        assert await readiness(town) == (503, ["limits"])


async def test_once_it_no_longer_knows_what_is_in_force_a_gateway_is_not_ready(
    tmp_path: Path,
) -> None:
    sources = [rest_source("spine", NOWHERE, claims=AUTHORITY)]
    async with small_town(tmp_path, sources, replicas__lease=1) as town:
        (town.settings.files.state / "ledger.sqlite").write_bytes(b"no ledger any more" * 100)
        await patiently(failing(town, "lease"))
        status, causes = await readiness(town)
        assert (status, "lease" in causes) == (503, True)
