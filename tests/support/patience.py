"""How long a test waits for what must come: an event ends the wait, and this bound only a hang."""

import asyncio
from collections.abc import Awaitable
from typing import Final, TypeVar

T = TypeVar("T")

PATIENCE_S: Final = 300.0
"""Far more than anything takes on a busy machine, so that only what never comes is given up."""


async def patiently(waiting: Awaitable[T]) -> T:
    """What is waited for; TimeoutError once nobody can expect it any more.

    `asyncio.wait_for` is not used: under Python 3.11 it may lose a cancellation.
    """
    async with asyncio.timeout(PATIENCE_S):
        return await waiting
