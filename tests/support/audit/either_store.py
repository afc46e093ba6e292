"""Where a store kept in both databases is fresh, for tests that run on each of them."""

from pathlib import Path

import pytest

from demo.processes.postgres import Postgres
from tests.support.audit.database import ROLE, new_schema


@pytest.fixture(params=["sqlite", "postgres"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """A file that is not there yet, or a DSN of the role that a gateway logs in as."""
    if request.param == "sqlite":
        return tmp_path / "store.sqlite"
    server: Postgres = request.getfixturevalue("postgres")
    return server.dsn(await new_schema(server), user=ROLE)
