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

    async def once(
        self, tokens: Tokens, renew: Callable[[], Coroutine[Any, Any, Tokens]]
    ) -> Tokens:
        """What these were renewed to a moment ago, else what `renew` gives."""
        name = hashlib.sha256((tokens.refresh or "").encode()).digest()
        task = self._made.get(name)
        if task is None or _is_no_use(task, tokens):
            task = self._made[name] = asyncio.create_task(renew())
        return await asyncio.shield(task)


def _is_no_use(task: asyncio.Task[Tokens], tokens: Tokens) -> bool:
    """Whether it failed, or gave what is brought: not every provider changes a refresh token."""
    if not task.done():
        return False
    failed = task.cancelled() or task.exception() is not None
    return failed or task.result().access == tokens.access
