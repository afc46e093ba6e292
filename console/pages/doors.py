"""Coming in and going out: the pages of sign-in, sign-out, home, and staying signed in."""

import time
from dataclasses import asdict, dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from console.pages.languages import ENGLISH, language_of
from console.pages.received import form_of
from console.pages.rendering import rendered
from console.pages.routes import form, open_page, page, parts_of
from console.pages.visit import Visit, kept
from console.sign_in.code_flow import SignInBegun
from console.sign_in.cookies import (
    forget_session,
    forget_sign_in,
    keep_sign_in,
    session_of,
    sign_in_of,
)
from console.sign_in.errors import SignInFailed
from console.sign_in.session import Session, seal, unseal

_PURPOSE: Final = "sign-in"
_LONGEST_NOTICE: Final = 16 * 1024
_NOT_HERE: Final = "This sign-in was not begun in this browser, or took too long. Sign in again."


@dataclass(frozen=True, slots=True)
class HomeEntry:
    """A part of these pages: who sees it on the first page, by role or by purpose."""

    path: str
    title: str
    what: str
    roles: frozenset[str]
    purposes: frozenset[str] = frozenset()

    def is_for(self, me: dict[str, Any]) -> bool:
        """Whether it is offered to them. It is no right: the gateway decides on each question."""
        return bool(self.roles & {*me["roles"]} or self.purposes & {*me["purposes"]})


def doors(sections: tuple[HomeEntry, ...]) -> list[Route]:
    """The routes that every console has."""

    async def home(visit: Visit) -> Response:
        me = (await visit.ask("Me"))["me"]
        family = not me["roles"]  # whose pages speak their language
        language = visit.language.values if family else {}
        offered = [s for s in sections if s.is_for(me)]
        return visit.page("home.html", me=me, sections=offered, family=family, **language)

    return [
        page("/", home),
        page("/stay", _stay),
        form("/sign-out", _sign_out),
        open_page("/sign-in", _begin),
        open_page("/sign-in/done", _finish),
        open_page("/signed-out", _signed_out),
        open_page("/sign-in/ended", _ended_elsewhere, "POST"),
    ]


async def _stay(_: Visit) -> Response:
    return Response(status_code=204)


async def _begin(request: Request) -> Response:
    parts = parts_of(request)
    address, begun = await parts.flow.begin(anew="anew" in request.query_params)
    response = RedirectResponse(address, 303)
    keep_sign_in(response, seal(asdict(begun), _PURPOSE, parts.keys.cookies))
    return response


async def _finish(request: Request) -> Response:
    parts = parts_of(request)
    said = unseal(sign_in_of(request), _PURPOSE, parts.keys.cookies)
    if said is None:
        raise SignInFailed(_NOT_HERE)
    query = request.scope["query_string"].decode("latin-1")
    claims, tokens = await parts.flow.finish(query, SignInBegun(**said))
    browser = request.headers.get("user-agent", "")
    session = Session.begun(claims, tokens, browser, int(time.time()))
    if before := session_of(request, parts.keys.cookies):
        parts.signed_out.end(before)  # this browser has the new one now, and nobody else any
    response = kept(request, RedirectResponse("/", 303), session, parts)
    forget_sign_in(response)
    return response


async def _sign_out(visit: Visit) -> Response:
    visit.parts.signed_out.end(visit.session)
    on = await _signed_out_at(visit)
    # No redirect: our forms may lead nowhere else, and a provider may sign people out anywhere.
    values = {**visit.language.values, "signed_in": False, "on": on}
    text = rendered(visit.parts.templates, "leaving.html", values)
    response = HTMLResponse(text, headers={"Refresh": f"0; url={on}"} if on else {})
    response.headers["Clear-Site-Data"] = '"cache"'
    forget_session(visit.request, response)
    return response


async def _signed_out_at(visit: Visit) -> str | None:
    """Where the provider signs people out; None if it cannot be reached to say so."""
    try:
        spoken = visit.language.code
        state = None if spoken == ENGLISH else spoken
        return await visit.parts.flow.sign_out(visit.session.tokens, state)
    except SignInFailed:
        return None


async def _signed_out(request: Request) -> Response:
    parts = parts_of(request)
    values = {**language_of(request).values, "signed_in": False}
    response = HTMLResponse(rendered(parts.templates, "signed_out.html", values))
    forget_session(request, response)
    return response


async def _ended_elsewhere(request: Request) -> Response:
    parts = parts_of(request)
    came = await form_of(request, _LONGEST_NOTICE)
    await came.close()
    await parts.signed_out.noticed(str(came.get("logout_token")), parts.provider)
    return Response(status_code=200)
