"""The gateway as a process: it says what it is doing in codes, and stops when it is told."""

import asyncio
import json
import signal
import time
from pathlib import Path
from typing import Any

from gateway.identity.development_token import issue
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.edge import QUESTION, logged
from tests.support.loopback import serving
from tests.support.patience import PATIENCE_S
from tests.support.served_gateway import Served, served, served_afresh
from tests.support.settings import BRISK
from tests.support.town import PRACTITIONER


async def asked(gateway: Served) -> int:
    token = issue(PRACTITIONER, gateway.settings, now=time.time(), lifetime_s=60)
    headers = {"Authorization": f"Bearer {token}"}
    async with gateway.session.post(f"{gateway.url}/graphql", json=QUESTION, headers=headers) as r:
        await r.read()
        return r.status


async def test_it_answers_and_stops_in_order_when_told(tmp_path: Path) -> None:
    async with serving(AgencyServer().answer) as url:
        sources = [rest_source("spine", url, claims=AUTHORITY)]
        async with served_afresh(tmp_path, sources) as gateway:
            assert await asked(gateway) == 200
            async with gateway.session.get(f"{gateway.url}/health") as health:
                assert await health.json() == {"serving": True}
            assert await gateway.stop() == 0
    assert [entry["kind"] for entry in logged(tmp_path / "state")] == ["INTENT", "RELEASE"]


async def test_told_to_stop_it_answers_and_is_not_ready_until_it_is_told_again(
    tmp_path: Path,
) -> None:
    async with serving(AgencyServer().answer) as url:
        sources = [rest_source("spine", url, claims=AUTHORITY)]
        async with served(tmp_path, sources, connections__drain=600) as gateway:
            assert await ready(gateway) == (200, {"ready": True, "causes": []})
            gateway.process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(PATIENCE_S):
                while (await ready(gateway))[0] == 200:
                    pass
            assert await ready(gateway) == (503, {"ready": False, "causes": ["stopping"]})
            assert await asked(gateway) == 200
            assert await gateway.stop() == 0
    assert "stopping" in [json.loads(line)["event"] for line in gateway.said]


async def ready(gateway: Served) -> tuple[int, Any]:
    async with gateway.session.get(f"{gateway.url}/ready") as answer:
        return answer.status, await answer.json()


def events_of(gateway: Served) -> list[dict[str, Any]]:
    """What it said, in order."""
    return [json.loads(line) for line in gateway.said]


async def test_it_prints_enumerated_events_and_no_request(tmp_path: Path) -> None:
    async with served(
        tmp_path, [rest_source("spine", "http://127.0.0.1:9", claims=AUTHORITY)], **BRISK
    ) as gateway:
        assert await asked(gateway) == 200
        async with gateway.session.get(f"{gateway.url}/Jonah?name=Smith") as lost:
            assert lost.status == 404
        await gateway.stop()
    said = events_of(gateway)
    assert [each["event"] for each in said] == ["serving", "source_not_reached", "stopped"]
    assert (said[1]["source"], said[1]["cause"]) == ("spine", "connection_refused")
    assert "Jonah" not in "".join(gateway.said)


async def test_what_is_no_request_is_told_by_its_cause_alone(tmp_path: Path) -> None:
    sources = [rest_source("spine", "http://127.0.0.1:9", claims=AUTHORITY)]
    async with served(tmp_path, sources) as gateway:
        address = gateway.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(address[0], int(address[1]))
        writer.write(b"Jonah Smith 9434765919\r\n\r\n")
        assert b" 400 " in await reader.readline()
        writer.close()
        await gateway.stop()
    _, said, _ = events_of(gateway)
    assert (said["event"], said["cause"], said["count"]) == ("connections_refused", "malformed", 1)
    assert "Jonah" not in "".join(gateway.said)
