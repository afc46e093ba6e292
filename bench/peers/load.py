"""The load: one request again and again over kept connections, every answer looked at.

It speaks HTTP by the parser alone, so that it needs less of its core than any server of its own.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, Self, cast
from urllib.parse import urlsplit

import httptools
import orjson
import uvloop

from bench.processes.load import AnswerWrongError, check
from bench.processes.worker import obeying


class AnswerDiffersError(Exception):
    """A server said something else than the right answer, so its figures would mean nothing."""


@dataclass(slots=True)
class _Connection(asyncio.Protocol):
    """One connection; `ask` has one request under way at a time."""

    transport: asyncio.Transport | None = None
    parser: httptools.HttpResponseParser | None = None
    body: bytearray = field(default_factory=bytearray)
    done: asyncio.Future[tuple[int, bytes]] | None = None

    @classmethod
    async def open(cls, url: str) -> Self:
        """A connection to the server of this URL."""
        place = urlsplit(url)
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(cls, place.hostname or "", place.port or 0)
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.done is not None and not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        if self.parser is not None:
            self.parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        """The parser read some of the body."""
        self.body += body

    def on_message_complete(self) -> None:
        """The parser read the whole answer."""
        if self.done is not None and self.parser is not None and not self.done.done():
            self.done.set_result((self.parser.get_status_code(), bytes(self.body)))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body."""
        self.parser, self.done = httptools.HttpResponseParser(self), asyncio.Future()
        self.body.clear()
        if self.transport is not None:
            self.transport.write(request)
        return await self.done


async def obey(order: dict[str, Any]) -> dict[str, Any]:
    """Ask `url` for `body` `count` times, `in_flight` at once: seconds of each.

    Or `wrong`, which says what was.
    """
    connections = [await _Connection.open(order["url"]) for _ in range(order["in_flight"])]
    left = list(range(order["count"]))
    took_s: list[float] = []

    async def one_after_another(connection: _Connection) -> None:
        while left:
            request = _request(order, left.pop())
            began = time.perf_counter()
            status, answer = await connection.ask(request)
            took_s.append(time.perf_counter() - began)
            look(order, status, answer)

    try:
        await asyncio.gather(*map(one_after_another, connections))
    except (AnswerDiffersError, AnswerWrongError, ConnectionError) as wrong:
        return {"wrong": str(wrong)}
    finally:
        for connection in connections:
            if connection.transport is not None:
                connection.transport.close()
    return {"took_s": took_s}


def look(order: dict[str, Any], status: int, answer: bytes) -> None:
    """AnswerDiffersError or AnswerWrongError unless this is the right answer to the order."""
    if "agencies" in order:
        check(status, answer, order["agencies"], order.get("unanswered", 0))
        return
    if status != 200:
        raise AnswerDiffersError(f"status {status}: {answer[:300]!r}")
    if order["whole"] and orjson.loads(answer) != order["answer"]:
        raise AnswerDiffersError(f"not the right answer: {answer[:300]!r}")


def _request(order: dict[str, Any], number: int) -> bytes:
    place, body = urlsplit(order["url"]), order["body"]
    if "reason" in body["variables"]:
        # The same question for the same reason at the same time would share the calls to agencies.
        variables = body["variables"]
        reason = {**variables["reason"], "caseReference": f"B-{number}"}
        body = {**body, "variables": {**variables, "reason": reason}}
    content = orjson.dumps(body)
    headers = {
        "Host": place.netloc,
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Content-Length": str(len(content)),
        **order.get("headers", {}),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {place.path} HTTP/1.1\r\n{lines}\r\n".encode() + content


if __name__ == "__main__":
    uvloop.run(obeying(obey))
