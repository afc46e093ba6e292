"""The published log over HTTP (C2SP tlog-tiles), for auditors alone."""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.audit.entry.range import EntryRange
from gateway.audit.errors import LogCorrupt, LogUnavailable
from gateway.audit.publish.publication import Publication
from gateway.audit.tree.tile import ENTRIES, Tile

Admits = Callable[[Request, EntryRange | None], Awaitable[Response | None]]
"""Takes a request and the entries that it reads; None if its bearer may, else what to answer."""

# The log is for auditors: nothing on the way may keep a copy of it.
_PRIVATE: Final = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
_LASTING: Final = {**_PRIVATE, "Cache-Control": "private, max-age=31536000, immutable"}


def routes(publication: Publication, admits: Admits) -> list[Route]:
    """`/checkpoint` and `/tile/...`, to be mounted below the log's own prefix."""

    async def checkpoint(request: Request) -> Response:
        refusal = await admits(request, None)
        if refusal is not None:
            return refusal
        try:
            newest = await publication.newest()
        except (LogUnavailable, LogCorrupt):
            return _unavailable()
        return PlainTextResponse(newest.note, headers=_PRIVATE)

    async def tile(request: Request) -> Response:
        wanted = Tile.read(request.path_params["path"])
        refusal = await admits(request, _entries(wanted))
        if refusal is not None:
            return refusal
        if wanted is None:
            return _nothing()
        try:
            return await _tile(publication, wanted)
        except (LogUnavailable, LogCorrupt):
            return _unavailable()

    return [Route("/checkpoint", checkpoint), Route("/tile/{path:path}", tile)]


def _entries(tile: Tile | None) -> EntryRange | None:
    if tile is None or tile.level != ENTRIES:
        return None
    return EntryRange(tile.first, tile.first + tile.width - 1)


async def _tile(publication: Publication, wanted: Tile) -> Response:
    if not await publication.has(wanted):
        return _nothing()
    content = await publication.log.tile(wanted)
    # Hashes stay for good; entries may be pruned.
    headers = _PRIVATE if wanted.level == ENTRIES else _LASTING
    return Response(content, headers=headers, media_type="application/octet-stream")


def _nothing() -> Response:
    return PlainTextResponse("no such tile is published\n", 404, headers=_PRIVATE)


def _unavailable() -> Response:
    return PlainTextResponse("the log cannot be read now\n", 503, headers=_PRIVATE)
