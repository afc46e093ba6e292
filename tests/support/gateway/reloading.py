"""A town whose files change while it serves."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.support.gateway.registering import OPERATOR, say
from tests.support.patience import PATIENCE_S
from tests.support.town import (
    Town,
)

RELOAD = "mutation { reload }"


def edit(file: Path, old: str, new: str) -> None:
    file.write_text(file.read_text().replace(old, new))


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something to be true; the test ends if it is not in time."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if await true():
                return
            await asyncio.sleep(0.05)


async def reloaded(town: Town) -> int:
    said = await say(town, OPERATOR, RELOAD)
    return int(said.body["data"]["reload"])
