"""The paths that a gateway answers: questions, probes, its public keys and its log."""

from collections.abc import Awaitable
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.audit.entry.range import EntryRange
from gateway.audit.publish.routes import routes as published
from gateway.config.settings import Settings
from gateway.config.settings_tables import BrowserSettings
from gateway.http.challenge import challenge
from gateway.http.connections.refusals import RefusalLog
from gateway.http.endpoint import Endpoint
from gateway.http.errors import STATUS
from gateway.http.pipeline import Pipeline
from gateway.http.request import SentHeaders
from gateway.http.routes.compression import Compression
from gateway.model import events
from gateway.model.errors import SignIn, TeamAroundError
from gateway.model.signed_in import signed_in
from gateway.registry.signing_keys import open_keys_on_behalf

_JWKS: Final = "application/jwk-set+json"
_SOON: Final = {"Cache-Control": "public, max-age=300"}  # an agency learns of a new key in time
_NOT_READY: Final = 503
_AGAIN: Final = {"Retry-After": "1"}
_FROM_PAGES: Final = (  # a header that is missing here lets no question of that page through
    *("Authorization", "Content-Type", "DPoP"),
    *("traceparent", "tracestate", "baggage", "sentry-trace", "X-Request-ID"),
    *("apollographql-client-name", "apollographql-client-version", "Apollo-Require-Preflight"),
    *("graphql-client-name", "graphql-client-version", "X-Requested-With"),
)
_ANY_METHOD: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


_QUESTIONS: Final = "/graphql"


class QuestionsFirst:
    """What answers each path: a POST of a question goes straight to the endpoint.

    Starlette would look for its route, and wrap it in what catches failures, which the endpoint
    answers itself. Whatever else comes, other methods of that path too, is for Starlette.
    """

    def __init__(self, questions: ASGIApp, others: ASGIApp) -> None:
        self._questions = questions
        self._others = others

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer what came."""
        asks = scope["type"] == "http" and scope["method"] == "POST"
        if asks and scope["path"] == _QUESTIONS and not scope.get("root_path"):
            return self._questions(scope, receive, send)
        return self._others(scope, receive, send)


def routes(pipeline: Pipeline, settings: Settings) -> ASGIApp:
    """What answers each path; any other is 404."""
    endpoint = Endpoint(pipeline, settings)
    found = Starlette(
        routes=[
            _questions(endpoint, settings),
            *_probes(pipeline),
            _keys_on_behalf(settings),
            _log(pipeline, settings.server.public_url),
        ]
    )
    found.router.redirect_slashes = False  # a redirect would go to whatever the Host header says
    questions: ASGIApp = endpoint
    for middleware in reversed(_around(settings)):
        questions = middleware.cls(questions, *middleware.args, **middleware.kwargs)
    return QuestionsFirst(questions, found)


def _questions(endpoint: Endpoint, settings: Settings) -> Route:
    return Route(_QUESTIONS, endpoint.respond, methods=_ANY_METHOD, middleware=_around(settings))


def _around(settings: Settings) -> list[Middleware]:
    """What every answer to a question goes through, the outermost first."""
    compressing = [Middleware(Compression)] if settings.server.compression else []
    return [*compressing, *_for_browsers(settings.browser)]


def _for_browsers(browser: BrowserSettings) -> list[Middleware]:
    """What lets pages of these origins ask with a token; none may send cookies."""
    if not browser.origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=browser.origins,
            allow_methods=["POST"],
            allow_headers=[*_FROM_PAGES, *browser.headers],
            expose_headers=["Retry-After", "WWW-Authenticate"],
        )
    ]


def _probes(pipeline: Pipeline) -> list[Route]:
    async def health(_: Request) -> JSONResponse:
        return JSONResponse({"serving": True})

    async def live(_: Request) -> JSONResponse:
        return JSONResponse({"live": True})

    async def ready(_: Request) -> JSONResponse:
        causes = await pipeline.readiness.causes()
        said = {"ready": not causes, "causes": causes}
        return JSONResponse(said, _NOT_READY if causes else 200, headers=_AGAIN if causes else None)

    return [Route("/health", health), Route("/live", live), Route("/ready", ready)]


def _keys_on_behalf(settings: Settings) -> Route:
    keys = open_keys_on_behalf(settings.files)

    async def on_behalf_keys(_: Request) -> Response:
        return Response(keys.published, headers=_SOON, media_type=_JWKS)

    return Route("/on-behalf-keys", on_behalf_keys)


def _log(pipeline: Pipeline, public_url: str) -> Mount:
    refused = RefusalLog(events.questions_refused)

    async def admits(request: Request, reads: EntryRange | None) -> Response | None:
        authorization = SentHeaders(request).only("authorization")
        try:
            await pipeline.admit_auditor(authorization, reads, signed_in(request.scope))
        except TeamAroundError as error:
            refused.refused(error.code)
            refusal = PlainTextResponse(f"{error.code}: {error.message}\n", STATUS[type(error)])
            if isinstance(error, SignIn):
                challenge(refusal, error, authorization, public_url)
            return refusal
        return None

    return Mount("/log", routes=published(pipeline.publication, admits))
