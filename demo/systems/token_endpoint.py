"""An agency's OAuth 2 token endpoint: short-lived tokens for a client it knows."""

import base64
import secrets
import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.jwt import JWTClaimsRegistry

_LIFE_S = 300
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

Clock = Callable[[], float]
Prover = Callable[[web.Request], Awaitable[bool]]


class TokenEndpoint:
    """Issues a token to whoever proves to be the client, and knows its own tokens again."""

    def __init__(self, proves: Prover, *, clock: Clock = time.time) -> None:
        self._proves = proves
        self._clock = clock
        self._until: dict[str, float] = {}

    async def issue(self, request: web.Request) -> web.Response:
        """RFC 6749 section 4.4: a token, or an error of section 5.2."""
        form = await request.post()
        if form.get("grant_type") != "client_credentials":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        if not await self._proves(request):
            return web.json_response({"error": "invalid_client"}, status=401)
        token = secrets.token_urlsafe(24)
        self._until[token] = self._clock() + _LIFE_S
        return web.json_response(
            {"access_token": token, "token_type": "Bearer", "expires_in": _LIFE_S}
        )

    def knows(self, request: web.Request) -> bool:
        """Whether the request shows a token of this endpoint that has not run out."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return scheme == "Bearer" and self._until.get(token, 0.0) > self._clock()


def by_secret(client_id: str, client_secret: str) -> Prover:
    """The client shows its secret, in the form or by HTTP basic (RFC 6749 section 2.3.1)."""
    shown = "Basic " + base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()

    async def proves(request: web.Request) -> bool:
        form = await request.post()
        in_form = (form.get("client_id"), form.get("client_secret")) == (client_id, client_secret)
        return in_form or request.headers.get("Authorization") == shown

    return proves


def by_signature(client_id: str, public_key: bytes, *, clock: Clock = time.time) -> Prover:
    """The client signs an assertion with its key, once each (RFC 7523), as NHS England asks."""
    key = RSAKey.import_key(public_key)
    seen: set[str] = set()

    async def proves(request: web.Request) -> bool:
        form = await request.post()
        if form.get("client_assertion_type") != _ASSERTION:
            return False
        try:
            claims = jwt.decode(str(form["client_assertion"]), key, algorithms=["RS512"]).claims
            JWTClaimsRegistry(
                now=lambda: int(clock()),
                iss={"essential": True, "value": client_id},
                sub={"essential": True, "value": client_id},
                aud={"essential": True, "value": str(request.url)},
                exp={"essential": True},
                jti={"essential": True},
            ).validate(claims)
        except (JoseError, KeyError, ValueError):
            return False
        fresh = claims["jti"] not in seen and claims["exp"] <= clock() + _LIFE_S
        seen.add(claims["jti"])
        return fresh

    return proves
