"""Agencies at work for the tests of this folder, each on a free port."""

import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from demo.population.caseload import Town, town
from demo.processes.agency import answering
from demo.processes.borough import Borough


@dataclass(frozen=True, slots=True)
class Door:
    """An agency's address, its folder, and a session that calls it."""

    origin: str
    folder: Path
    session: aiohttp.ClientSession

    def secret(self, name: str) -> str:
        return (self.folder / "credentials" / name).read_text()

    async def get(self, path: str, **asked: str) -> tuple[int, dict[str, Any]]:
        async with self.session.get(self.origin + path, params=asked) as response:
            return response.status, await response.json(content_type=None)


Visit = Callable[..., AbstractAsyncContextManager[Door]]


@pytest.fixture(scope="session")
def people() -> Town:
    return town()


@pytest.fixture
def visit(tmp_path: Path, people: Town) -> Visit:
    @asynccontextmanager
    async def open_door(name: str, **headers: str) -> AsyncIterator[Door]:
        async with (
            answering(name, tmp_path, 0, people.caseload(name)) as origin,
            aiohttp.ClientSession(headers=headers) as session,
        ):
            yield Door(origin, tmp_path, session)

    return open_door


@pytest.fixture(scope="session")
def borough() -> Iterator[Borough]:
    with tempfile.TemporaryDirectory() as state, Borough(Path(state)) as started:
        yield started
