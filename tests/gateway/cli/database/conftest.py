"""Stores that earlier revisions wrote, in either database."""

from pathlib import Path

import pytest

from demo.processes.postgres import Postgres
from tests.support.audit.recorded import IN_POSTGRES, IN_SQLITE
from tests.support.audit.stores import Stores, recorded_stores

EVERY = [*((name, "sqlite") for name in IN_SQLITE), *((name, "postgres") for name in IN_POSTGRES)]


@pytest.fixture(params=EVERY, ids="-".join)
async def recorded(
    request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres
) -> tuple[str, Stores]:
    """The name of what a revision wrote, and where it stands now."""
    name, database = request.param
    server = postgres if database == "postgres" else None
    return name, await recorded_stores(tmp_path, name, server)


@pytest.fixture(params=["sqlite", "postgres"])
async def before(request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres) -> Stores:
    """What the last revision without numbers wrote."""
    server = postgres if request.param == "postgres" else None
    return await recorded_stores(tmp_path, "before_numbers", server)
