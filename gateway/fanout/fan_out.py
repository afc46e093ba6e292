"""The connections to all sources, and the questions that go through them."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping

from adapters.contract.record import Record
from gateway.fanout.health import SourceHealth
from gateway.fanout.order import Order, SourceAnswer
from gateway.fanout.source_call import SourceConnection
from gateway.fanout.waves import Waves
from gateway.model.clock import Clock


class FanOut:
    """The connections to all sources, and the questions that go through them."""

    def __init__(self, connections: Mapping[str, SourceConnection], clock: Clock) -> None:
        self._connections = connections
        self._clock = clock
        self._ending: set[asyncio.Task[None]] = set()

    def forget(self) -> None:
        """Keep no answer of any source; what is under way goes on for those who wait for it."""
        for connection in self._connections.values():
            connection.forget()

    def confirm(self, answered: SourceAnswer, certain: Iterable[Record]) -> None:
        """Take down that a source finds children: these of its records are certain."""
        self._connections[answered.source].confirm(answered, certain)

    async def health(self) -> Mapping[str, SourceHealth]:
        """How each source is doing, by its id."""
        found = await asyncio.gather(
            *(connection.health() for connection in self._connections.values())
        )
        return dict(zip(self._connections, found, strict=True))

    async def deadline(self, order: Order) -> None:
        """Return when the order's time is over, and not sooner."""
        await self._clock.sleep(max(0.0, order.until - self._clock.monotonic()))

    async def answers(self, order: Order) -> AsyncGenerator[SourceAnswer, None]:
        """Exactly one answer for each source of the order, in arrival order.

        It ends sooner where `idle` says that nobody else is to be waited for. Closing the iterator
        cancels what is under way, down to the sockets. Nobody waits for that at its end: it would
        tell by a moment whether an agency was still under way.
        """
        question = Waves(order, self._connections, self._clock)
        try:
            async for answered in question.settle():
                yield answered
        except BaseException:
            await question.cancel()
            raise
        ending = asyncio.create_task(question.cancel())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
