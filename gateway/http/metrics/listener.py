"""`/metrics` on a listener of its own: bounded as the main one, and shown for a credential."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.http.metrics.exposition import CONTENT_TYPE, Exposition
from gateway.http.metrics.readings import Readings
from gateway.http.request import SentHeaders

_SCHEME: Final = "bearer "
_ASK: Final = {"WWW-Authenticate": 'Bearer realm="metrics"'}
ShownCredential = Callable[[], str | None]
"""What a scraper has to show now; None where anybody may read."""


def metrics_app(
    exposition: Exposition, read: Callable[[], Awaitable[Readings]], credential: ShownCredential
) -> Starlette:
    """The application of the listener: one path, by GET; any other says no more than that."""
    turn = asyncio.Lock()  # however many ask, the parts are read one after another

    async def metrics(request: Request) -> Response:
        if not _is_let_in(SentHeaders(request).only("authorization"), credential()):
            return _refused(exposition, HTTPStatus.UNAUTHORIZED, "show the metrics' credential")
        async with turn:
            text = exposition.text(await read())
        exposition.scrapes["read"] += 1
        return Response(text, headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})

    async def elsewhere(_: Request, __: Exception) -> Response:
        return _refused(exposition, HTTPStatus.NOT_FOUND, "the path is /metrics, read by GET")

    missing = {404: elsewhere, 405: elsewhere}
    app = Starlette(routes=[Route("/metrics", metrics)], exception_handlers=missing)
    app.router.redirect_slashes = False
    return app


def _is_let_in(authorization: str | None, credential: str | None) -> bool:
    if credential is None:
        return True
    shown = authorization or ""
    stated = shown[len(_SCHEME) :] if shown.lower().startswith(_SCHEME) else ""
    return hmac.compare_digest(stated.encode(), credential.encode())


def _refused(exposition: Exposition, status: HTTPStatus, why: str) -> Response:
    exposition.scrapes[status.name.lower()] += 1
    headers = _ASK if status is HTTPStatus.UNAUTHORIZED else None
    return PlainTextResponse(f"{why}\n", status, headers=headers)
