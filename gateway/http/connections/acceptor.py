"""The door: every connection is counted before a byte of it is read, by TLS or by anybody."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from gateway.http.connections.bounds import ConnectionBounds
from gateway.http.connections.peers import ClientAddress, account_of, client_of, peer_of
from gateway.http.connections.protocol import BoundedProtocol
from gateway.http.connections.proxy_protocol import NotProxied, exactly_from, read_proxied
from gateway.http.connections.refusals import (
    NO_DESCRIPTORS,
    NO_HANDSHAKE,
    NOT_PROXIED,
    TOO_SLOW_TO_SHAKE_HANDS,
    RefusalLog,
    response,
)
from gateway.http.connections.table import Admitted, ConnectionTable

MakeProtocol = Callable[[Admitted, ClientAddress | None], BoundedProtocol]
Tls = Callable[[], ssl.SSLContext | None]  # asked anew for each connection: it may be renewed
_AT_ONCE: Final = 16  # then those that are here already have a turn
_PAUSE_S: Final = 0.1
_RECEIVED: Final = 64 * 1024  # bytes that the system keeps of a client who is not read
_SENT: Final = 256 * 1024  # and for one who does not read


class _Handshake:
    """A socket until it has a protocol."""

    def __init__(self) -> None:
        self.task: asyncio.Task[None] | None = None

    def cut(self) -> None:
        """Let go of it."""
        if self.task is not None:
            self.task.cancel()


class Acceptor:
    """Takes connections at one listening socket until it is closed."""

    def __init__(  # noqa: PLR0913  what a door is made of
        self,
        listening: socket.socket,
        *,
        bounds: ConnectionBounds,
        table: ConnectionTable,
        log: RefusalLog,
        tls: Tls,
        protocol: MakeProtocol,
    ) -> None:
        self._listening = listening
        self._bounds = bounds
        self._table = table
        self._log = log
        self._tls = tls
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._open = True
        listening.setblocking(False)  # noqa: FBT003  its one parameter
        _bound_buffers(listening)
        self._loop.add_reader(listening, self._take)

    def close(self) -> None:
        """Take no more, and end the handshakes under way."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self._listening)
            self._listening.close()
        for task in tuple(self._tasks):
            task.cancel()

    async def wait_closed(self) -> None:
        """Wait until the handshakes under way have ended."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _take(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                accepted, address = self._listening.accept()
            except (BlockingIOError, InterruptedError):
                return
            except ConnectionError:
                continue  # it left while it waited
            except OSError:
                self._pause()
                return
            self._admit(accepted, address)

    def _pause(self) -> None:
        """Wait for descriptors: who is at the door stays there, and would be tried without end."""
        self._log.refused(NO_DESCRIPTORS)
        self._table.make_room()
        self._loop.remove_reader(self._listening)
        self._loop.call_later(_PAUSE_S, self._go_on)

    def _go_on(self) -> None:
        if self._open:
            self._loop.add_reader(self._listening, self._take)

    def _admit(self, accepted: socket.socket, address: Any) -> None:
        client = client_of(address)
        proxied = client is not None and self._bounds.proxies.has(client[0])
        peer = peer_of(client[0]) if client else account_of(accepted)
        admitted = self._table.admit("" if proxied else peer)
        if admitted is None:
            self._turn_away(accepted)
            return
        handshake = admitted.held = _Handshake()
        asked = proxied and self._bounds.proxies.speak_proxy
        handshake.task = task = self._loop.create_task(
            self._connect(accepted, admitted, client, asked)
        )
        self._tasks.add(task)
        task.add_done_callback(partial(self._settle, accepted, admitted))

    def _settle(
        self, accepted: socket.socket, admitted: Admitted, task: asyncio.Task[None]
    ) -> None:
        """Let go of a socket that came to no protocol; also where its task was never begun."""
        self._tasks.discard(task)
        failed = None if task.cancelled() else task.exception()
        if failed is not None and (cause := _cause(failed)):
            self._log.refused(cause)
        if task.cancelled() or failed is not None:
            admitted.leave()
            accepted.close()

    def _turn_away(self, accepted: socket.socket) -> None:
        with accepted:
            accepted.setblocking(False)  # noqa: FBT003  its one parameter
            if self._tls() is None:
                try:
                    accepted.send(response(503))
                except OSError:
                    return

    async def _connect(
        self,
        accepted: socket.socket,
        admitted: Admitted,
        client: ClientAddress | None,
        asked: bool,  # noqa: FBT001  whether its proxy has to say for whom it comes
    ) -> None:
        accepted.setblocking(False)  # noqa: FBT003  its one parameter
        if asked:
            client = await self._told(accepted, admitted) or client
        await self._hand_over(accepted, admitted, client)

    async def _told(self, accepted: socket.socket, admitted: Admitted) -> ClientAddress | None:
        """Whom the proxy connects for, who is bounded in its stead."""
        async with asyncio.timeout(self._bounds.handshake_s):
            told = await read_proxied(exactly_from(accepted))
        if told is not None and not admitted.table.move(admitted, peer_of(told[0])):
            raise ConnectionRefusedError  # the table has said why
        return told

    async def _hand_over(
        self, accepted: socket.socket, admitted: Admitted, client: ClientAddress | None
    ) -> None:
        def protocol() -> BoundedProtocol:
            return self._protocol(admitted, client)

        tls = self._tls()
        if tls is None:
            await self._loop.connect_accepted_socket(protocol, accepted)
            return
        await self._loop.connect_accepted_socket(
            protocol,
            accepted,
            ssl=tls,
            ssl_handshake_timeout=self._bounds.handshake_s,
            ssl_shutdown_timeout=self._bounds.handshake_s,
        )


def _cause(failed: BaseException) -> str | None:
    """Why a client never came to ask, where it is not simply gone."""
    if isinstance(failed, NotProxied):
        return NOT_PROXIED
    if isinstance(failed, TimeoutError | ConnectionAbortedError):
        return TOO_SLOW_TO_SHAKE_HANDS
    return NO_HANDSHAKE if isinstance(failed, ssl.SSLError) else None


def _bound_buffers(listening: socket.socket) -> None:
    """What the system keeps for each client, which accepted sockets take over."""
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVED)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SENT)
