"""A bearer token becomes a Caller, or nothing is asked of anybody."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from adapters.codes import Purpose, Sector
from gateway.caller import Caller
from gateway.errors import ConfigurationInvalid, SignIn
from gateway.settings import Settings

ALGORITHMS: Final = ["ES256", "RS256", "PS256", "Ed25519"]
DEVELOPMENT_KID: Final = "teamaround-development"
_LONGEST_TOKEN: Final = 8192
_LONGEST_CLAIM: Final = 256  # what an entry of the log holds
_LATEST: Final = 2**40  # seconds since 1970, far beyond any clock
_LEEWAY_S: Final = 30
_SIGN_IN: Final = "present a current access token: Authorization: Bearer <token>"


def read_token_keys(settings: Settings) -> KeySet:
    """The public keys that tokens are checked with; production refuses a development key."""
    file = settings.token_keys
    try:
        keys = json.loads(file.read_text("utf-8"))
        kids = [str(key.get("kid", "")) for key in keys["keys"]]
        key_set = KeySet.import_key_set(keys)
        secret = any(key.is_private or key.key_type == "oct" for key in key_set.keys)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, JoseError) as error:
        raise ConfigurationInvalid(
            f"token_keys: {file} is no JWKS file ({type(error).__name__})"
        ) from None
    if secret:
        raise ConfigurationInvalid(
            f"token_keys: {file} holds a private or a shared key; name public keys there"
        )
    if settings.environment == "production" and any(k.startswith(DEVELOPMENT_KID) for k in kids):
        raise ConfigurationInvalid(
            f"token_keys: {file} holds a development key, which production refuses;"
            " name the issuer's own keys there"
        )
    return key_set


class TokenVerifier:
    """Checks a token's signature, type, issuer, audience and times, then reads its caller."""

    def __init__(self, keys: KeySet, settings: Settings, now: Callable[[], float]) -> None:
        self._keys = keys
        self._registry = JWTClaimsRegistry(
            now=lambda: int(now()),
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "value": settings.audience},
            exp={"essential": True},
            iat={"essential": True},
        )

    def caller(self, authorization: str | None) -> Caller:
        """The caller of an Authorization header; SignIn for anything but a good token."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > _LONGEST_TOKEN:
            raise SignIn("UNAUTHENTICATED", f"there is no usable bearer token: {_SIGN_IN}")
        return _caller(self._claims(token.strip()))

    def _claims(self, token: str) -> Mapping[str, Any]:
        try:
            decoded = jwt.decode(token, self._keys, algorithms=ALGORITHMS)
            self._registry.validate(decoded.claims)
        except (JoseError, ValueError) as error:
            name = type(error).__name__
            raise SignIn("UNAUTHENTICATED", f"the token is refused ({name}): {_SIGN_IN}") from None
        if decoded.header.get("typ", "").lower() != "at+jwt":
            raise SignIn("UNAUTHENTICATED", f"the token is no access token (RFC 9068): {_SIGN_IN}")
        return decoded.claims


def _caller(claims: Mapping[str, Any]) -> Caller:
    user, organisation = claims.get("sub"), claims.get("organisation")
    if not _text(user) or not _text(organisation):
        raise SignIn("NO_HUMAN", "the token must name a person (sub) and an organisation")
    try:
        return Caller(
            user=_line(str(user)),
            organisation=_line(str(organisation)),
            sector=Sector(str(claims.get("sector"))),
            roles=_roles(claims),
            purposes=frozenset(Purpose(p) for p in _texts(claims, "purposes")),
            areas=tuple(sorted(_texts(claims, "areas"))),
            accreditation=frozenset(_texts(claims, "accreditation")),
            assurance=_number(claims, "assurance", 0, 4) or 0,
            signed_in_at=_number(claims, "auth_time", 0, _LATEST),
        )
    except ValueError:
        raise SignIn(
            "UNAUTHENTICATED",
            "the token's person, organisation, sector, roles, purposes or areas are not what"
            " this gateway knows",
        ) from None


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _line(text: str) -> str:
    if len(text) > _LONGEST_CLAIM or not text.isprintable():
        raise ValueError("no line that the log would hold")
    return text


def _roles(claims: Mapping[str, Any]) -> frozenset[str]:
    roles = frozenset(_texts(claims, "roles"))
    _line(" ".join(roles))
    return roles


def _number(claims: Mapping[str, Any], name: str, least: int, most: int) -> int | None:
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(name)
    return value


def _texts(claims: Mapping[str, Any], name: str) -> list[str]:
    values = claims.get(name, [])
    if not isinstance(values, list) or not all(_text(v) for v in values):
        raise ValueError(name)
    return values
