"""A call as nearly each of a question's is: made for it, with one answer that has records.

A task for who asks, beside that of the call itself, would only wait for it. So whoever asks hears
of its end in a plain call. Where there is more to ask or to see, a task goes on from what the call
brought, the exact way: nothing is asked twice.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from gateway.fanout.coalesce import CallKey, CallResult, Coalescer, Flight
from gateway.fanout.source_answer import SourceAnswer

Answered = Callable[[CallResult], SourceAnswer | None]
"""The source's answer by what its call brought; None where there is more to ask, or to see."""

GoesOn = Callable[[CallResult], Coroutine[Any, Any, SourceAnswer]]
"""Goes on from what the call brought, whatever that is."""


class PlainCall:
    """One source's call that was begun for this question; `landed` hears once that it is over."""

    __slots__ = ("_answer", "_answered", "_coalescer", "_flight", "_goes_on", "_landed", "_rest")

    def __init__(
        self,
        coalescer: Coalescer[CallKey],
        flight: Flight[CallKey],
        answered: Answered,
        goes_on: GoesOn,
        landed: Callable[["PlainCall"], None],
    ) -> None:
        self._coalescer = coalescer
        self._answered = answered
        self._goes_on = goes_on
        self._landed = landed
        self._flight: Flight[CallKey] | None = flight
        self._answer: SourceAnswer | None = None
        self._rest: asyncio.Task[SourceAnswer] | None = None
        flight.waiting.append(self._heard)

    def result(self) -> SourceAnswer:
        """What came of it once it is over, or its error."""
        if self._answer is not None:
            return self._answer
        if self._rest is None:
            raise asyncio.InvalidStateError("the call is under way")
        return self._rest.result()

    def cancel(self) -> asyncio.Task[Any] | None:
        """End it, unless another question waits for it too; the task that is about to end."""
        if self._rest is not None:
            self._rest.cancel()
            return self._rest
        flight, self._flight = self._flight, None
        if flight is None or self._answer is not None:
            return None
        return self._coalescer.leave(flight, self._heard)

    def _heard(self) -> None:
        # What cannot be told here is told by the exact way, as an error of its task.
        with suppress(Exception, asyncio.CancelledError):
            self._answer = self._answered(self._brought)
        if self._answer is not None:
            self._landed(self)
            return
        self._rest = asyncio.get_running_loop().create_task(self._exactly())
        self._rest.add_done_callback(lambda _: self._landed(self))

    @property
    def _brought(self) -> CallResult:
        if self._flight is None:
            raise asyncio.InvalidStateError("the call was ended")
        return self._flight.task.result()

    async def _exactly(self) -> SourceAnswer:
        return await self._goes_on(self._brought)
