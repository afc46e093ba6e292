"""Who is signed in: a value that only a sealed cookie holds, and that is never an answer."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Self

import orjson
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from console.asking.tokens import Tokens

_HEAD: Final = {"alg": "dir", "enc": "A256GCM"}
_PIECE: Final = 3500  # bytes of one cookie; browsers keep 4096 with its name and attributes
_PIECES: Final = 4
_TOO_LONG: Final = "The sign-in service's tokens are too long for cookies. Tell the operator."


class SessionTooLarge(ValueError):
    """The provider's tokens do not fit into cookies."""


@dataclass(frozen=True, slots=True)
class Session:
    """One person in one browser. Moments are in seconds since 1970.

    `name` marks this session's forms. `person` and `at_provider` are the provider's `sub` and
    `sid`, by which it signs somebody out. `browser` is a digest of what the browser calls itself.
    """

    name: str
    person: str
    at_provider: str | None
    browser: str
    since: int
    seen: int
    tokens: Tokens

    @classmethod
    def begun(cls, claims: Mapping[str, Any], tokens: Tokens, browser: str, now: int) -> Self:
        """A new session of the person of an identity token."""
        provider_sid = claims.get("sid")
        return cls(
            name=secrets.token_urlsafe(16),
            person=str(claims["sub"]),
            at_provider=str(provider_sid) if provider_sid else None,
            browser=digest(browser),
            since=now,
            seen=now,
            tokens=tokens,
        )

    def seen_now(self, now: int) -> Self:
        """The same session, used a moment ago."""
        return replace(self, seen=now)

    def with_tokens(self, tokens: Tokens) -> Self:
        """The same session with renewed tokens."""
        return replace(self, tokens=tokens)


def digest(browser: str) -> str:
    """What is kept of a browser's own name."""
    return hashlib.sha256(browser.encode()).hexdigest()[:16]


def seal(said: Mapping[str, Any], purpose: str, key: OctKey) -> str:
    """A text that only these pages can read, good for this purpose alone."""
    return jwe.encrypt_compact({**_HEAD, "typ": purpose}, orjson.dumps(said), key)


def unseal(text: str, purpose: str, key: OctKey) -> dict[str, Any] | None:
    """What was sealed for a purpose; None if it was not, or was changed."""
    try:
        opened = jwe.decrypt_compact(text, key)
        said = orjson.loads(opened.plaintext or b"")
    except (JoseError, ValueError):
        return None
    return said if opened.protected.get("typ") == purpose and isinstance(said, dict) else None


def sealed(session: Session, key: OctKey) -> list[str]:
    """The session as a few short texts; SessionTooLarge if it needs too many."""
    text = seal(asdict(session), "session", key)
    pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
    if len(pieces) > _PIECES:
        raise SessionTooLarge(_TOO_LONG)
    return pieces


def opened(pieces: list[str], key: OctKey) -> Session | None:
    """The session of these texts; None if they are not whole, not ours or of another version."""
    said = unseal("".join(pieces), "session", key)
    try:
        return Session(**{**said, "tokens": Tokens(**said["tokens"])}) if said else None
    except (TypeError, KeyError):
        return None
