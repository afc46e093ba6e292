"""Questions stream in while the files are read again fifty times: none fails, none is mixed."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.support.agencies import AUTHORITY, LOCAL, AgencyServer, rest_source
from tests.support.gateway.reloading import edit
from tests.support.loopback import serving
from tests.support.samples import LONG
from tests.support.town import Town, small_town

pytestmark = pytest.mark.sampled
RELOADS = 50
ASKING = 4 if LONG else 2
AGENCIES = ("spine", "council", "school")


def versions(answer: Any) -> set[str]:
    """The version that each row of an answer shows: in its duty contact's telephone."""
    return {row["ring"]["telephone"][-4:] for row in answer.rows.values()}


async def test_during_fifty_reloads_no_question_fails_or_mixes_two_versions(
    tmp_path: Path,
) -> None:
    agency_server = AgencyServer()
    seen: set[str] = set()
    over = asyncio.Event()

    async def asking(town: Town) -> int:
        asked = 0
        while not over.is_set():
            answer = await town.ask()
            assert answer.status == 200
            assert set(answer.outcomes.values()) == {"HAS_RECORD"}
            (version,) = versions(answer)
            seen.add(version)
            asked += 1
        return asked

    async def reloading(town: Town) -> None:
        for number in range(RELOADS):
            for name in AGENCIES:
                file = town.settings.files.manifests / f"{name}.toml"
                edit(file, _telephone(number), _telephone(number + 1))
            await town.pipeline.reload()

    async with serving(agency_server.answer) as url:
        sources = [
            rest_source(name, url, claims=AUTHORITY if name == "spine" else LOCAL, duty="0000")
            for name in AGENCIES
        ]
        async with small_town(
            tmp_path,
            sources,
            replicas__look_every=0.02,
            limits__questions_per_minute=100_000,
            limits__questions_per_minute_organisation=1_000_000,
        ) as town:
            under_way = [asyncio.create_task(asking(town)) for _ in range(ASKING)]
            try:
                await reloading(town)
            finally:
                over.set()
            asked = await asyncio.gather(*under_way)
            assert town.pipeline.active.generation == RELOADS + 1
    assert min(asked) > 0
    assert len(seen) > 1


def _telephone(number: int) -> str:
    return f"01632 960{number:04d}"
