"""When Python looks for what only it can find to be unused: objects that refer to each other."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from gateway.cli.serving.allocating import give_back_memory
from gateway.http.young_objects import YoungObjects

QUIET_S: Final = 5.0


def spare_the_collector() -> YoungObjects:
    """Let Python look for cycles less often, and never again among what stays anyway.

    Looking for them all the time was a tenth of a question's cost. What it gives lets Python look
    less often still, while children are asked about in bulk.
    """
    gc.collect()
    gc.freeze()
    # Python looks through everything only once a quarter more is there than the last time, and
    # that was all that is frozen now. From here on it compares with what is left, which is little.
    gc.collect()
    gc.set_threshold(10_000, 20, 10)
    return YoungObjects()


@asynccontextmanager
async def freed_when_quiet(
    under_way: Callable[[], int], sleep: Callable[[float], Awaitable[None]]
) -> AsyncIterator[None]:
    """Free what the last answers left, every five seconds in which nobody waits for one.

    An answer in parts leaves objects that refer to each other, and they have details of the child.
    A gateway that many ask frees them by its thresholds. One that nobody asks would keep them.
    What is free by then goes back to the system, if it is much.
    """
    looking = asyncio.create_task(_forget(under_way, sleep))
    try:
        yield
    finally:
        looking.cancel()


async def _forget(under_way: Callable[[], int], sleep: Callable[[float], Awaitable[None]]) -> None:
    while True:
        await sleep(QUIET_S)
        if not under_way():
            gc.collect()
            give_back_memory()
