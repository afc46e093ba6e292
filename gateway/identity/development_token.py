"""Tokens for development, from a key that production settings refuse."""

import json
import os
import secrets
from pathlib import Path

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from gateway.config.settings import Settings
from gateway.identity.issuer_keys import DEVELOPMENT_KID
from gateway.model.caller import Caller, OwnDetails
from gateway.model.errors import ConfigurationInvalid

_PRIVATE = "development-token-key.json"


def development_key(settings: Settings) -> ECKey:
    """The development signing key, made on first use with its JWKS; refused in production."""
    if settings.environment != "development":
        raise ConfigurationInvalid(
            "tokens are issued from a development key only with environment = development. In"
            " production callers bring a token of their own issuer"
        )
    private = settings.files.state / _PRIVATE
    try:
        if private.exists():
            return ECKey.import_key(json.loads(private.read_text("utf-8")))
        return _made(private, settings)
    except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
        raise ConfigurationInvalid(
            f"tokens.keys: {settings.tokens.keys} and {private} are made together and cannot be"
            f" made or read ({type(error).__name__}); remove both, or see the folder's rights"
        ) from None


def _made(private: Path, settings: Settings) -> ECKey:
    kid = f"{DEVELOPMENT_KID}-{secrets.token_hex(4)}"
    key = ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})
    settings.files.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(settings.tokens.keys, {"keys": [dict(key.as_dict(private=False))]})
    _write(private, dict(key.as_dict(private=True)))
    return key


def issue(caller: Caller, settings: Settings, *, now: float, lifetime_s: int) -> str:
    """A signed access token (RFC 9068) for `caller`."""
    key = development_key(settings)
    claims = {
        "iss": caller.issuer,
        "aud": settings.tokens.audience,
        "sub": caller.user,
        "iat": int(now),
        "exp": int(now) + lifetime_s,
        "jti": secrets.token_hex(8),
        "organisation": caller.organisation,
        "sector": caller.sector.value,
        "roles": sorted(caller.roles),
        "purposes": sorted(caller.purposes),
        "areas": list(caller.areas),
        "manager": caller.manager,
        **_own(caller.own),
        "accreditation": sorted(caller.accreditation),
        "assurance": caller.assurance,
        "auth_time": int(min(now, caller.signed_in_at or now)),  # nobody signs in later
    }
    header = {"alg": "ES256", "kid": key.kid, "typ": "at+jwt"}
    return jwt.encode(header, claims, key, algorithms=["ES256"])


def _own(details: OwnDetails) -> dict[str, object]:
    return {
        "family_name": details.family_name,
        "address": {"street_address": details.address, "postal_code": details.postcode},
        "phone_number": details.telephone,
        "email": details.email,
        "team": details.team,
        "registration": details.registration,
    }


def _write(file: Path, content: dict[str, object]) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        json.dump(content, opened)
