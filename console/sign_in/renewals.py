"""Renewing a token once, whoever asks for it meanwhile: several tabs bring the same cookie."""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from typing import Any, Final

from cachetools import TTLCache

from console.asking.tokens import Tokens

_REMEMBERED: Final = 10_000
_FOR_S: Final = 60  # until then a tab may bring the cookie of before


class Renewals:
    """A provider takes a second use of a refresh token for a theft, and ends the whole sign-in."""

    def __init__(self) -> None:
        self._made: TTLCache[bytes, asyncio.Task[Tokens]] = TTLCache(_REMEMBERED, _FOR_S)

    async def once(self, refresh: str, renew: Callable[[], Coroutine[Any, Any, Tokens]]) -> Tokens:
        """What this refresh token was renewed to a moment ago, else what `renew` gives."""
        name = hashlib.sha256(refresh.encode()).digest()
        task = self._made.get(name)
        if task is None or _failed(task):
            task = self._made[name] = asyncio.create_task(renew())
        return await asyncio.shield(task)


def _failed(task: asyncio.Task[Tokens]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
