"""What a PostgreSQL server may send for one question: bytes are counted before they are read."""

import asyncio
from typing import Any, Final

import asyncpg

# A row is sent with its numbers, dates and lengths beside the texts that `limits.max_body` counts.
_TIMES: Final = 4
_BESIDE: Final = 1024 * 1024


class BoundedWire(asyncio.Protocol):
    """Hands on to asyncpg what comes, `most` bytes for each question; `passed` once it was more."""

    def __init__(self, inner: asyncio.Protocol, transport: asyncio.Transport, most: int) -> None:
        self._inner = inner
        self._transport = transport
        self._most = self._left = _TIMES * most + _BESIDE
        self.passed = False

    def begin(self) -> None:
        """Count anew: another question is asked."""
        self._left = self._most

    def data_received(self, data: bytes) -> None:
        """Hand on what came, or end the connection."""
        self._left -= len(data)
        if self._left >= 0:
            self._inner.data_received(data)
        elif not self.passed:
            self.passed = True
            self._transport.abort()

    def eof_received(self) -> bool | None:
        """Hand it on."""
        return self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Hand it on."""
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """Hand it on."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Hand it on."""
        self._inner.resume_writing()


def bound(connection: "asyncpg.Connection[asyncpg.Record]", most: int) -> None:
    """Count from now on what comes on a connection."""
    transport = _transport(connection)
    transport.set_protocol(BoundedWire(transport.get_protocol(), transport, most))


def wire_of(connection: object) -> BoundedWire | None:
    """What counts on the connection of a driver; None if it is none of asyncpg's."""
    if not isinstance(connection, asyncpg.Connection):
        return None
    wire = _transport(connection).get_protocol()
    return wire if isinstance(wire, BoundedWire) else None


def _transport(connection: Any) -> Any:
    # asyncpg shows it nowhere else; a test asks a real server for too much.
    return connection._transport  # noqa: SLF001
