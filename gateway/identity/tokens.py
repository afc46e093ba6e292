"""A token becomes a Caller, or nothing is asked of anybody."""

import asyncio
import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cachetools import TTLCache
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.jwt import JWTClaimsRegistry

from gateway.identity.claims import ClaimReader
from gateway.identity.counters import Counters
from gateway.identity.issuer_keys import IssuerKeys
from gateway.identity.issuers import Issuer, IssuerProfile
from gateway.identity.proof_of_possession import Presented, Proofs
from gateway.identity.revocations import Revocations, revoked
from gateway.identity.signed_text import NotOpened, opened
from gateway.model.caller import Caller
from gateway.model.errors import SignIn, TryLater

_LONGEST_TOKEN: Final = 8192
_LEEWAY_S: Final = 30
_KEPT_S: Final = 5.0
_KEPT: Final = 10_000
_LONGEST_LIFE_S: Final = 12 * 3600
_SIGN_IN: Final = "present a current access token: Authorization: Bearer <token>"


@dataclass(frozen=True, slots=True)
class Verified:
    """What a good token says: its caller, what it is bound to, and until when it is good.

    `key` is the one that signed it.
    """

    caller: Caller
    key: Key
    bound_to: Mapping[str, Any]
    demanded: str
    expires_at: float
    token_id: str | None


class TrustedIssuer:
    """Checks one issuer's tokens: signature, type, issuer, audience, times, and what it requires.

    `now` is in seconds since 1970.
    """

    def __init__(
        self, issuer: Issuer, profile: IssuerProfile, keys: IssuerKeys, now: Callable[[], float]
    ) -> None:
        self.name = issuer.issuer
        self.keys = keys
        self._now = now
        self._issuer = issuer
        self._types = frozenset(name.lower() for name in profile.token_types)
        self._requires = profile.requires
        self._reader = ClaimReader.of(issuer, profile)
        self._registry = JWTClaimsRegistry(
            now=lambda: int(now()),
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": issuer.issuer},
            aud={"essential": True, "value": issuer.audience},
            exp={"essential": True},
            iat={"essential": True},
        )

    async def verified(self, token: str, header: Mapping[str, Any]) -> Verified:
        """What the token says; SignIn if it is not a good one."""
        key = await self._key(header)
        claims = self._claims(token, key)
        if str(header.get("typ", "")).lower() not in self._types:
            raise SignIn(
                "UNAUTHENTICATED", f"the token is not an access token (RFC 9068): {_SIGN_IN}"
            )
        if any(claims.get(name) != value for name, value in self._requires.items()):
            raise SignIn("UNAUTHENTICATED", f"the token is not of the kind to ask with: {_SIGN_IN}")
        bound_to, name = claims.get("cnf", {}), claims.get("jti")
        if not isinstance(bound_to, dict):
            raise SignIn("UNAUTHENTICATED", f"the token's cnf makes no sense: {_SIGN_IN}")
        caller = self._reader.caller(claims)
        if caller.signed_in_at is not None and caller.signed_in_at > self._now() + _LEEWAY_S:
            raise SignIn("UNAUTHENTICATED", f"the token says a sign-in of later: {_SIGN_IN}")
        return Verified(
            caller=caller,
            key=key,
            bound_to=bound_to,
            demanded=self._issuer.proof,
            expires_at=float(claims["exp"]),
            token_id=name if isinstance(name, str) else None,
        )

    async def _key(self, header: Mapping[str, Any]) -> Key:
        kid = header.get("kid")
        key = await self.keys.key(kid) if kid is None or isinstance(kid, str) else None
        if key is None:
            raise SignIn("UNAUTHENTICATED", f"no such key signs for the issuer: {_SIGN_IN}")
        return key

    def _claims(self, token: str, key: Key) -> Mapping[str, Any]:
        try:
            decoded = opened(token, key, self._issuer.algorithms)
            self._registry.validate(decoded.claims)
        except (JoseError, ValueError) as error:
            name = str(error) if isinstance(error, NotOpened) else type(error).__name__
            raise SignIn("UNAUTHENTICATED", f"the token is refused ({name}): {_SIGN_IN}") from None
        if decoded.claims["exp"] - self._now() > _LONGEST_LIFE_S + _LEEWAY_S:
            raise SignIn(
                "TOKEN_LASTS_TOO_LONG",
                "the token's exp is more than twelve hours away: present a shorter-lived one",
                issuer=self.name,
            )
        return decoded.claims


