"""The connections to one source's system: so many at most, kept for the next request."""

import asyncio
from collections import deque
from typing import Final

from adapters.contract.places import Places
from adapters.network.http_request import HttpRequest
from adapters.network.wire.connection import Received, WireConnection
from adapters.network.wire.destination import Destination
from adapters.network.wire.head import HeadWriter

_IDLE_S: Final = 15.0  # about what servers keep a connection for
_EARLY_S: Final = 0.01  # a loop may run a timer a moment before its time, and again until then


class ConnectionPool:
    """At most `most` connections at once, used by who asked first; kept unless `keeps` is False.

    Nor are they kept once the other end was heard to say more than it was asked. A request is sent
    once: whether to ask again is the core's to decide.
    """

    def __init__(
        self, to: Destination, most: int, largest: int, decided: frozenset[int], *, keeps: bool
    ) -> None:
        self._to = to
        self._keeps = keeps
        self._head = HeadWriter(to.authority, keeps=keeps)
        self._places = Places(most)
        self._idle: deque[WireConnection] = deque()
        self._open: set[WireConnection] = set()
        self._largest = largest
        self._decided = decided
        self._sweep: asyncio.TimerHandle | None = None
        self._closed = False

    async def exchange(self, request: HttpRequest) -> Received:
        """The answer to a request, with the errors of `WireConnection.send` and `received`.

        OSError where no connection can be made.
        """
        written, head_only = self._head.written(request), request.method == "HEAD"
        del request
        if not self._places.take():
            await self._places.wait()
        try:
            connection = self._kept() or await self._made()
            try:
                answered = connection.send(written, head_only=head_only)
                del written  # it has left, and the answer may take seconds
                await answered
                return connection.received()
            except BaseException:
                connection.abort()
                raise
            finally:
                self._give_back(connection)
        finally:
            self._places.give_back()

    async def aclose(self) -> None:
        """End every connection, those in use too."""
        self._closed = True
        if self._sweep is not None:
            self._sweep.cancel()
        for connection in tuple(self._open):
            self._end(connection)
        self._idle.clear()
        await asyncio.sleep(0)

    def distrust(self) -> None:
        """Keep no connection any more: an answer that came was to another request."""
        if self._keeps:
            self._keeps, self._head = False, HeadWriter(self._to.authority, keeps=False)
        while self._idle:
            self._end(self._idle.popleft())

    def _kept(self) -> WireConnection | None:
        oldest = asyncio.get_running_loop().time() - _IDLE_S
        while self._idle:
            connection = self._idle.pop()
            if connection.idle_since > oldest and connection.quiet:
                return connection
            self._end(connection)
        return None

    async def _made(self) -> WireConnection:
        connection = await self._to.connected(lambda: WireConnection(self._largest, self._decided))
        self._open.add(connection)
        if self._closed:
            self._end(connection)
        return connection

    def _give_back(self, connection: WireConnection) -> None:
        if self._closed or not self._keeps or not connection.usable:
            self._end(connection)
            return
        loop = asyncio.get_running_loop()
        connection.idle_since = loop.time()
        self._idle.append(connection)
        if self._sweep is None:
            self._sweep = loop.call_later(_IDLE_S, self._let_go)

    def _let_go(self) -> None:
        loop, self._sweep = asyncio.get_running_loop(), None
        oldest = loop.time() - _IDLE_S + _EARLY_S
        while self._idle and self._idle[0].idle_since <= oldest:
            self._end(self._idle.popleft())
        if self._idle:
            self._sweep = loop.call_at(self._idle[0].idle_since + _IDLE_S, self._let_go)

    def _end(self, connection: WireConnection) -> None:
        self._open.discard(connection)
        connection.abort()
        if connection.strayed and self._keeps:
            # What it says next may come too late to be told from an answer.
            self.distrust()
