"""What every HTTP agency does at its door: checks the login and writes down who came."""

import base64
import hmac
import json
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Guard = Callable[[web.Request], bool]

LOGIN_PATH: Final = "/oauth2/token"
NOTICES_PATH: Final = "/notices"  # where the agency's privacy officer is told of a break-glass


def agency_app(
    data: Path, guard: Guard, routes: Iterable[web.RouteDef], health: str = "/health"
) -> web.Application:
    """An application of these routes behind `guard`, its access log in `data`.

    `health`, the login and notices are open to everybody and not logged.
    """
    open_paths = frozenset({health, LOGIN_PATH, NOTICES_PATH})
    log = _access_log(data / "access.log", open_paths)
    app = web.Application(middlewares=[log, _guarded(guard, open_paths)])
    app.add_routes([web.get(health, _healthy), web.post(NOTICES_PATH, _told), *routes])
    return app


def api_key(header: str, key: str) -> Guard:
    """Whoever shows this key in this header."""
    return lambda request: hmac.compare_digest(request.headers.get(header, ""), key)


def bearer(token: str) -> Guard:
    """Whoever shows this token (RFC 6750)."""
    return api_key("Authorization", f"Bearer {token}")


def basic(user: str, password: str) -> Guard:
    """Whoever shows this user name and password (RFC 7617)."""
    shown = base64.b64encode(f"{user}:{password}".encode()).decode()
    return api_key("Authorization", f"Basic {shown}")


async def _healthy(_request: web.Request) -> web.Response:
    return web.json_response({"status": "pass"})


async def _told(_request: web.Request) -> web.Response:
    return web.Response(status=204)


def _guarded(guard: Guard, open_paths: frozenset[str]) -> Middleware:
    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path not in open_paths and not guard(request):
            return web.json_response({"error": "unauthorised"}, status=401)
        return await handler(request)

    return check


def _access_log(path: Path, open_paths: frozenset[str]) -> Middleware:
    @web.middleware
    async def note(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if request.path not in open_paths:
            _write(path, request, response)
        return response

    return note


def _write(path: Path, request: web.Request, response: web.StreamResponse) -> None:
    # The route and not the path, since a path may hold a child's number.
    route = request.match_info.route.resource
    line = {
        "at": datetime.now(UTC).isoformat(),
        "route": route.canonical if route else None,
        "status": response.status,
        "query_id": request.headers.get("X-Teamaround-Query"),
        "log_index": request.headers.get("X-Teamaround-Log-Index"),
    }
    with path.open("a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\n")
