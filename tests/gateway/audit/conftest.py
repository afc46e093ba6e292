"""An open log for a test, closed after it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.audit.log.embedded import AuditLog


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "log.db"


@pytest.fixture
async def log(path: Path) -> AsyncIterator[AuditLog]:
    opened = await AuditLog.open(path)
    yield opened
    await opened.aclose()
