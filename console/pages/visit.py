"""One request by somebody who is signed in, and what a page may do for them."""

import time
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from jinja2 import Environment
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from console.asking.client import GatewayClient
from console.config.keys import PagesKeys
from console.config.settings import PagesSettings
from console.pages.languages import PageLanguage, language_of
from console.pages.rendering import rendered
from console.sign_in.code_flow import CodeFlow
from console.sign_in.cookies import keep_session, session_of
from console.sign_in.errors import NotSignedIn
from console.sign_in.forms import Forms
from console.sign_in.provider import Provider
from console.sign_in.session import Session, digest
from console.sign_in.signed_out import SignedOut

_LIVE: Final = "application/x-ndjson"
_SEEN_AGAIN_S: Final = 30


@dataclass(frozen=True, slots=True)
class PagesParts:
    """Everything that pages are made with; wired once, in `console.app`."""

    settings: PagesSettings
    keys: PagesKeys
    client: GatewayClient
    provider: Provider
    flow: CodeFlow
    forms: Forms
    signed_out: SignedOut
    templates: Environment


@dataclass(frozen=True, slots=True)
class Visit:
    """A request, whose it is, and the form that came with it."""

    request: Request
    session: Session
    form: FormData
    parts: PagesParts

    @property
    def live(self) -> bool:
        """Whether our script waits for parts of a page; without it the whole page comes at once."""
        return _LIVE in self.request.headers.get("accept", "")

    @property
    def language(self) -> PageLanguage:
        """The language of the form or the link that led here, else the browser's."""
        return language_of(self.request, self.text("lang"))

    def text(self, name: str) -> str:
        """What was typed into a field; empty if nothing was."""
        value = self.form.get(name)
        return value.strip() if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """What was typed or chosen in fields of this name."""
        values = (each for each in self.form.getlist(name) if isinstance(each, str))
        return [each.strip() for each in values if each.strip()]

    def whole_texts(self, name: str) -> list[str]:
        """What stood in fields of this name, an empty one too, each as it was sent."""
        return [each for each in self.form.getlist(name) if isinstance(each, str)]

    async def upload(self, name: str) -> tuple[str, str]:
        """The name and the text of a file that was chosen; both empty if none was."""
        file = self.form.get(name)
        if not isinstance(file, UploadFile) or not file.filename:
            return "", ""
        return file.filename, (await file.read()).decode("utf-8-sig", "replace")

    async def ask(self, name: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The data of the answer to one of our documents, asked as this person."""
        return await self.parts.client.ask(name, variables or {}, self.session.tokens)

    def ask_in_parts(
        self, name: str, variables: Mapping[str, Any]
    ) -> AsyncGenerator[dict[str, Any]]:
        """The payloads of the gateway's answer as they come."""
        return self.parts.client.parts(name, variables, self.session.tokens)

    def part(self, template: str, **values: Any) -> str:
        """A page, or a part of one. `mark()` is a fresh mark for each form."""
        limits = self.parts.settings.session
        shared = {"mark": self.mark, "signed_in": True, "idle": limits.idle}
        return rendered(self.parts.templates, template, {**shared, **values})

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A whole page."""
        return HTMLResponse(self.part(template, **values), status)

    def mark(self) -> str:
        """A fresh mark for a form."""
        return self.parts.forms.mark(self.session.name)


async def signed_in(request: Request, parts: PagesParts) -> tuple[Session, bool]:
    """Who is signed in, and whether the cookie must be kept anew; NotSignedIn where nobody is."""
    session = session_of(request, parts.keys.cookies)
    if session is None:
        raise NotSignedIn
    now = int(time.time())
    _refuse_ended(session, request, parts, now)
    tokens = await parts.flow.renewed(session.tokens)
    if tokens.expires_at <= now:
        raise NotSignedIn("over")
    changed = tokens is not session.tokens or now - session.seen > _SEEN_AGAIN_S
    return session.seen_now(now).with_tokens(tokens) if changed else session, changed


def _refuse_ended(session: Session, request: Request, parts: PagesParts, now: int) -> None:
    limits = parts.settings.session
    if session.browser != digest(request.headers.get("user-agent", "")):
        raise NotSignedIn
    if parts.signed_out.ended(session):
        raise NotSignedIn("signed-out")
    if now - session.seen > limits.idle:
        raise NotSignedIn("idle")
    if now - session.since > limits.longest:
        raise NotSignedIn("over")


def kept(request: Request, response: Response, session: Session, parts: PagesParts) -> Response:
    """The response, which has the browser keep this session."""
    keep_session(request, response, session, parts.keys.cookies)
    return response
