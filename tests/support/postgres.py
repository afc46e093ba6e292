"""One real PostgreSQL for a whole run of tests, with a database for each that asks."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.postgres import Postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running server; its folder is readable by the account that it runs as."""
    folder = Path(tempfile.mkdtemp(prefix="teamaround-postgres-"))
    folder.chmod(0o711)
    try:
        with Postgres(folder / "data") as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)
