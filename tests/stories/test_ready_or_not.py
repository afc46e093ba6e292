"""A gateway as it runs says that it is not ready while its witnesses are silent, and recovers."""

import asyncio
import json
import time
from pathlib import Path

from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.audit.publishing import ORIGIN
from tests.support.audit.signing import new_log_key
from tests.support.loopback import serving
from tests.support.patience import patiently
from tests.support.served_gateway import Served, served
from tests.support.verify.witness_process import witness_process


async def causes(gateway: Served) -> list[str]:
    async with gateway.session.get(f"{gateway.url}/ready") as answer:
        said = await answer.json()
        assert (answer.status == 200) is said["ready"] is (not said["causes"])
        return list(said["causes"])


async def become(gateway: Served, expected: list[str]) -> None:
    while await causes(gateway) != expected:
        """However often it is asked, its parts are looked at once a second."""


async def tick(clock: Path) -> None:
    """Have the witness's clock go."""
    draft = clock.with_suffix(".next")
    while True:
        draft.write_text(str(time.time()))
        draft.replace(clock)
        await asyncio.sleep(0.1)


async def test_while_its_witnesses_are_silent_a_gateway_is_not_ready(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    key = await new_log_key(tmp_path / "state", ORIGIN)
    clock = tmp_path / "clock"
    clock.write_text(str(time.time()))
    ticking = asyncio.create_task(tick(clock))
    with witness_process(tmp_path / "witness", key, clock) as witness:
        asked = {
            "witnesses__trusted": [witness.listed],
            "witnesses__quorum": 1,
            "witnesses__every": 0.2,
            "witnesses__alarm_after": 1.0,
            "witnesses__stop_after": 2.5,
        }
        async with serving(AgencyServer().answer) as url:
            sources = [rest_source("spine", url, claims=AUTHORITY)]
            async with served(tmp_path, sources, **asked) as gateway:
                await patiently(become(gateway, []))
                witness.kill()
                await patiently(become(gateway, ["witnesses"]))
                async with gateway.session.get(f"{gateway.url}/live") as live:
                    assert live.status == 200
                await asyncio.to_thread(witness.start)
                await patiently(become(gateway, []))
                await gateway.stop()  # what it said is written beside the answers
    ticking.cancel()
    told = [json.loads(line)["event"] for line in gateway.said if line.startswith("{")]
    assert "witnesses_silent" in told
