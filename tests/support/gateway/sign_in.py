"""Issuers whose keys a test holds, the tokens they give, and the proofs that go with them."""

import asyncio
import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey

from gateway.config.issuer_binding import IssuerBinding
from gateway.identity.counters import Counters, ProcessCounters
from gateway.identity.issuer_keys import IssuerKeys
from gateway.identity.issuers import ClaimValue, Issuer, Jwks, profile_of
from gateway.identity.tokens import TokenVerifier, TrustedIssuer
from tests.support.gateway.bindings import WIDE

NOW: Final = 1_800_000_000.0
URL: Final = "https://gateway.example/graphql"
CLAIMS: Final[Mapping[str, Any]] = {
    "iss": "https://sign-in.example",
    "aud": "teamaround",
    "sub": "s.worker",
    "iat": int(NOW),
    "exp": int(NOW) + 600,
    "jti": "t-1",
    "organisation": "northbrook",
    "sector": "SOCIAL_CARE",
    "roles": ["practitioner"],
    "purposes": ["SAFEGUARDING"],
}


@dataclass(slots=True)
class Moment:
    """A clock that a test sets; it serves as wall clock and as monotonic clock."""

    at: float = NOW

    def __call__(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        """As long as this takes, others have their turn."""
        await asyncio.sleep(0)
        self.at += seconds


@dataclass(slots=True)
class Provider:
    """An issuer with one current key; `fetched` counts how often its keys were asked for.

    Its answer waits for `gate` where there is one.
    """

    key: Key = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "k-1"}))
    fetched: int = 0
    away: bool = False
    gate: asyncio.Event | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def fetch(self) -> bytes:
        """The JWKS of the current key."""
        self.fetched += 1
        self.begun.set()
        held = json.dumps({"keys": [self.key.as_dict(private=False)]}).encode()
        if self.gate is not None:
            await self.gate.wait()
        if self.away:
            raise OSError("no answer")
        return held

    def rotate(self, kid: str) -> None:
        """Sign with a new key from now on."""
        self.key = ECKey.generate_key("P-256", {"kid": kid})

    def token(self, **changes: Any) -> str:
        """A signed token with these claims changed; None leaves one out.

        `typ` is the header's; a claim of that name goes into `says`.
        """
        typ = changes.pop("typ", "at+jwt")
        changes |= changes.pop("says", {})
        claims = {n: v for n, v in {**CLAIMS, **changes}.items() if v is not None}
        alg = "RS256" if isinstance(self.key, RSAKey) else "ES256"
        header = {"alg": alg, "kid": str(self.key.kid), "typ": typ}
        return jwt.encode(header, claims, self.key, algorithms=[alg])


def verifier_for(
    provider: Provider,
    moment: Moment,
    *,
    claims: Mapping[str, ClaimValue] | None = None,
    counts: Counters | None = None,
    may_assert: tuple[IssuerBinding, ...] = (WIDE,),
    **more: Any,
) -> TokenVerifier:
    """A verifier that knows this provider; `more` are fields of Issuer."""
    issuer = Issuer(
        issuer="https://sign-in.example",
        audience="teamaround",
        jwks=Jwks(url="https://sign-in.example/jwks"),
        claims={**(claims or {})},
        may_assert=may_assert,
        **more,
    )
    keys = IssuerKeys(provider.fetch, moment, None, issuer.issuer, moment.sleep)
    trusted = TrustedIssuer(issuer, profile_of(issuer), keys, moment)
    return TokenVerifier([trusted], moment, counts or ProcessCounters(moment))


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds the key that a token is bound to."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))

    @property
    def confirmation(self) -> dict[str, str]:
        """The `cnf` of a token bound to the key."""
        return {"jkt": self.key.thumbprint()}

    def proof(self, token: str, header: Mapping[str, Any] | None = None, **changes: Any) -> str:
        """A DPoP proof for a token, with claims and header fields changed; None leaves one out."""
        claims = {
            "htm": "POST",
            "htu": URL,
            "iat": int(NOW),
            "jti": secrets.token_hex(8),
            "ath": digest(token.encode()),
            **changes,
        }
        head = {"alg": "ES256", "typ": "dpop+jwt", "jwk": self.key.as_dict(private=False)}
        said = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({**head, **(header or {})}, said, self.key, algorithms=["ES256"])


def digest(content: bytes) -> str:
    """The base64url SHA-256."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
