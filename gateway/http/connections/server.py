"""A server that no client can hold up: uvicorn's, with a door and a watch of its own."""

import asyncio
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.server import ServerState

from gateway.http.connections.acceptor import Acceptor, Tls
from gateway.http.connections.bounds import ConnectionBounds
from gateway.http.connections.peers import ClientAddress
from gateway.http.connections.protocol import BoundedProtocol, Shown
from gateway.http.connections.refusals import RefusalLog
from gateway.http.connections.table import Admitted, ConnectionTable
from gateway.model import events

_WATCHED_EVERY_S: Final = 0.25
_CANCELLED_S: Final = 2.0


class BoundedServer(uvicorn.Server):
    """Serves one socket within bounds; `stopping` is called at the signal, before the drain.

    `tls` is asked at each connection, None where none is spoken.
    """

    def __init__(
        self,
        app: ASGIApp,
        bounds: ConnectionBounds,
        *,
        tls: Tls = lambda: None,
        shown: Shown = lambda _: {},
        stopping: Callable[[], None] = lambda: None,
        **options: Any,
    ) -> None:
        config = uvicorn.Config(
            app,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=None,
            **options,
        )
        super().__init__(config)
        self._bounds = bounds
        self._tls = tls
        self._shown = shown
        self._stopping = stopping
        self._log = RefusalLog(events.connections_refused)
        self._table = ConnectionTable(bounds, self._log.refused)
        self._hurried = asyncio.Event()
        self._draining = False
        self._next: asyncio.TimerHandle | None = None

    @property
    def connected(self) -> int:
        """How many clients are connected now."""
        return len(self._table)

    @property
    def most_connected(self) -> int:
        """How many may be."""
        return self._bounds.in_all

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Take connections at the one socket."""
        if not self.config.loaded:
            self.config.load()
        (listening,) = sockets or []
        self._door = Acceptor(
            listening,
            bounds=self._bounds,
            table=self._table,
            log=self._log,
            tls=self._tls,
            protocol=self._protocol,
        )
        self._watch()
        self.started = True

    def _protocol(self, admitted: Admitted, client: ClientAddress | None) -> BoundedProtocol:
        return BoundedProtocol(
            self.config,
            self.server_state,
            bounds=self._bounds,
            admitted=admitted,
            log=self._log,
            client=client,
            shown=self._shown,
            ending=lambda: self._draining,
        )

    def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for connection in tuple(self.server_state.connections):
            if isinstance(connection, BoundedProtocol):
                connection.watch(now)
        self._next = loop.call_later(_WATCHED_EVERY_S, self._watch)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; at once where it is told so twice, or at a terminal."""
        if self.should_exit or sig == signal.SIGINT:
            self._hurried.set()
        super().handle_exit(sig, frame)

    async def main_loop(self) -> None:
        """Serve until the signal, and then for as long as it takes the others to hear of it."""
        await super().main_loop()
        self._draining = True
        self._stopping()
        if self._bounds.drain_s and not self._hurried.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(self._bounds.drain_s):
                    await self._hurried.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002
        """End what is under way within a bound, whatever its clients do."""
        self._draining = True
        self._door.close()
        state = self.server_state
        for connection in tuple(state.connections):
            connection.shutdown()
        await _over(state, self._bounds.stop_s)
        for task in tuple(state.tasks):
            task.cancel()
        if state.tasks:
            await asyncio.wait(tuple(state.tasks), timeout=_CANCELLED_S)
        for admitted in self._table.everybody():
            if admitted.held is not None:
                admitted.held.cut()
        await self._door.wait_closed()
        if self._next is not None:
            self._next.cancel()
        self._log.tell()


async def _over(state: ServerState, within_s: float) -> None:
    """Wait until nobody is connected and nothing is answered, but no longer than this."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            # Uvicorn keeps both in sets, and says nothing when they are empty.
            while state.connections or state.tasks:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
