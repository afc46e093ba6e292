"""The issuer of families' tokens: its key, and what it says of a person."""

import json
import secrets
import time
from pathlib import Path
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import ECKey

FAMILY_ISSUER: Final = "https://families.teamaround.example"
_LIFETIME_S: Final = 8 * 3600


def write_family_keys(folder: Path) -> ECKey:
    """A new key of the issuer for families; its public half in `family-keys.json`."""
    key = ECKey.generate_key("P-256", {"kid": f"families-{secrets.token_hex(4)}"})
    public = {"keys": [{**key.as_dict(private=False), "use": "sig", "alg": "ES256"}]}
    (folder / "family-keys.json").write_text(json.dumps(public), "utf-8")
    return key


def family_token(user: str, says: dict[str, Any], key: ECKey) -> str:
    """A fresh access token of `user`, with what the issuer `says` of them."""
    now = int(time.time())
    claims = {
        "iss": FAMILY_ISSUER,
        "aud": "teamaround",
        "sub": user,
        "iat": now,
        "exp": now + _LIFETIME_S,
        "auth_time": now,
        "identity_proofing_level": "P9",
        **says,
    }
    header = {"alg": "ES256", "kid": key.kid, "typ": "at+jwt"}
    return jwt.encode(header, claims, key, algorithms=["ES256"])
