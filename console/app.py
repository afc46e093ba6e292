"""The pages, wired: every part is made here and handed over, and every address is listed."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import aiohttp
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from console.agency import section as agency
from console.asking.client import GatewayClient
from console.asking.proofs import Prover
from console.auditors import section as auditors
from console.config.keys import PagesKeys
from console.config.settings import PagesSettings
from console.families import section as families
from console.operators import section as operators
from console.pages.assets import Assets
from console.pages.doors import doors
from console.pages.headers import SecurityHeaders
from console.pages.rendering import environment
from console.pages.routes import problem_page
from console.pages.visit import PagesParts
from console.practitioner import section as practitioner
from console.sign_in.code_flow import CodeFlow
from console.sign_in.forms import Forms
from console.sign_in.provider import Provider
from console.sign_in.signed_out import SignedOut

ROOMS = (practitioner, agency, auditors, families, operators)


def pages_app(settings: PagesSettings, secret: bytes, assets: Assets) -> Starlette:
    """The whole console over these settings and the secret that its keys come of."""
    keys = PagesKeys.of(secret)
    routes = [
        *doors(tuple(entry for room in ROOMS for entry in room.ENTRIES)),
        *(route for room in ROOMS for route in room.ROUTES),
        Route("/assets/{version}/{name:path}", assets.respond),
        Route("/live", _alive),
    ]
    app = Starlette(
        routes=routes,
        lifespan=_wired(settings, keys, assets),
        middleware=[
            Middleware(SecurityHeaders, public_url=settings.public_url),
        ],
        exception_handlers={404: _not_there, 405: _not_there},
    )
    # Its redirects would believe the Host header, and lead from https to http.
    app.router.redirect_slashes = False
    return app


def _wired(
    settings: PagesSettings, keys: PagesKeys, assets: Assets
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            app.state.parts = _parts(settings, keys, assets, session)
            yield

    return lifespan


def _parts(
    settings: PagesSettings, keys: PagesKeys, assets: Assets, session: aiohttp.ClientSession
) -> PagesParts:
    prover = Prover(keys.proofs)
    provider = Provider(settings.sign_in, session, prover)
    here = settings.public_url
    return PagesParts(
        settings=settings,
        keys=keys,
        client=GatewayClient(settings.gateway, session, prover),
        provider=provider,
        flow=CodeFlow(provider, f"{here}/sign-in/done", f"{here}/signed-out"),
        forms=Forms(keys.forms, here),
        signed_out=SignedOut(settings.session.longest),
        templates=environment(assets),
    )


async def _alive(_: Request) -> Response:
    return PlainTextResponse("The pages are served.")


async def _not_there(request: Request, error: Exception) -> Response:
    response = problem_page(request, error)
    response.headers.update(getattr(error, "headers", None) or {})  # which methods are allowed
    return response
