"""The demo's own OpenID Connect provider: instead of a password it asks who you want to be.

It is for one machine alone. The console knows nothing of it but its address, as of any provider.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey

from demo.pages.people import DemoPerson

CLIENT: Final = "team-around-pages"
_CODE_S: Final = 60
_LIFETIME_S: Final = 8 * 3600
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
_STYLE: Final = Path(__file__).with_name("choosing.css")
_PAGE: Final = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>Who do you want to be? - Team Around demo</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/style.css"></head><body><main>
<h1>Who do you want to be?</h1>
<p>This is the demo, so there is no password. All people and children here are made up.</p>
<p>Open this page in a second tab too: you copy numbers and names from it.</p>
<ul class="people">{people}</ul></main></body></html>"""


@dataclass(frozen=True, slots=True)
class _Code:
    person: DemoPerson
    redirect: str
    challenge: str
    nonce: str
    until: float


class SignInService:
    """Authorization endpoint, token endpoint and keys of `issuer`, for one client."""

    def __init__(self, issuer: str, client: str, people: tuple[DemoPerson, ...]) -> None:
        self._issuer = issuer
        self._client = client
        self._people = {person.id: person for person in people}
        self._key = ECKey.generate_key("P-256", {"kid": "demo", "use": "sig", "alg": "ES256"})
        self._codes: dict[str, _Code] = {}

    def app(self) -> web.Application:
        """The service."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/.well-known/openid-configuration", self._metadata),
                web.get("/keys", self._keys),
                web.get("/style.css", _style),
                web.get("/authorize", self._choose),
                web.get("/chosen", self._chosen),
                web.post("/token", self._token),
                web.get("/end", self._end),
            ]
        )
        return app

    async def _metadata(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self._issuer,
                "authorization_endpoint": f"{self._issuer}/authorize",
                "token_endpoint": f"{self._issuer}/token",
                "jwks_uri": f"{self._issuer}/keys",
                "end_session_endpoint": f"{self._issuer}/end",
                "authorization_response_iss_parameter_supported": True,
                "code_challenge_methods_supported": ["S256"],
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "token_endpoint_auth_methods_supported": ["none"],
            }
        )

    async def _keys(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": [self._key.as_dict(private=False)]})

    async def _choose(self, request: web.Request) -> web.Response:
        asked = request.query
        if not self._fits(asked):
            return web.Response(status=400, text="This is no request of the demo's pages.")
        carried = "".join(
            f'<input type="hidden" name="{name}" value="{escape(asked[name])}">'
            for name in ("redirect_uri", "state", "nonce", "code_challenge")
        )
        people = "".join(_offered(person, carried) for person in self._people.values())
        page = _PAGE.format(people=people)
        return web.Response(text=page, content_type="text/html", headers=_HEADERS)

    async def _chosen(self, request: web.Request) -> web.Response:
        asked = request.query
        person = self._people.get(asked.get("person", ""))
        if person is None or asked.get("redirect_uri") != f"{self._client}/sign-in/done":
            return web.Response(status=400, text="Nobody of this name can be chosen.")
        code = secrets.token_urlsafe(24)
        redirect = asked["redirect_uri"]
        until = time.time() + _CODE_S
        challenge, nonce = asked.get("code_challenge", ""), asked.get("nonce", "")
        self._codes[code] = _Code(person, redirect, challenge, nonce, until)
        said = {"code": code, "state": asked.get("state", ""), "iss": self._issuer}
        raise web.HTTPSeeOther(f"{redirect}?{urlencode(said)}")

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        code = self._codes.pop(str(form.get("code", "")), None)
        if code is None or not _proved(code, form) or form.get("client_id") != CLIENT:
            return web.json_response({"error": "invalid_grant"}, status=400)
        answer = {
            "access_token": code.person.token(),
            "token_type": "Bearer",
            "expires_in": _LIFETIME_S,
            "id_token": self._identity(code),
        }
        return web.json_response(answer, headers={"Cache-Control": "no-store"})

    async def _end(self, request: web.Request) -> web.Response:
        back = request.query.get("post_logout_redirect_uri", "")
        if back != f"{self._client}/signed-out":
            return web.Response(status=400, text="This is no sign-out of the demo's pages.")
        state = request.query.get("state")
        raise web.HTTPSeeOther(f"{back}?{urlencode({'state': state})}" if state else back)

    def _fits(self, asked: Mapping[str, str]) -> bool:
        wanted = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": f"{self._client}/sign-in/done",
            "code_challenge_method": "S256",
        }
        return all(asked.get(name) == value for name, value in wanted.items()) and all(
            asked.get(name) for name in ("state", "nonce", "code_challenge")
        )

    def _identity(self, code: _Code) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": CLIENT,
            "sub": code.person.id,
            "nonce": code.nonce,
            "iat": now,
            "exp": now + _CODE_S,
            "auth_time": now,
            "sid": secrets.token_hex(8),
        }
        header = {"alg": "ES256", "kid": "demo"}
        return jwt.encode(header, claims, self._key, algorithms=["ES256"])


async def _style(_: web.Request) -> web.Response:
    return web.Response(text=_STYLE.read_text("utf-8"), content_type="text/css")


def _offered(person: DemoPerson, carried: str) -> str:
    to_try = "".join(f"<li>{escape(each)}</li>" for each in person.to_try)
    return (
        f'<li><form action="/chosen">{carried}'
        f'<input type="hidden" name="person" value="{escape(person.id)}">'
        f"<button>{escape(person.who)}</button></form>"
        f"<p>To try:</p><ul>{to_try}</ul></li>"
    )


def _proved(code: _Code, form: Mapping[str, Any]) -> bool:
    digest = hashlib.sha256(str(form.get("code_verifier", "")).encode()).digest()
    shown = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    fits = shown == code.challenge and form.get("redirect_uri") == code.redirect
    return fits and time.time() < code.until
