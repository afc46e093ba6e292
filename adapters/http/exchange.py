"""One HTTP request and its whole, bounded answer; no redirect, cookie or proxy is followed."""

import ssl
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from yarl import URL

from adapters.contract.contract import Fault, Malformed, Unavailable
from adapters.manifest.manifest import Manifest
from adapters.network.cause import cause_of
from adapters.network.http_request import HttpRequest

_CHUNK = 64 * 1024
_LARGEST_HEADER = 16 * 1024
_LISTS = ("link", "age")
_WITHOUT_BODY = frozenset({401, 403, 429})
_SERVER_ERROR = 500
_REDIRECTS = range(300, 400)


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


def open_session(
    manifest: Manifest,
    resolver: Callable[[], aiohttp.abc.AbstractResolver] | None = None,
    tls: ssl.SSLContext | None = None,
) -> aiohttp.ClientSession:
    """The connections of one source, as many at once as its manifest allows.

    `resolver` makes what turns names into addresses, `tls` has the client's certificate.
    """
    connector = aiohttp.TCPConnector(
        limit=manifest.limits.concurrency,
        resolver=None if resolver is None else resolver(),
        ssl=True if tls is None else tls,
        # A kept connection may be dropped just as it is used; who must not be asked over has none.
        force_close=manifest.source.effects != "none",
    )
    return aiohttp.ClientSession(
        connector=connector,
        middlewares=(_sent_once,),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
        headers={"User-Agent": "teamaround"},
        max_line_size=_LARGEST_HEADER,
        max_field_size=_LARGEST_HEADER,
    )


class _DroppedError(aiohttp.ClientError):
    """The connection ended before an answer."""


async def _sent_once(
    request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    # aiohttp sends a GET once more by itself where a connection ends before an answer. Whether to
    # ask again is the core's to decide, within the source's limits and never where a read has
    # effects; an exception of another class is not sent again.
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _DroppedError from error


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
    except (aiohttp.ClientPayloadError, zlib.error):
        return Malformed("truncated")
    except aiohttp.ClientResponseError:
        return Malformed("http")
    except _DroppedError as error:
        return Unavailable(Fault.DROPPED, cause=cause_of(error))
    except (aiohttp.ClientError, OSError) as error:
        return Unavailable(Fault.CONNECTION, cause=cause_of(error))


async def _answer(
    response: aiohttp.ClientResponse, max_body: int, bodies_at: frozenset[int]
) -> HttpAnswer | Malformed:
    headers = _joined(response)
    if _decided_by_status(response.status) and response.status not in bodies_at:
        return HttpAnswer(response.status, headers, b"")
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > max_body:
            response.close()
            return Malformed("too_large")
    return HttpAnswer(response.status, headers, bytes(body))


def _joined(response: aiohttp.ClientResponse) -> dict[str, str]:
    headers = {name.lower(): value for name, value in response.headers.items()}
    # Several headers of a name are one list (RFC 9110, section 5.3): any link may lead on, and each
    # cache between may say an age.
    several = {name: response.headers.getall(name, []) for name in _LISTS}
    return headers | {name: ", ".join(every) for name, every in several.items() if every}


def _decided_by_status(status: int) -> bool:
    return status in _WITHOUT_BODY or status >= _SERVER_ERROR or status in _REDIRECTS
