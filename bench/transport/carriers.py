"""A call's CPU by each carrier, in turns in one process: medians of rounds, in microseconds."""

import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median
from typing import Final

import aiohttp

from adapters.http.exchange import Connections, PooledConnections
from adapters.network.egress import Egress
from adapters.network.http_client import open_client
from adapters.network.http_request import HttpAnswer, HttpRequest, Transport
from adapters.network.resolver import GuardedResolver
from adapters.network.wire.destination import Destination
from adapters.network.wire.head import HeadWriter
from adapters.network.wire.pool import ConnectionPool
from adapters.network.wire.reading import ResponseReader
from bench.processes.volley import volley
from bench.transport.agency import ANSWER
from bench.transport.clocked import each_us

_MOST: Final = 1 << 20
# As a question's request is: who asks and why, and a signature.
HEADERS: Final[Mapping[str, str]] = {
    "Accept": "application/json",
    "X-Teamaround-Query": "q-0123456789abcdef",
    "X-Teamaround-Log-Index": "123456",
    "X-Teamaround-User": "s.worker@northbrook.example",
    "X-Teamaround-Issuer": "https://sign-in.northbrook.example",
    "X-Teamaround-Organisation": "northbrook",
    "X-Teamaround-Purpose": "SAFEGUARDING",
    "Signature-Input": "teamaround=" + "i" * 330,
    "Signature": "teamaround=:" + "s" * 88 + ":",
}
PATH: Final = "/children?nhs=9000000009&born=2015-03-09"


@dataclass(frozen=True, slots=True)
class Carried:
    """How it was carried, and what a call took."""

    carrier: str
    scheme: str
    in_flight: int
    keeps: bool
    cpu_us: float


@asynccontextmanager
async def carriers(
    base: str, authority: str, in_flight: int, *, keeps: bool
) -> AsyncIterator[dict[str, Transport]]:
    """Both carriers to one agency, with as many connections each."""
    tls = ssl.create_default_context(cadata=authority)
    to = Destination.of(base, tls, GuardedResolver(Egress.of([base])))
    if to is None:
        raise RuntimeError("the bench has a plain address")
    pool = ConnectionPool(to, in_flight, _MOST, frozenset(), keeps=keeps)
    connector = aiohttp.TCPConnector(limit=in_flight, ssl=tls, force_close=not keeps)
    both: dict[str, Transport] = {
        "kept connections": PooledConnections(pool, _MOST),
        "aiohttp": Connections(open_client(_MOST, connector=connector), _MOST),
    }
    try:
        yield both
    finally:
        for one in both.values():
            await one.aclose()


async def compared(  # noqa: PLR0913  where to, how many at once, and how often
    base: str, authority: str, in_flight: int, count: int, rounds: int, *, keeps: bool = True
) -> list[Carried]:
    """Each carrier's CPU a call; the first round warms up and does not count.

    Unless it `keeps` connections, each call has a new one.
    """
    request = HttpRequest(base + PATH, headers=HEADERS)
    async with carriers(base, authority, in_flight, keeps=keeps) as both:
        took: dict[str, list[float]] = {name: [] for name in both}
        for _ in range(rounds + 1):
            for name, transport in both.items():
                started = time.process_time()
                await volley(_asking(transport, request), count, in_flight)
                took[name].append((time.process_time() - started) / count * 1e6)
    scheme = base.partition(":")[0]
    return [
        Carried(name, scheme, in_flight, keeps, median(all_[1:])) for name, all_ in took.items()
    ]


def _asking(transport: Transport, request: HttpRequest) -> Callable[[], Awaitable[None]]:
    async def ask() -> None:
        answer = await transport.send(request)
        if not isinstance(answer, HttpAnswer):
            raise TypeError(f"the agency gave no answer: {answer}")

    return ask


def protocol_alone(count: int, rounds: int) -> float:
    """Writing a request and reading its answer, without a socket or a loop: microseconds."""
    writer = HeadWriter("agency.example", keeps=True)
    reader = ResponseReader(_MOST, frozenset())
    request = HttpRequest("https://agency.example" + PATH, headers=HEADERS)

    def once() -> None:
        writer.written(request)
        reader.begin()
        reader.feed(ANSWER)
        if not reader.content:
            raise RuntimeError("nothing was read")

    return min(each_us(once, count) for _ in range(rounds))
