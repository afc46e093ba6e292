"""The agencies of the bench: many small HTTP servers in a process of their own.

They cost as little as they can, so that two cores are left for what is measured.
"""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

import uvloop

from bench.processes.worker import obeying
from bench.town.record import answer_of

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


@dataclass(slots=True)
class AgencyServer:
    """One agency: the response it gives to every request, after `delay_s`."""

    response: bytes = b""
    delay_s: float = 0.0


@dataclass(slots=True)
class _Line(asyncio.Protocol):
    """One connection; requests come one after another and have no body."""

    agency_server: AgencyServer
    transport: asyncio.Transport | None = None
    received: bytearray = field(default_factory=bytearray)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports write, and are no subclass of asyncio's.
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.received += data
        if self.received.endswith(b"\r\n\r\n"):
            self.received.clear()
            self._answer()

    def _answer(self) -> None:
        if self.agency_server.delay_s:
            asyncio.get_running_loop().call_later(self.agency_server.delay_s, self._write)
        else:
            self._write()

    def _write(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(self.agency_server.response)


@dataclass(slots=True)
class Street:
    """All agencies by id, each on a port of its own."""

    servers: dict[str, AgencyServer] = field(default_factory=dict)

    async def obey(self, order: dict[str, Any]) -> dict[str, str]:
        """Open what `agencies` lists; answer with `bytes` after `delay_ms`. Gives the URLs.

        Those in `silent` take every request and never answer it.
        """
        urls = {}
        for agency in order.get("agencies", ()):
            agency_server = self.servers[agency] = AgencyServer()
            loop = asyncio.get_running_loop()
            server = await loop.create_server(partial(_Line, agency_server), "127.0.0.1", 0)
            urls[agency] = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for agency, agency_server in self.servers.items():
            body = answer_of(agency, order["bytes"])
            silent = agency in order.get("silent", ())
            agency_server.response = b"" if silent else _HEAD % len(body) + body
            agency_server.delay_s = order["delay_ms"] / 1000
        return urls


if __name__ == "__main__":
    uvloop.run(obeying(Street().obey))
