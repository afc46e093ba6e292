"""How long one turn of the event loop holds everybody else, in processor time."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass
class Holds:
    """The longest that one turn of the event loop took, in seconds of processor time."""

    longest: float = 0.0

    async def watch(self, every_s: float) -> None:
        before = time.thread_time()
        while True:
            await asyncio.sleep(every_s)
            now = time.thread_time()
            self.longest = max(self.longest, now - before)
            before = now


@asynccontextmanager
async def watched(every_s: float = 0) -> AsyncIterator[Holds]:
    """The holds within; `every_s` leaves threads some time between two looks.

    Python looks for no garbage meanwhile: a look over all that the tests hold would be taken for
    the doing of what is watched.
    """
    gc.disable()
    holds = Holds()
    watching = asyncio.create_task(holds.watch(every_s))
    try:
        yield holds
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        gc.enable()
