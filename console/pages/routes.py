"""A page is a function of a visit: here it gets its address, its visitor, and its problems."""

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from console.pages.languages import language_of
from console.pages.problems import problem
from console.pages.received import form_of
from console.pages.rendering import rendered
from console.pages.visit import PagesParts, Visit, kept, signed_in
from console.sign_in.cookies import forget_session
from console.sign_in.errors import FormRefused, NotSignedIn

_LOG: Final = logging.getLogger("console")

Show = Callable[[Visit], Awaitable[Response]]
ShowToAll = Callable[[Request], Awaitable[Response]]


def page(path: str, show: Show) -> Route:
    """A page that opens by GET: it changes nothing, and nobody is asked about a child."""
    return Route(path, _for_visitors(show, posted=False), methods=["GET"])


def form(path: str, show: Show) -> Route:
    """What a form leads to, by POST: each form counts once."""
    return Route(path, _for_visitors(show, posted=True), methods=["POST"])


def open_page(path: str, show: ShowToAll, *methods: str) -> Route:
    """A page that needs no sign-in."""

    async def respond(request: Request) -> Response:
        try:
            return await show(request)
        except Exception as error:  # noqa: BLE001  whatever it was, its text stays inside
            return problem_page(request, error)

    return Route(path, respond, methods=[*methods] or ["GET"])


def parts_of(request: Request) -> PagesParts:
    """What the pages of this application are made with."""
    found: PagesParts = request.app.state.parts
    return found


def problem_page(request: Request, error: Exception, visit: Visit | None = None) -> Response:
    """The page that says what went wrong; the log has the error's kind, and no word of it."""
    told = problem(error)
    if told.status == 500:  # noqa: PLR2004  an internal error
        _LOG.error("failed: %s", type(error).__name__)
    # Before it is known whose page it is, the browser says which language is read there.
    spoken = isinstance(error, NotSignedIn | FormRefused)
    language = (visit.language if visit else language_of(request)).values if spoken else {}
    if visit is not None:
        return visit.page("problem.html", told.status, problem=told, **language)
    values = {**language, "problem": told, "signed_in": False}
    text = rendered(parts_of(request).templates, "problem.html", values)
    response = HTMLResponse(text, told.status)
    if isinstance(error, NotSignedIn):
        forget_session(request, response)
    return response


def _for_visitors(show: Show, *, posted: bool) -> ShowToAll:
    async def respond(request: Request) -> Response:
        try:
            return await _visited(request, show, posted=posted)
        except Exception as error:  # noqa: BLE001  whatever it was, its text stays inside
            return problem_page(request, error)

    return respond


async def _visited(request: Request, show: Show, *, posted: bool) -> Response:
    parts = parts_of(request)
    session, changed = await signed_in(request, parts)
    came = await form_of(request) if posted else FormData()
    visit = Visit(request, session, came, parts)
    try:
        if posted:
            parts.forms.take(request, session.name, visit.text("mark"))
        response = await show(visit)
    except Exception as error:  # noqa: BLE001  a renewed token is kept whatever the page does
        response = problem_page(request, error, visit)
    finally:
        await came.close()  # a file that was sent along is let go of at once
    return kept(request, response, session, parts) if changed else response
