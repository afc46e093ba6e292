"""Real PostgreSQL for a whole run of tests, with a database for each that asks."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from demo.processes.postgres import Postgres

ROLE: Final = "teamaround_log"
PRUNER: Final = "teamaround_prune"
MISSING_ROLES: Final = "".join(
    f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
    f" THEN CREATE ROLE {role} LOGIN; END IF; END $$;"
    for role in (ROLE, PRUNER)
)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running server whose commits are quick, and lost if the machine fails."""
    with _running(durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def durable() -> Iterator[Postgres]:
    """A running server whose commits are sure, as a gateway asks of one."""
    with _running(durable=True) as server:
        yield server


@contextmanager
def _running(*, durable: bool) -> Iterator[Postgres]:
    """A server whose folder is readable by the account that it runs as.

    It has the roles from the beginning, so no test needs another one that made them.
    """
    folder = Path(tempfile.mkdtemp(prefix="teamaround-postgres-"))
    folder.chmod(0o711)
    try:
        with Postgres(folder / "data", durable=durable) as server:
            server.run(MISSING_ROLES)
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)
