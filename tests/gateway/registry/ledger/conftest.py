"""The ledger in each of its two stores: the same tests run on both."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from demo.postgres import Postgres
from gateway.registry.ledger.contract import Ledger
from gateway.registry.ledger.store import SqlLedger
from tests.support.audit.database import ROLE, new_schema


@pytest.fixture(params=["sqlite", "postgres"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where a fresh ledger is: a file, or a DSN of the role that may not change a row."""
    if request.param == "sqlite":
        return tmp_path / "ledger.sqlite"
    server: Postgres = request.getfixturevalue("postgres")
    return server.dsn(await new_schema(server), user=ROLE)


async def opened(place: Path | str) -> Ledger:
    """The ledger at `place`."""
    if isinstance(place, Path):
        return await SqlLedger.at_file(place)
    return await SqlLedger.at_server(place)


@pytest.fixture
async def ledger(place: Path | str) -> AsyncIterator[Ledger]:
    one = await opened(place)
    yield one
    await one.aclose()


@pytest.fixture
async def beside(place: Path | str, ledger: Ledger) -> AsyncIterator[Ledger]:
    """The same ledger as another gateway has it open."""
    assert ledger
    one = await opened(place)
    yield one
    await one.aclose()
