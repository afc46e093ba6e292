"""Proofs that a token is held by these pages: DPoP (RFC 9449), where the provider wants it."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import Final

from joserfc import jwt
from joserfc.jwk import ECKey

from console.asking.tokens import Tokens

_ALGORITHM: Final = "ES256"


@dataclass(frozen=True, slots=True)
class Prover:
    """Signs with the key that the tokens are bound to."""

    key: ECKey

    def headers(self, tokens: Tokens, url: str) -> dict[str, str]:
        """The headers that bring a token to the gateway at `url`, by POST."""
        if not tokens.bound:
            return {"Authorization": f"Bearer {tokens.access}"}
        proof = self.proof("POST", url, {"ath": _digest(tokens.access)})
        return {"Authorization": f"DPoP {tokens.access}", "DPoP": proof}

    def proof(self, method: str, url: str, more: dict[str, str] | None = None) -> str:
        """A fresh proof for one request; `more` are further claims."""
        claims = {
            "htm": method,
            "htu": url,
            "iat": int(time.time()),
            "jti": secrets.token_urlsafe(16),
            **(more or {}),
        }
        header = {
            "alg": _ALGORITHM,
            "typ": "dpop+jwt",
            "jwk": self.key.as_dict(private=False),
        }
        return jwt.encode(header, claims, self.key, algorithms=[_ALGORITHM])


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
