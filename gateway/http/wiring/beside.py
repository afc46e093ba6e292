"""Work that goes on beside the questions, for as long as a gateway is open."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any


def keep(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    """Have this go on beside the questions until everything is closed."""
    stack.push_async_callback(_ended, asyncio.create_task(work))


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
