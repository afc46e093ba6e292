"""The addresses that a gateway listens on, taken before anything else is begun."""

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gateway.model.errors import ConfigurationInvalid, ServiceAway

if TYPE_CHECKING:  # a key service and a witness listen too, and read no settings
    from gateway.config.settings import Settings

_ADVICE: Final = {
    errno.EADDRINUSE: "another process has it (`ss -ltnp` names it): stop that, or name another",
    errno.EADDRNOTAVAIL: "this machine has no such address now: see `ip address`, or name another",
    errno.EACCES: "this account may not take a port below 1024: name another",
}
_MAY_END: Final = frozenset({errno.EADDRINUSE, errno.EADDRNOTAVAIL})


@dataclass(frozen=True, slots=True)
class BoundSockets:
    """One socket for questions, which workers share; for figures each worker has its own."""

    questions: socket.socket
    figures: tuple[socket.socket, ...]

    def of_figures(self, worker: int) -> socket.socket | None:
        """Where this worker shows its figures; None if none are shown."""
        return self.figures[worker] if self.figures else None

    def figures_port(self, worker: int) -> int | None:
        """Its port."""
        listening = self.of_figures(worker)
        return None if listening is None else int(listening.getsockname()[1])


@contextmanager
def bound_sockets(settings: "Settings") -> Iterator[BoundSockets]:
    """The sockets of these settings; ConfigurationInvalid where an address cannot be had."""
    server, metrics = settings.server, settings.metrics
    with ExitStack() as stack:
        questions = stack.enter_context(_bound(server.host, server.port, "server"))
        ports = [] if metrics.port is None else range(metrics.port, metrics.port + server.workers)
        figures = [stack.enter_context(_bound(metrics.host, p, "metrics")) for p in ports]
        yield BoundSockets(questions, tuple(figures))


def _bound(host: str, port: int, table: str) -> socket.socket:
    """The socket at this address; it takes connections once a process serves."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        where = f"{table}.host, {table}.port: cannot listen on {host}:{port}"
        raise cannot_listen(where, error) from None
    return bound


def cannot_listen(where: str, error: OSError) -> ConfigurationInvalid:
    """Why nothing can listen there, and what to do; ServiceAway if that may end by itself."""
    advice = _ADVICE.get(error.errno or 0, "name another address or port")
    failure = ServiceAway if error.errno in _MAY_END else ConfigurationInvalid
    return failure(f"{where}: {error.strerror or error}; {advice}")
