"""An issuer that signs tokens as Keycloak does, over TLS: a process of its own on the machine."""

import json
import ssl
import sys
import time
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import RSAKey

REALM: Final = "/realms/borough/protocol/openid-connect"
_PERSON: Final = {
    "sub": "jo",
    "preferred_username": "jo",
    "organisation": "northbrook",
    "sector": "SOCIAL_CARE",
    "realm_access": {"roles": ["practitioner", "purpose:safeguarding", "offline_access"]},
    "areas": ["E09990001"],
    "accreditation": ["information-sharing"],
    "acr": "2",
}


class Issuer:
    """One realm, one person with a password, and keys that can be changed while it serves."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._keys = [self._key(1)]

    def app(self) -> web.Application:
        """The service."""
        app = web.Application()
        app.router.add_get(f"{REALM}/certs", self._certs)
        app.router.add_post(f"{REALM}/token", self._token)
        app.router.add_post("/rotate", self._rotate)
        return app

    async def _certs(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": [key.as_dict(private=False) for key in self._keys]})

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if (form.get("username"), form.get("password")) != ("jo", "correct-horse"):
            return web.json_response({"error": "invalid_grant"}, status=401)
        return web.json_response({"access_token": self._signed(), "token_type": "Bearer"})

    async def _rotate(self, _: web.Request) -> web.Response:
        """Sign with another key from now on, and show both."""
        self._keys.insert(0, self._key(len(self._keys) + 1))
        return web.Response(text="rotated\n")

    def _signed(self) -> str:
        now = int(time.time())
        times = {"iat": now, "auth_time": now, "exp": now + 4 * 3600}
        said: dict[str, Any] = {**_PERSON, **times, "iss": self._issuer, "aud": "teamaround"}
        said |= {"typ": "Bearer", "jti": f"t-{time.monotonic_ns()}"}
        header = {"alg": "RS256", "typ": "JWT", "kid": str(self._keys[0].kid)}
        return jwt.encode(header, said, self._keys[0])

    @staticmethod
    def _key(number: int) -> RSAKey:
        return RSAKey.generate_key(2048, {"kid": f"realm-{number}", "use": "sig", "alg": "RS256"})


def serve(folder: Path, port: int) -> None:
    """Serve until stopped."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "sign-in.pem", folder / "sign-in-key.pem")
    issuer = Issuer(f"https://sign-in.example:{port}/realms/borough")
    print(json.dumps({"serving": port}), flush=True)  # noqa: T201 - to the journal
    web.run_app(issuer.app(), port=port, ssl_context=context, print=None)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
