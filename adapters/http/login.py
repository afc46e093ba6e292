"""How the gateway logs in at an agency: a header per call, and tokens kept only in memory."""

import asyncio
import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol, assert_never
from urllib.parse import quote_plus, urlencode
from uuid import uuid4

from adapters.contract.contract import Failure, Fault, Malformed, Refused, Unavailable, WallClock
from adapters.contract.frozen import replace
from adapters.http.verdict import JsonAnswer, judge
from adapters.manifest.auth import (
    ApiKeyAuth,
    BasicAuth,
    BearerAuth,
    ClientCredentialsAuth,
    MutualTlsAuth,
    NoAuth,
    PrivateKeyJwtAuth,
    Secret,
    SftpAuth,
)
from adapters.manifest.manifest import Manifest
from adapters.network.http_request import HttpRequest, Transport
from adapters.network.secrets import SecretMissing, SecretTexts

if TYPE_CHECKING:  # few agencies want a signed sign-in, and what signs takes long to import
    from joserfc.jwk import ECKey, OKPKey, RSAKey

SignInRequest = Callable[[], tuple[Mapping[str, str], Mapping[str, str]]]  # headers and form

_TOKEN = re.compile(r"[!-~]{1,16384}")  # whatever a header can carry without a space
_BEARER: Final = frozenset({"bearer", "bearertoken"})  # the second is Apigee's word
_MARGIN = timedelta(seconds=10)
_SHORT_LIFE_S = 60.0  # for a token that does not say how long it lives, or says it strangely
_LONGEST_LIFE_S: Final = 86400.0
_ASSERTION_LIFE_S: Final = 240  # PDS allows at most five minutes
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
_OK = 200
_WRONG_LOGIN = 400  # invalid_client, RFC 6749 section 5.2, which allows 401 too


class Login(Protocol):
    """What a source asks before each call."""

    async def headers(self) -> Mapping[str, str] | Failure:
        """The headers that log us in, or why there are none."""
        ...

    def rejected(self, headers: Mapping[str, str]) -> bool:
        """The agency refused these headers; whether others may be had by asking again."""
        ...

    async def aclose(self) -> None:
        """Stop any login under way."""
        ...


