"""One connection's bounds before any request is read: bytes of a head and of a request, and time.

Uvicorn's protocol over httptools has none of them, so that a client could send one header without
end, or a byte a minute.
"""

import asyncio
from typing import ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_TOO_SLOW: Final = (
    408,
    b"Request Timeout",
    b"the request did not arrive in time; send it again, whole",
)
_HEAD_TOO_LARGE: Final = (
    431,
    b"Request Header Fields Too Large",
    b"the head of the request has too many bytes; send fewer headers",
)
_TOO_LARGE: Final = (
    413,
    b"Content Too Large",
    b"the request has too many bytes; send less",
)
_ANSWER: Final = (
    b"HTTP/1.1 %d %b\r\ncontent-type: text/plain; charset=utf-8\r\ncache-control: no-store\r\n"
    b"x-content-type-options: nosniff\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
)
_NO_HTTP: Final = (400, b"Bad Request", b"this is no HTTP request that can be read; send it anew")
_Refusal = tuple[int, bytes, bytes]


class BoundedProtocol(HttpToolsProtocol):
    """Refuses a head or a request that is too large or comes too slowly, and closes.

    Sizes are in bytes as they came over the connection, durations in seconds. What a refused client
    still sends is thrown away for `linger_s`: a connection that is closed before would take
    the refusal with it.
    """

    head_most: ClassVar[int] = 32 * 1024
    request_most: ClassVar[int] = 4 * 1024 * 1024
    head_within_s: ClassVar[float] = 10.0
    request_within_s: ClassVar[float] = 30.0
    linger_s: ClassVar[float] = 1.0

    _came: int = 0
    _in_head: bool = True
    _waiting: asyncio.TimerHandle | None = None
    _refused: bool = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a request soon."""
        super().connection_made(transport)
        self._wait(self.head_within_s)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._wait(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what came, unless it is too much."""
        if self._refused:
            return
        self._came += len(data)
        super().data_received(data)
        if self._in_head and self._came > self.head_most:
            self._refuse(_HEAD_TOO_LARGE)
        elif self._came > self.request_most:
            self._refuse(_TOO_LARGE)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # the protocol's own words
        """Say that it is no HTTP."""
        self._refuse(_NO_HTTP)

    def on_message_begin(self) -> None:
        """Begin a request, and count it from here."""
        super().on_message_begin()
        self._in_head = True
        self._wait(self.head_within_s)

    def on_headers_complete(self) -> None:
        """The head is whole: the rest has its own time."""
        self._in_head = False
        self._wait(self.request_within_s)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole: the next one counts anew, and nobody waits for it here."""
        super().on_message_complete()
        self._came = 0
        self._wait(None)

    def _wait(self, within_s: float | None) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
        late = None if within_s is None else self.loop.call_later(within_s, self._late)
        self._waiting = late

    def _late(self) -> None:
        if self._came:
            self._refuse(_TOO_SLOW)
        else:  # a browser opens connections that it may need: no request, so no answer
            self.transport.close()

    def _refuse(self, refusal: _Refusal) -> None:
        """Say why, unless an answer has begun to leave already, and close soon."""
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        if self._nothing_said():
            status, reason, said = refusal
            self.transport.write(_ANSWER % (status, reason, len(said), said))
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True  # whoever waits for the rest stops waiting
            self.cycle.message_event.set()
        self._wait(None)
        self._waiting = self.loop.call_later(self.linger_s, self.transport.close)

    def _nothing_said(self) -> bool:
        cycle = self.cycle
        begun = cycle is not None and cycle.response_started and not cycle.response_complete
        answered = cycle is not None and cycle.response_complete and not self._in_head
        return not (begun or answered)
