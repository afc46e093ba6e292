"""The agencies that every peer asks: REST to who gets or posts numbers, GraphQL to who posts it.

What was asked once is answered again without being read, so that they cost as little as they can.
"""

import asyncio
import re
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, cast

import orjson
import uvloop

from bench.processes.worker import obeying
from bench.town.record import page_of, record_of

_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
_END: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_NHS: Final = re.compile(rb"nhs=([^& ]+)")
_FIELD: Final = re.compile(r"(?:(\w+)\s*:\s*)?(agency_\d+)\s*\([^)]*?\bnhs\s*:\s*(\$\w+|\"\d+\")")


@dataclass(slots=True)
class Agency:
    """One agency; `delay_s` until it answers, `workers` in each record."""

    name: str
    workers: int = 1
    delay_s: float = 0.0
    said: dict[bytes, bytes] = field(default_factory=dict)

    def answer(self, line: bytes, body: bytes) -> bytes:
        """The whole response to a request, by its line and body."""
        key = body or line
        if key not in self.said:
            content = self._by_post(body) if body else self._by_rest(line)
            self.said[key] = _HEAD % len(content) + content
        return self.said[key]

    def _by_rest(self, line: bytes) -> bytes:
        found = _NHS.search(line)
        return page_of(record_of(self.name, found[1].decode() if found else "", self.workers))

    def _by_post(self, body: bytes) -> bytes:
        asked = orjson.loads(body)
        if "numbers" in asked:  # REST, about several children in one call
            return page_of(*(record_of(self.name, nhs, self.workers) for nhs in asked["numbers"]))
        query, variables = asked["query"], asked.get("variables") or {}
        data = {
            alias or name: record_of(name, self._value(nhs, variables), self.workers)
            for alias, name, nhs in _FIELD.findall(query)
        }
        return orjson.dumps({"data": data})

    @staticmethod
    def _value(written: str, variables: dict[str, str]) -> str:
        return variables[written[1:]] if written.startswith("$") else written.strip('"')


@dataclass(slots=True)
class _Connection(asyncio.Protocol):
    """One connection, on which requests come one after another."""

    agency: Agency
    transport: asyncio.Transport | None = None
    received: bytearray = field(default_factory=bytearray)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports write, and are no subclass of asyncio's.
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, end, rest = bytes(self.received).partition(_END)
        if not end:
            return
        length = _LENGTH.search(head)
        if length and len(rest) < int(length[1]):
            return
        self.received.clear()
        self._answer(self.agency.answer(head.partition(b"\r\n")[0], rest))

    def _answer(self, response: bytes) -> None:
        if self.agency.delay_s:
            loop = asyncio.get_running_loop()
            loop.call_later(self.agency.delay_s, self._write, response)
        else:
            self._write(response)

    def _write(self, response: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(response)


@dataclass(slots=True)
class Stubs:
    """All agencies by name, each on a port of its own."""

    agencies: dict[str, Agency] = field(default_factory=dict)

    async def obey(self, order: dict[str, Any]) -> dict[str, str]:
        """Open what `open` lists and give the URLs; from now on answer as `workers` says."""
        urls = {}
        loop = asyncio.get_running_loop()
        for name in order.get("open", ()):
            agency = self.agencies[name] = Agency(name)
            server = await loop.create_server(partial(_Connection, agency), "127.0.0.1", 0)
            urls[name] = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for agency in self.agencies.values():
            agency.workers, agency.delay_s = order.get("workers", 1), order.get("delay_s", 0.0)
            agency.said.clear()
        return urls


if __name__ == "__main__":
    uvloop.run(obeying(Stubs().obey))