@dataclass(frozen=True, slots=True)
class FixedLogin:
    """The same headers for every call."""

    fixed: Mapping[str, str]

    async def headers(self) -> Mapping[str, str]:
        """The fixed headers."""
        return self.fixed

    def rejected(self, headers: Mapping[str, str]) -> bool:  # noqa: ARG002 - as Login has it
        """There are no others."""
        return False

    async def aclose(self) -> None:
        """Nothing is under way."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    until: datetime

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.text}"}


class TokenLogin:
    """A token fetched when first needed, by one request however many calls wait for it."""

    def __init__(self, fetch: "TokenFetch", clock: WallClock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._token: _Token | None = None
        self._flight: asyncio.Task[_Token | Failure] | None = None

    async def headers(self) -> Mapping[str, str] | Failure:
        """A bearer token that still lives, or why there is none."""
        if self._token is None or self._token.until <= self._clock():
            found = await self._shared()
            if not isinstance(found, _Token):
                return found
            self._token = found
        return self._token.headers

    def rejected(self, headers: Mapping[str, str]) -> bool:
        """Forget the token, unless another was fetched since."""
        if self._token is not None and self._token.headers == headers:
            self._token = None
        return True

    async def aclose(self) -> None:
        """Stop a fetch under way, and close the connections for it."""
        if self._flight is not None:
            self._flight.cancel()
            await asyncio.gather(self._flight, return_exceptions=True)
        await self._fetch.transport.aclose()

    def watched(self, watch: Callable[[Transport], Transport]) -> "TokenLogin":
        """The same login, its token requests carried by what `watch` makes of their transport."""
        seen = replace(self._fetch, transport=watch(self._fetch.transport))
        return TokenLogin(seen, self._clock)

    async def _shared(self) -> _Token | Failure:
        if self._flight is None or self._flight.done():
            self._flight = asyncio.create_task(self._fetch.token())
        return await asyncio.shield(self._flight)  # one caller's end must not end the others'


@dataclass(frozen=True, slots=True)
class TokenFetch:
    """One token request (RFC 6749 section 4.4); `sign_in` makes its headers and form again."""

    transport: Transport
    token_url: str
    timeout_s: float
    sign_in: SignInRequest
    clock: WallClock

    async def token(self) -> _Token | Failure:
        """Ask the token endpoint once."""
        headers, form = self.sign_in()
        asked = self.clock()
        body = urlencode(form).encode()
        request = HttpRequest(self.token_url, "POST", {**_FORM, **headers}, body)
        try:
            async with asyncio.timeout(self.timeout_s):
                answer = await self.transport.send(request)
        except TimeoutError:
            return Unavailable(Fault.TIMED_OUT)
        if isinstance(answer, Unavailable | Malformed):
            return answer
        if answer.status == _WRONG_LOGIN:
            return Refused()
        found = judge(answer, asked)
        return _read_token(found, asked) if isinstance(found, JsonAnswer) else found


def _read_token(answer: JsonAnswer, asked: datetime) -> _Token | Malformed:
    text, kind = answer.body.get("access_token"), answer.body.get("token_type")
    if answer.status != _OK or not isinstance(text, str) or not _TOKEN.fullmatch(text):
        return Malformed("token")
    if kind is not None and not _is_bearer(kind):
        return Malformed("token")
    return _Token(text, _until(asked, _life(answer.body.get("expires_in"))))


def _is_bearer(kind: Any) -> bool:
    return isinstance(kind, str) and re.sub(r"[\s_-]", "", kind).lower() in _BEARER


def _life(said: Any) -> float:
    """The seconds that a token lives: servers write them as a text, as null, as 0 for "for ever".

    What is no life is taken for a short one: a token that is refused in use is fetched anew.
    """
    try:
        seconds = 0.0 if isinstance(said, bool) else float(said)
    except (TypeError, ValueError, OverflowError):
        return _SHORT_LIFE_S
    return min(seconds, _LONGEST_LIFE_S) if seconds > 0 else _SHORT_LIFE_S


def _until(asked: datetime, life_s: float) -> datetime:
    life = timedelta(seconds=life_s)
    return asked + life - min(_MARGIN, life / 2)


def open_login(
    manifest: Manifest, secrets: SecretTexts, transport: Transport, clock: WallClock
) -> Login:
    """The login of a checked manifest; SecretMissing if a secret is absent or unusable."""
    auth = manifest.auth
    match auth:
        case NoAuth():
            return FixedLogin({})
        case ApiKeyAuth():
            return FixedLogin({auth.header: _printable(secrets, auth.key)})
        case BasicAuth():
            user, password = _printable(secrets, auth.user), _printable(secrets, auth.password)
            return FixedLogin({"Authorization": _basic(user, password)})
        case BearerAuth():
            return FixedLogin({"Authorization": f"Bearer {_printable(secrets, auth.token)}"})
        case ClientCredentialsAuth():
            sign_in = _client_secret(auth, secrets)
        case PrivateKeyJwtAuth():
            sign_in = _assertion(auth, secrets, clock)
        case MutualTlsAuth() | SftpAuth():
            return FixedLogin({})  # the connection itself logs in
        case _:
            assert_never(auth)
    timeout_s = manifest.limits.timeout
    return TokenLogin(TokenFetch(transport, auth.token_url, timeout_s, sign_in, clock), clock)


def _printable(secrets: SecretTexts, secret: Secret) -> str:
    text = secrets.text(secret)
    if not (text.isascii() and text.isprintable()):
        place = secret.env or secret.file
        raise SecretMissing(f"{place} has characters that a header cannot have")
    return text


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _client_secret(auth: ClientCredentialsAuth, secrets: SecretTexts) -> SignInRequest:
    # RFC 6749, 2.3.1: each half is form-encoded before they are joined.
    user = quote_plus(_printable(secrets, auth.client_id))
    password = quote_plus(_printable(secrets, auth.client_secret))
    headers = {"Authorization": _basic(user, password)}
    form = {"grant_type": "client_credentials"}
    if auth.scope is not None:
        form["scope"] = auth.scope
    return lambda: (headers, form)


def _assertion(auth: PrivateKeyJwtAuth, secrets: SecretTexts, clock: WallClock) -> SignInRequest:
    from joserfc import jwt

    client = _printable(secrets, auth.client_id)
    key = _key(auth, secrets)
    header = {"alg": auth.alg, "typ": "JWT"} | ({"kid": auth.kid} if auth.kid else {})

    def sign_in() -> tuple[Mapping[str, str], Mapping[str, str]]:
        claims = {
            "iss": client,
            "sub": client,
            "aud": auth.token_url,
            "jti": str(uuid4()),
            "exp": int(clock().timestamp()) + _ASSERTION_LIFE_S,
        }
        signed = jwt.encode(header, claims, key, algorithms=[auth.alg])
        return {}, {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION,
            "client_assertion": signed,
        }

    return sign_in


def _key(auth: PrivateKeyJwtAuth, secrets: SecretTexts) -> "RSAKey | ECKey | OKPKey":
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, OKPKey, RSAKey

    kinds: dict[str, type[RSAKey | ECKey | OKPKey]] = {"ES256": ECKey, "EdDSA": OKPKey}
    try:
        key = kinds.get(auth.alg, RSAKey).import_key(secrets.text(auth.key))
        jwt.encode({"alg": auth.alg}, {}, key, algorithms=[auth.alg])
    except (JoseError, ValueError, TypeError):
        place = auth.key.env or auth.key.file
        raise SecretMissing(f"{place} has no private key for {auth.alg}") from None
    return key
