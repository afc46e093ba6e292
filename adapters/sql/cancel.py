"""A statement ends when whoever asked goes away, in the database too."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Final, TypeVar

import aiosqlite

_INTERRUPT_AGAIN_S: Final = 0.02

T = TypeVar("T")


async def cancelled_once(asking: Coroutine[Any, Any, T]) -> T:
    """What `asking` gives, cancelled only once however often the caller is."""
    # Several timers end at the same deadline, and a second cancellation would break off what the
    # first began: telling the database to stop. Without that the statement runs on there.
    task = asyncio.ensure_future(asking)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.cancel()
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        await asyncio.gather(task, return_exceptions=True)
        raise


async def interrupted_with_us(driver: aiosqlite.Connection, reading: Coroutine[Any, Any, T]) -> T:
    """What `reading` gives; when the caller is cancelled, SQLite stops."""
    # SQLite works in a thread, and whoever cancels would wait for it: so it is told first, and
    # again, because an interrupt between two statements is forgotten.
    task = asyncio.ensure_future(reading)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.cancel()
        while not task.done():
            await driver.interrupt()
            await asyncio.wait([task], timeout=_INTERRUPT_AGAIN_S)
        await asyncio.gather(task, return_exceptions=True)
        raise
