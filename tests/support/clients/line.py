"""The line between a screen and the gateway: it remembers every request, and may break."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Final

import aiohttp
from aiohttp import web

_PART: Final = b"\r\n---\r\n"
_LAST: Final = b'"hasNext":false'
_ENDS: Final = {"1": b'"hasNext"', "rows": b'"outcome"'}
_PASSED_ON: Final = ("Accept", "Authorization", "Content-Type")
_PASSED_BACK: Final = ("Content-Type", "Retry-After", "Cache-Control")
PAGES: Final = {
    "page-502": (502, "text/html", "<h1>Bad gateway</h1>"),
    "page-200": (200, "text/html", "<h1>Sign in to the guest network</h1>"),
    "empty-object": (200, "application/json", "{}"),
    "null-data": (200, "application/json", '{"data": null}'),
    "null-child": (200, "application/json", '{"data": {"child": null}}'),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it came over the line."""

    method: str
    path: str
    query: str


@dataclass(slots=True)
class Line:
    """Passes requests for `/CASE/FAULT/graphql` on to `gateway`, and does FAULT to the response.

    A fault is "none", "trickle" (a byte at a time), a name of PAGES, or "cut-PLACE-MANNER": after
    part "1" or the first with "rows", before the "last" or at "half" of it, by "reset" or "end".
    """

    gateway: str
    session: aiohttp.ClientSession
    url: str = ""
    seen: dict[str, list[Seen]] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)

    async def carry(self, request: web.Request) -> web.StreamResponse:
        """Carry one request and its response."""
        _, case, fault, *_ = request.path.split("/")
        seen = Seen(request.method, request.path, request.query_string)
        self.seen.setdefault(case, []).append(seen)
        if fault in PAGES:
            status, kind, text = PAGES[fault]
            return web.Response(status=status, content_type=kind, text=text)
        try:
            return await self._passed_on(request, fault)
        except (ConnectionResetError, asyncio.CancelledError):
            self.left.add(case)
            return web.Response()

    async def _passed_on(self, request: web.Request, fault: str) -> web.StreamResponse:
        sent = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        url = f"{self.gateway}/graphql"
        body = await request.read()
        async with self.session.request(request.method, url, data=body, headers=sent) as came:
            back = {name: came.headers[name] for name in _PASSED_BACK if name in came.headers}
            response = web.StreamResponse(status=came.status, headers=back)
            await response.prepare(request)
            parts = came.content_type == "multipart/mixed"
            async for some in _faulty(
                came.content.iter_any(), fault if parts else f"whole-{fault}"
            ):
                await response.write(some)
            if fault.endswith("reset") and request.transport is not None:
                await asyncio.sleep(0)
                request.transport.abort()
            return response


async def _faulty(came: AsyncIterator[bytes], fault: str) -> AsyncIterator[bytes]:
    kind, _, rest = fault.partition("-")
    if kind == "cut":
        async for part in _until(_parts(came), rest.partition("-")[0]):
            yield part
        return
    if fault.startswith("whole-cut"):
        whole = b"".join([some async for some in came])
        yield whole[: len(whole) // 2]
        return
    async for some in came:
        for piece in _pieces(some, 1 if fault.endswith("trickle") else len(some)):
            yield piece


async def _until(parts: AsyncIterator[bytes], place: str) -> AsyncIterator[bytes]:
    async for part in parts:
        if _LAST in part:
            if place == "half":
                yield part[: len(part) // 2]
            return
        yield part
        if _ENDS.get(place, _LAST) in part:
            return


async def _parts(came: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Each part with the boundary after it, as soon as it is whole."""
    waiting = b""
    async for some in came:
        *whole, waiting = (waiting + some).split(_PART)
        for part in whole:
            yield part + _PART
    yield waiting


def _pieces(some: bytes, size: int) -> Iterator[bytes]:
    return (some[start : start + size] for start in range(0, len(some), size))
