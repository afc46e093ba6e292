"""Who was signed out before their session was over, by themselves or by the provider."""

import time
from typing import Any, Final

from cachetools import TTLCache

from console.sign_in.errors import SignInFailed
from console.sign_in.provider import Provider
from console.sign_in.session import Session

_REMEMBERED: Final = 100_000
_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_OLDEST_S: Final = 300
_NO_NOTICE: Final = "This is no sign-out notice of the sign-in service."


class SignedOut:
    """Sessions that ended early. Each replica has to be told; see docs/pages.md."""

    def __init__(self, longest_s: int) -> None:
        self._ended: TTLCache[str, float] = TTLCache(_REMEMBERED, longest_s)

    def end(self, session: Session) -> None:
        """No copy of this session's cookie counts any more."""
        self._ended[f"name {session.name}"] = time.time()

    def ended(self, session: Session) -> bool:
        """Whether it was ended since it began."""
        names = (
            f"name {session.name}",
            f"sid {session.at_provider}",
            f"person {session.person}",
        )
        return any(self._ended.get(name, 0.0) >= session.since for name in names)

    async def noticed(self, token: str, provider: Provider) -> None:
        """Believe a notice of the provider (OpenID Connect Back-Channel Logout, section 2.4)."""
        claims, _ = await provider.signed(token)
        if not await _is_notice(claims, provider):
            raise SignInFailed(_NO_NOTICE)
        sid, person = claims.get("sid"), claims.get("sub")
        self._ended[f"sid {sid}" if sid else f"person {person}"] = time.time()


async def _is_notice(claims: dict[str, Any], provider: Provider) -> bool:
    issuer = (await provider.metadata()).issuer
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    events, said_at = claims.get("events"), claims.get("iat")
    return (
        claims.get("iss") == issuer
        and provider.settings.client_id in audiences
        and isinstance(events, dict)
        and _EVENT in events
        and "nonce" not in claims
        and bool(claims.get("sid") or claims.get("sub"))
        and isinstance(said_at, int)
        and abs(time.time() - said_at) <= _OLDEST_S
    )
