"""What a server shows by TLS, read again at a signal while it serves."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from gateway.config.certificates.contexts import ServedTls
from gateway.config.certificates.kept import KeptFiles
from gateway.config.certificates.renewal import Certificates
from gateway.http.connections.acceptor import Tls
from gateway.http.connections.server import BoundedServer
from gateway.model.clock import Clock
from gateway.model.event_stream.stream import to_standard_error


def of_kept(tls: KeptFiles[ServedTls] | None) -> Tls:
    """What a server asks at each connection, of files that may be renewed."""
    return lambda: None if tls is None else tls.now.context


async def served_beside(
    server: BoundedServer, listening: socket.socket, tls: KeptFiles[ServedTls] | None
) -> None:
    """Serve what is no gateway until it is stopped; SIGHUP has its certificate read again."""
    lines = to_standard_error()
    clock = Clock()
    certificates = Certificates(clock.now)
    certificates.add(tls)
    with lines.beside(), renewed_at_signal(certificates.renew):
        async with certificates.told_daily(clock.sleep):
            await server.serve(sockets=[listening])


@contextmanager
def renewed_at_signal(renew: Callable[[], Awaitable[object]]) -> Iterator[None]:
    """Have SIGHUP begin `renew`; the task is kept by the set until it is over."""
    under_way: set[asyncio.Future[object]] = set()

    def begin() -> None:
        task = asyncio.ensure_future(renew())
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, begin)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
