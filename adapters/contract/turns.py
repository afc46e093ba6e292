"""Work that would hold up every other question is done in a thread; short work is done here."""

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")
_LONG: Final = 16 * 1024  # bytes; the costliest answers take a millisecond of Python for each KiB

UNKNOWN: Final = _LONG  # of what several answers brought together


def is_short(length: int) -> bool:
    """Whether so many bytes are read at once, and no thread is worth while."""
    return length < _LONG


async def in_turn(length: int, work: Callable[[], T]) -> T:
    """What `work` gives, which reads so many bytes of an answer, or what was made of them."""
    return work() if length < _LONG else await asyncio.to_thread(work)