class TokenVerifier:
    """Where every request shows its token; what was verified is remembered for seconds.

    The memory holds hashes of tokens. It is emptied whenever the list of revocations changes, and
    what a key signed is forgotten with the key.
    """

    def __init__(
        self, issuers: list[TrustedIssuer], now: Callable[[], float], counts: Counters
    ) -> None:
        self._issuers = {issuer.name: issuer for issuer in issuers}
        self._now = now
        self._proofs = Proofs(now, counts)
        self._recent: TTLCache[bytes, Verified] = TTLCache(_KEPT, _KEPT_S, timer=now)
        self._revocations = Revocations(None, self.forget)
        self._keeping: list[asyncio.Task[None]] = []

    @property
    def issuers(self) -> frozenset[str]:
        """The issuers whose tokens may be good."""
        return frozenset(self._issuers)

    def heed(self, revocations: Revocations) -> None:
        """From now on ask this list."""
        self._revocations = revocations

    def forget(self) -> None:
        """Verify every token again."""
        self._recent.clear()

    async def renew(self) -> None:
        """Read every issuer's keys now, and verify every token anew."""
        await asyncio.gather(*(issuer.keys.renew() for issuer in self._issuers.values()))
        self.forget()

    async def begin(self) -> None:
        """Read the keys of every issuer, and go on to until closed; who is away is said."""
        await self.renew()
        keeping = (issuer.keys.keep() for issuer in self._issuers.values())
        self._keeping = [asyncio.create_task(each) for each in keeping]

    def refuse_keyless(self) -> None:
        """TryLater while nobody could sign in, as no issuer's keys are held."""
        refusals = []
        for issuer in self._issuers.values():
            try:
                issuer.keys.refuse_unread()
            except TryLater as refusal:
                refusals.append(refusal)
        if len(refusals) == len(self._issuers):
            raise refusals[0]

    async def aclose(self) -> None:
        """Ask no issuer for keys any more."""
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        for issuer in self._issuers.values():
            issuer.keys.close()

    async def caller(self, presented: Presented) -> Caller:
        """The caller of what a request presents; SignIn for anything but a good, proved token."""
        current = self._revocations.current()
        token = _token(presented.authorization)
        verified = await self._verified(token)
        if revoked(verified.caller, verified.token_id, verified.key.kid, current):
            raise SignIn(
                "REVOKED",
                "your access, or this token, was revoked: ask your organisation",
                issuer=verified.caller.issuer,
            )
        await self._proofs.refuse_unproved(presented, token, verified.bound_to, verified.demanded)
        return verified.caller

    async def _verified(self, token: str) -> Verified:
        key = hashlib.sha256(token.encode()).digest()
        try:
            known = self._recent[key]
        except KeyError:
            known = None
        if known is not None and self._still_good(known):
            return known
        header, issuer = _unverified(token)
        trusted = self._issuers.get(issuer)
        if trusted is None:
            raise SignIn("UNAUTHENTICATED", f"the token's issuer is not known here: {_SIGN_IN}")
        self._recent[key] = verified = await trusted.verified(token, header)
        return verified

    def _still_good(self, known: Verified) -> bool:
        within = self._now() <= known.expires_at + _LEEWAY_S
        return within and self._issuers[known.caller.issuer].keys.current(known.key)


def _token(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    token = token.strip()
    usable = scheme.lower() in {"bearer", "dpop"} and token.isascii()
    if not usable or not token or len(token) > _LONGEST_TOKEN:
        raise SignIn("UNAUTHENTICATED", f"there is no usable bearer token: {_SIGN_IN}")
    return token


def _unverified(token: str) -> tuple[Mapping[str, Any], str]:
    """The header and issuer that a token states, to find the key to check it with; no more."""
    try:
        header, payload, _ = token.split(".")
        head, said = (json.loads(_decoded(part)) for part in (header, payload))
        return {**head}, str(said["iss"])
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        raise SignIn("UNAUTHENTICATED", f"the token is not a signed JWT: {_SIGN_IN}") from None


def stated_key(authorization: str | None) -> str:
    """A short digest of the key id that a token states, good or not; empty if it states none."""
    try:
        header, _ = _unverified(_token(authorization))
    except SignIn:
        return ""
    return hashlib.sha256(str(header.get("kid", "")).encode(errors="replace")).hexdigest()[:8]


def _decoded(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
