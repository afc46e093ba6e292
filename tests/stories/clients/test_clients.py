"""What a practitioner's screen shows, whichever client its developers chose: every agency's row."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from yarl import URL

from tests.support.adapters.foreign_servers import installed
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.gateway.streamed import STREAM, Slow
from tests.support.loopback import serving, serving_raw
from tests.support.patience import patiently
from tests.support.town import Town, small_town, variables_for

CLIENTS: Final = (
    "Apollo Client 3",
    "Apollo Client 4, 2022",
    "Apollo Client 4, alpha 2",
    "Apollo Client 4, alpha 9",
    "urql",
    "meros",
)
WHOLE: Final = STREAM.replace("@stream(if: $parts)", "").replace("@defer(if: $parts)", "")
EVERYBODY: Final = ["quick", "slow", "spine"]


@pytest.fixture(scope="module")
def folder() -> Path:
    """Where the clients are installed; skips where they cannot be had."""
    return installed(Path(__file__).parent)


@asynccontextmanager
async def screen(folder: Path, client: str, town: Town, query: str) -> AsyncIterator[Any]:
    """A client that asks; gives the states of its screen, each as the client has it."""
    token = town.headers()["Authorization"].removeprefix("Bearer ")
    asked = {"url": f"{town.url}/graphql", "token": token, "query": query}
    node = shutil.which("node")
    assert node is not None
    process = await asyncio.create_subprocess_exec(
        node,
        "asking.mjs",
        client,
        cwd=folder,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(asked | {"variables": variables_for()}).encode())
    process.stdin.write_eof()
    try:
        yield _states(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _states(process: asyncio.subprocess.Process) -> AsyncIterator[dict[str, Any]]:
    assert process.stdout is not None
    while line := await patiently(process.stdout.readline()):
        yield json.loads(line)


@asynccontextmanager
async def three_agencies(tmp_path: Path, slow: Slow) -> AsyncIterator[Town]:
    agency_server = AgencyServer()
    async with serving(agency_server.answer) as fast, serving_raw(slow.answer) as waiting:
        sources = [
            rest_source("spine", fast, claims=AUTHORITY),
            rest_source("quick", fast),
            rest_source("slow", waiting, timeout="60s", says_restricted=False),
        ]
        async with small_town(tmp_path, sources, questions__deadline=60) as town:
            yield town


@pytest.mark.parametrize("client", CLIENTS)
async def test_every_agency_that_answered_stands_on_the_screen_in_the_end(
    folder: Path, tmp_path: Path, client: str
) -> None:
    slow = Slow()
    shown: dict[str, Any] = {}
    before: list[str] = []
    async with (
        three_agencies(tmp_path, slow) as town,
        screen(folder, client, town, STREAM) as states,
    ):
        async for shown in states:
            if {"quick", "spine"} <= {*shown["answers"]}:
                before = before or shown["answers"]
                slow.let.set()
    assert sorted(before) == ["quick", "spine"]  # they were there while the third was awaited
    assert sorted(shown["answers"]) == EVERYBODY
    assert shown == shown | {"completeness": {"complete": True, "inScope": 3}, "error": None}


@pytest.mark.parametrize("client", CLIENTS)
async def test_without_stream_the_same_screen_comes_at_once(
    folder: Path, tmp_path: Path, client: str
) -> None:
    slow = Slow()
    slow.let.set()
    whole = WHOLE.replace(", $parts: Boolean = true", "")
    async with (
        three_agencies(tmp_path, slow) as town,
        screen(folder, client, town, whole) as states,
    ):
        shown = [state async for state in states][-1]
    assert sorted(shown["answers"]) == EVERYBODY
    assert shown["over"]


@pytest.mark.parametrize("client", CLIENTS)
async def test_an_answer_that_breaks_off_is_nowhere_shown_as_complete(
    folder: Path, tmp_path: Path, client: str
) -> None:
    states: list[dict[str, Any]] = []
    async with three_agencies(tmp_path, Slow()) as town:
        line = Line(town.url)
        async with (
            serving_raw(line.carry) as between,
            screen(folder, client, replace(town, url=between), STREAM) as shown,
        ):
            async for state in shown:
                states.append(state)
                if {"quick", "spine"} <= {*state["answers"]}:
                    line.broken.set()
    assert line.broken.is_set()
    assert all(state["completeness"] is None for state in states)


class Line:
    """The network between a practitioner and the gateway, until it breaks."""

    def __init__(self, to: str) -> None:
        self._to = URL(to)
        self.broken = asyncio.Event()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, out = await asyncio.open_connection(self._to.host, self._to.port)
        both = [
            asyncio.create_task(_copy(reader, out)),
            asyncio.create_task(_copy(there, writer)),
        ]
        await self.broken.wait()
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
        out.close()
        writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while some := await reader.read(65_536):
        writer.write(some)
        await writer.drain()
