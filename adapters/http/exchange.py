"""One HTTP request and its whole, bounded answer; no redirect, cookie or proxy is followed.

Questions go over a pool of kept connections. aiohttp carries logins, and sources whose manifest has
an address or a header of a form of its own: each of those requests has a connection to itself, as
what comes late on a kept one could be taken for the next answer.
"""

import ssl
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from adapters.contract.contract import Fault, Malformed, Unavailable
from adapters.contract.frozen import plainly_made
from adapters.manifest.manifest import Manifest
from adapters.network.bounds.bounded_answer import AnswerRefused
from adapters.network.bounds.unpacking import unpacked
from adapters.network.cause import cause_of
from adapters.network.http_client import DroppedError, content_of, open_client
from adapters.network.http_request import HttpAnswer, HttpRequest, Transport
from adapters.network.trust import system_trust
from adapters.network.wire.connection import Received
from adapters.network.wire.destination import Destination
from adapters.network.wire.pool import ConnectionPool

LARGEST_TOKEN_REPLY: Final = 64 * 1024
_LISTS = ("link", "age")
_WITHOUT_BODY = frozenset({401, 403, 429})
_SERVER_ERROR = 500
_REDIRECTS = range(300, 400)
_STATUSES = range(100, 1000)
_RECENT: Final = 512  # request ids of one source; far more than wait at once
_NOT_OURS = frozenset({"expect", "te", "upgrade"})


@plainly_made
@dataclass(frozen=True, slots=True)
class Connections:
    """The transport to an agency; `bodies_at` are error statuses whose body says more."""

    session: aiohttp.ClientSession
    max_body: int
    bodies_at: frozenset[int] = frozenset()

    async def send(self, request: HttpRequest) -> HttpAnswer | Unavailable | Malformed:
        """`exchange` over the session."""
        return await exchange(self.session, request, self.max_body, self.bodies_at)

    def distrust(self) -> None:
        """Nothing is to be done: each request has a connection to itself."""

    async def aclose(self) -> None:
        """Close every connection."""
        await self.session.close()


@plainly_made
@dataclass(frozen=True, slots=True)
class PooledConnections:
    """The transport of questions: what arrives has at most `max_body` bytes, unpacked too."""

    pool: ConnectionPool
    max_body: int

    async def send(self, request: HttpRequest) -> HttpAnswer | Unavailable | Malformed:
        """Send once over a connection of the pool."""
        try:
            answering = self.pool.exchange(request)
            del request  # the pool lets it go once it is sent
            received = await answering
            if "content-encoding" in received.headers:
                return await self._plain(received)
        except (aiohttp.ClientError, OSError) as error:
            return _failed(error)
        return HttpAnswer(*received)

    def distrust(self) -> None:
        """Keep no connection any more."""
        self.pool.distrust()

    async def aclose(self) -> None:
        """Close every connection."""
        await self.pool.aclose()

    async def _plain(self, received: Received) -> HttpAnswer:
        status, headers, content = received
        encoding = headers["content-encoding"]
        if content and encoding.lower() != "identity":
            content = await unpacked(content, encoding, self.max_body)
        return HttpAnswer(status, headers, content)


class OwnAnswers:
    """A transport that knows an answer to another request, where the agency repeats their ids.

    `names` are the headers, in lower case, that have another id in each request. An answer whose id
    is none of ours says nothing: many systems have ids of their own. `distrust` is told of each
    answer that went astray, as the next over the same connection may go astray too.
    """

    def __init__(
        self, inner: Transport, names: frozenset[str], distrust: Callable[[], None]
    ) -> None:
        self._inner = inner
        self._names = names
        self._distrust = distrust
        self._recent: deque[str] = deque(maxlen=_RECENT)

    async def send(self, request: HttpRequest) -> HttpAnswer | Unavailable | Malformed:
        """Send once; Malformed if the answer names an earlier request or one that still waits."""
        said = {name.lower(): value for name, value in request.headers.items()}
        ours = {name: said[name] for name in self._names if name in said}
        self._recent.extend(ours.values())
        answer = await self._inner.send(request)
        if isinstance(answer, HttpAnswer) and self._is_anothers(answer, ours):
            self._distrust()
            return Malformed("another_request")
        return answer

    async def aclose(self) -> None:
        """Close every connection."""
        await self._inner.aclose()

    def _is_anothers(self, answer: HttpAnswer, ours: Mapping[str, str]) -> bool:
        repeated = {name: answer.headers.get(name, value) for name, value in ours.items()}
        return any(
            value != ours[name] and value in self._recent for name, value in repeated.items()
        )


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
    if to is None or any(name.lower() in _NOT_OURS for name in manifest.source.headers):
        return None
    limits, decided = manifest.limits, _decided_unless(bodies_at)
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
        force_close=True,
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
    except (aiohttp.ClientError, OSError) as error:
        return _failed(error)


def _failed(error: aiohttp.ClientError | OSError) -> Unavailable | Malformed:
    match error:
        case AnswerRefused():
            return Malformed(error.rule)
        case aiohttp.ClientPayloadError():
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


@cache
def _decided_unless(bodies_at: frozenset[int]) -> frozenset[int]:
    """The statuses that say all; one set for all sources that read the same bodies."""
    return frozenset(filter(_decided_by_status, _STATUSES)) - bodies_at


def _decided_by_status(status: int) -> bool:
    return status in _WITHOUT_BODY or status >= _SERVER_ERROR or status in _REDIRECTS
