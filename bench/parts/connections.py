"""What a bounded connection costs a request: `make bench-connections`.

The same small application behind uvicorn's own protocol and behind the bounded one, in turn, over
one kept connection. The client's share is in both figures, so their difference is the cost.
"""

import asyncio
import socket
import time
from statistics import median
from typing import Any, Final

import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send

from gateway.http.connections.bounds import of_a_service
from gateway.http.connections.server import BoundedServer
from gateway.model.signed_in import signed_in

_BODY: Final = b"x" * 1800
_HEAD: Final = (
    b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %b\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
)
_REQUEST: Final = _HEAD % (b"a" * 900, len(_BODY)) + _BODY
_ANSWER: Final = b"y" * 4000
_REQUESTS: Final = 1000
_ROUNDS: Final = 25


async def _application(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive())["more_body"]:
        pass
    signed_in(scope)("issuer organisation user")
    headers = [(b"content-length", str(len(_ANSWER)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": _ANSWER})


class _Client(asyncio.Protocol):
    """Sends the next request when it has the answer to the last."""

    def __init__(self, requests: int) -> None:
        self._left = requests
        self._came = 0
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        transport.write(_REQUEST)

    def data_received(self, data: bytes) -> None:
        self._came += len(data)
        if self._came <= len(_ANSWER) or not data.endswith(_ANSWER[-1:]):
            return
        self._came, self._left = 0, self._left - 1
        if self._left:
            self._transport.write(_REQUEST)
        else:
            self._transport.close()
            self.over.set_result(None)


async def _cpu_us(port: int) -> float:
    """The CPU time of this process for a request, in microseconds."""
    began = time.process_time()
    _, client = await asyncio.get_running_loop().create_connection(
        lambda: _Client(_REQUESTS), "127.0.0.1", port
    )
    await client.over
    return (time.process_time() - began) / _REQUESTS * 1e6


async def _plain() -> int:
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        _application, http="httptools", lifespan="off", log_config=None, proxy_headers=False
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listening])
    return int(listening.getsockname()[1])


async def _bounded() -> int:
    listening = socket.create_server(("127.0.0.1", 0))
    port = int(listening.getsockname()[1])
    server = BoundedServer(_application, of_a_service(1024), proxy_headers=False)
    await server.startup(sockets=[listening])
    return port


async def main() -> None:
    """Measure both in turn and print the medians."""
    ports = await _plain(), await _bounded()
    rounds = [[await _cpu_us(port) for port in ports] for _ in range(_ROUNDS + 1)][1:]
    plain, bounded = (median(one[place] for one in rounds) for place in (0, 1))
    print(f"uvicorn {plain:.1f} us, bounded {bounded:.1f} us a request")


if __name__ == "__main__":
    uvloop.run(main())
