"""A log that publishes, and what a stranger needs to check it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from gateway.audit.log.embedded import AuditLog
from gateway.audit.publish.local_signer import local_signer
from gateway.audit.publish.publication import Publication
from gateway.audit.store.contract import Log
from tests.support.audit.examples import MAYA, NOON, asked

ORIGIN = "teamaround.example/test"


@dataclass
class Minutes:
    """A clock that a test moves on."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, minutes: float) -> None:
        self.at += timedelta(minutes=minutes)


@asynccontextmanager
async def publishing(
    folder: Path, entries: int = 0, *, user: str = "j.okafor"
) -> AsyncIterator[Publication]:
    """A log below `folder` with so many more entries, under the key that stands there."""
    log = await AuditLog.open(folder / "log.db")
    try:
        async with local_signer(folder / "log-key", ORIGIN) as signer:
            publication = await Publication.open(log, signer, Minutes())
            await write(log, entries, user)
            yield publication
    finally:
        await log.aclose()


async def write(log: Log, entries: int, user: str = "j.okafor") -> None:
    """Append so many entries, in order."""
    first = await log.size()
    for number in range(first, first + entries):
        await log.append(asked(f"{user.replace('.', '-')}-{number}", MAYA))
