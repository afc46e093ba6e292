"""How a request is refused before anybody reads it, and how often that is said."""

import asyncio
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

_TOLD_EVERY_S: Final = 1.0
MALFORMED: Final = "malformed"
NOT_PROXIED: Final = "not_proxied"
NO_DESCRIPTORS: Final = "no_descriptors"
NO_HANDSHAKE: Final = "no_tls"
TOO_SLOW_TO_READ: Final = "too_slow_to_read"
TOO_SLOW_TO_SHAKE_HANDS: Final = "too_slow_in_tls"
CAUSE: Final = {
    400: MALFORMED,
    408: "too_slow",
    413: "body_too_large",
    414: "address_too_long",
    417: "expectation_unknown",
    429: "too_many_at_once",
    431: "headers_too_large",
    501: "coding_unknown",
    503: "too_many",
    505: "version_unknown",
}
_SAID: Final = {
    400: "the request is malformed",
    408: "the request did not come in time",
    413: "the body is cut into too many pieces",
    414: "the address of the request is too long",
    417: "the only expectation served is 100-continue",
    429: "too many requests came before the first was answered",
    431: "the headers are too large",
    501: "the only transfer coding served is chunked",
    503: "too many are connected; come again in a moment",
    505: "the versions served are HTTP/1.0 and HTTP/1.1",
}


_AGAIN: Final = frozenset({429, 503})
_HEADERS: Final = (
    b"Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
    b"X-Content-Type-Options: nosniff\r\nConnection: close\r\n"
)


class RefusalLog:
    """Counts who was sent away; each cause is said once a second at most, with how many.

    `say` is an event that takes a cause and a count.
    """

    def __init__(self, say: Callable[[str, int], None]) -> None:
        self._say = say
        self._since: Counter[str] = Counter()
        self._soon: asyncio.TimerHandle | None = None

    def refused(self, cause: str) -> None:
        """One more was sent away for this."""
        self._since[cause] += 1
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(_TOLD_EVERY_S, self.tell)

    def tell(self) -> None:
        """Say what there was since the last time."""
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        counted, self._since = self._since, Counter()
        for cause, count in counted.items():
            self._say(cause, count)


def response(status: int) -> bytes:
    """A whole response that ends its connection, in the form of the gateway's other refusals."""
    body = f"{_SAID[status]}\n".encode()
    again = b"Retry-After: 1\r\n" if status in _AGAIN else b""
    return b"HTTP/1.1 %d %b\r\n%b%bContent-Length: %d\r\n\r\n%b" % (
        status,
        HTTPStatus(status).phrase.encode(),
        _HEADERS,
        again,
        len(body),
        body,
    )
