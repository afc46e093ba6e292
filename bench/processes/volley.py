"""Many questions, so many at once, each one's time taken."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def volley(ask: Callable[[], Awaitable[None]], count: int, in_flight: int) -> list[float]:
    """Call `ask` `count` times, `in_flight` at once; how long each took, in seconds."""
    took_s: list[float] = []

    async def one_after_another() -> None:
        while len(took_s) + under_way[0] < count:
            under_way[0] += 1
            started = time.perf_counter()
            await ask()
            took_s.append(time.perf_counter() - started)
            under_way[0] -= 1

    under_way = [0]
    await asyncio.gather(*(one_after_another() for _ in range(in_flight)))
    return took_s
