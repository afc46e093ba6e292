"""One HTTP request and its whole, bounded answer; no redirect, cookie or proxy is followed.

Questions go over a pool of plain connections; aiohttp carries logins, and sources whose manifest
asks for packed answers or has an address in a form of its own.
"""

import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from adapters.contract.contract import Fault, Malformed, Unavailable
from adapters.manifest.manifest import Manifest
from adapters.network.bounded_answer import AnswerRefused
from adapters.network.cause import cause_of
from adapters.network.http_client import DroppedError, content_of, open_client
from adapters.network.http_request import HttpRequest
from adapters.network.trust import system_trust
from adapters.network.wire.connection import Received
from adapters.network.wire.destination import Destination
from adapters.network.wire.pool import ConnectionPool
from adapters.network.wire.unpacking import unpacked

LARGEST_TOKEN_REPLY: Final = 64 * 1024
_LISTS = ("link", "age")
_WITHOUT_BODY = frozenset({401, 403, 429})
_SERVER_ERROR = 500
_REDIRECTS = range(300, 400)
_STATUSES = range(100, 1000)
_ASKS_FOR_PACKED = frozenset({"accept-encoding", "expect", "te", "upgrade"})


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Header names in lower case; the body is empty where the status alone decides."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """Whatever carries a request: connections to the agency, or a recorded reply."""

    async def send(self, request: HttpRequest) -> HttpAnswer | Unavailable | Malformed:
        """Send once; every failure is a value."""
        ...

    async def aclose(self) -> None:
        """Give back what it holds."""
        ...


@dataclass(frozen=True, slots=True)
class Connections:
    """The transport to an agency; `bodies_at` are error statuses whose body says more."""

    session: aiohttp.ClientSession
    max_body: int
    bodies_at: frozenset[int] = frozenset()

    async def send(self, request: HttpRequest) -> HttpAnswer | Unavailable | Malformed:
        """`exchange` over the session."""
        return await exchange(self.session, request, self.max_body, self.bodies_at)

    async def aclose(self) -> None:
        """Close every connection."""
        await self.session.close()


@dataclass(frozen=True, slots=True)
class PooledConnections:
    """The transport of questions: what arrives has at most `max_body` bytes, unpacked too."""

    pool: ConnectionPool
    max_body: int

    async def send(self, request: HttpRequest) -> HttpAnswer | Unavailable | Malformed:
        """Send once over a connection of the pool."""
        try:
            received = await self.pool.exchange(request)
            if "content-encoding" in received.headers:
                return await self._plain(received)
        except (aiohttp.ClientError, OSError) as error:
            return _failed(error)
        return HttpAnswer(*received)

    async def aclose(self) -> None:
        """Close every connection."""
        await self.pool.aclose()

    async def _plain(self, received: Received) -> HttpAnswer:
        status, headers, content = received
        encoding = headers["content-encoding"]
        if content and encoding.lower() != "identity":
            content = await unpacked(content, encoding, self.max_body)
        return HttpAnswer(status, headers, content)


def open_pool(
    manifest: Manifest,
    resolver: AbstractResolver,
    tls: ssl.SSLContext | None,
    bodies_at: frozenset[int],
) -> PooledConnections | None:
    """The connections of one source's questions, as many at once as its manifest allows.

    None where they are aiohttp's to carry. The other arguments are those of `open_session` and of
    `Connections`.
    """
    to = Destination.of(manifest.source.base_url or "", tls or system_trust(), resolver)
    if to is None or any(name.lower() in _ASKS_FOR_PACKED for name in manifest.source.headers):
        return None
    limits, decided = manifest.limits, frozenset(filter(_decided_by_status, _STATUSES)) - bodies_at
    # A kept connection may be dropped just as it is used; who must not be asked over has none.
    keeps = manifest.source.effects == "none"
    pool = ConnectionPool(to, limits.concurrency, limits.max_body, decided, keeps=keeps)
    return PooledConnections(pool, limits.max_body)


def open_session(
    manifest: Manifest,
    resolver: AbstractResolver | None = None,
    tls: ssl.SSLContext | None = None,
) -> aiohttp.ClientSession:
    """The connections of one source, as many at once as its manifest allows.

    `resolver` turns names into addresses, `tls` has the client's certificate.
    """
    connector = aiohttp.TCPConnector(
        limit=manifest.limits.concurrency,
        resolver=resolver,
        ssl=tls or system_trust(),
        # A kept connection may be dropped just as it is used; who must not be asked over has none.
        force_close=manifest.source.effects != "none",
    )
    return open_client(max(manifest.limits.max_body, LARGEST_TOKEN_REPLY), connector=connector)


async def exchange(
    session: aiohttp.ClientSession,
    request: HttpRequest,
    max_body: int,
    bodies_at: frozenset[int] = frozenset(),
) -> HttpAnswer | Unavailable | Malformed:
    """Send and read at most `max_body` bytes, counted after decompression."""
    try:
        async with session.request(
            request.method,
            URL(request.url, encoded=True),
            headers=request.headers,
            data=request.body,
            allow_redirects=False,
        ) as response:
            return await _answer(response, max_body, bodies_at)
    except (aiohttp.ClientError, zlib.error, OSError) as error:
        return _failed(error)


def _failed(error: aiohttp.ClientError | zlib.error | OSError) -> Unavailable | Malformed:
    match error:
        case AnswerRefused():
            return Malformed(error.rule)
        case aiohttp.ClientPayloadError() | zlib.error():
            return Malformed("truncated")
        case aiohttp.ClientResponseError():
            return Malformed("http")
        case DroppedError():
            return Unavailable(Fault.DROPPED, cause=cause_of(error))
        case _:
            return Unavailable(Fault.CONNECTION, cause=cause_of(error))


async def _answer(
    response: aiohttp.ClientResponse, max_body: int, bodies_at: frozenset[int]
) -> HttpAnswer:
    headers = _joined(response)
    if _decided_by_status(response.status) and response.status not in bodies_at:
        return HttpAnswer(response.status, headers, b"")
    return HttpAnswer(response.status, headers, await content_of(response, max_body))


def _joined(response: aiohttp.ClientResponse) -> dict[str, str]:
    headers = {name.lower(): value for name, value in response.headers.items()}
    # Several headers of a name are one list (RFC 9110, section 5.3): any link may lead on, and each
    # cache between may say an age.
    several = {name: response.headers.getall(name, []) for name in _LISTS}
    return headers | {name: ", ".join(every) for name, every in several.items() if every}


def _decided_by_status(status: int) -> bool:
    return status in _WITHOUT_BODY or status >= _SERVER_ERROR or status in _REDIRECTS
