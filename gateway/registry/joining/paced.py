"""A system that is tried is asked no faster than it declared, beside whoever asks it already."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from adapters.contract.contract import Fault, Malformed, Source, Unavailable
from adapters.http.source import HttpSource
from adapters.network.http_request import HttpAnswer, HttpRequest, Transport
from gateway.fanout.throttle import Throttle
from gateway.model.errors import TryLater

_TURN_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class PacedTransport:
    """A transport whose every request takes a turn of the source's own limits."""

    inner: Transport
    throttle: Throttle
    monotonic: Callable[[], float]

    async def send(self, request: HttpRequest) -> HttpAnswer | Unavailable | Malformed:
        """Send in a turn; Unavailable if none comes in time."""
        if not await self.throttle.take_turn(self.monotonic() + _TURN_S):
            return Unavailable(Fault.LIMIT)
        try:
            return await self.inner.send(request)
        finally:
            self.throttle.end_turn()

    async def aclose(self) -> None:
        """Close what it paces."""
        await self.inner.aclose()


@asynccontextmanager
async def paced(
    source: Source, throttle: Throttle, monotonic: Callable[[], float]
) -> AsyncIterator[Source]:
    """The source within its limits: each request over HTTP has a turn, anything else one in all.

    TryLater if no turn comes in time.
    """
    if isinstance(source, HttpSource):
        yield replace(source, transport=PacedTransport(source.transport, throttle, monotonic))
        return
    if not await throttle.take_turn(monotonic() + _TURN_S):
        raise TryLater("BUSY", "the source is asked as much as it allows; try again")
    try:
        yield source
    finally:
        throttle.end_turn()
