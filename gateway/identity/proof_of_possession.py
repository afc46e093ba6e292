"""A token that is bound to a key is worth nothing to who merely holds it: DPoP and certificates."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from joserfc.jwk import JWKRegistry, Key

from gateway.identity.counters import Count, Counters
from gateway.identity.signed_text import NotOpened, opened
from gateway.model.errors import SignIn

ALGORITHMS: Final = ["ES256", "ES384", "RS256", "PS256", "Ed25519"]
_PUBLIC: Final = frozenset({"EC", "RSA", "OKP"})
_LONGEST: Final = 4096
_FRESH_S: Final = 60
# A proof's clock may be a minute ahead of ours, and another gateway's a minute behind.
_REMEMBERED_S: Final = 3 * _FRESH_S


@dataclass(frozen=True, slots=True)
class Presented:
    """What came with a request: its headers, the gateway's own address, and who sent it.

    `url` is the operator's `public_url`, empty if it is not set: never what the request says of
    itself, or whoever sends it on chooses for which host a proof is good. `certificate` is the
    base64url SHA-256 of the client's certificate in TLS, if it showed one.
    """

    authorization: str | None
    dpop: str | None = None
    method: str = "POST"
    url: str = ""
    certificate: str | None = None


class Proofs:
    """Checks that the sender holds the key that a token is bound to (RFC 9449, RFC 8705).

    A DPoP proof counts once, with all who share `counts`; its identifier is remembered, for its
    key, longer than it would be fresh by any of their clocks.
    """

    def __init__(self, now: Callable[[], float], counts: Counters) -> None:
        self._now = now
        self._counts = counts

    async def refuse_unproved(
        self, presented: Presented, token: str, bound_to: Mapping[str, Any], demanded: str
    ) -> None:
        """SignIn unless whatever the token is bound to was proved, and it is bound as demanded.

        `bound_to` is the token's `cnf`; an unknown way of binding cannot be proved.
        """
        scheme = (presented.authorization or "").partition(" ")[0].lower()
        if (scheme == "dpop") is not ("jkt" in bound_to):
            raise SignIn("PROOF_INVALID", "send a DPoP-bound token as: Authorization: DPoP <token>")
        if "jkt" in bound_to:
            await self._refuse_wrong_proof(presented, token, str(bound_to["jkt"]))
        if "x5t#S256" in bound_to:
            _refuse_wrong_certificate(presented, str(bound_to["x5t#S256"]))
        ways = {_WAYS.get(name) for name in bound_to}
        if None in ways or not (
            demanded == "none" or demanded in ways or (demanded == "any" and ways)
        ):
            raise SignIn("PROOF_INVALID", "the issuer's tokens must be bound to a key of yours")

    async def _refuse_wrong_proof(self, presented: Presented, token: str, thumbprint: str) -> None:
        if not presented.url:
            raise SignIn("PROOF_INVALID", "no DPoP here: the operator has not set public_url")
        proof = presented.dpop or ""
        if not proof or len(proof) > _LONGEST:
            raise SignIn("PROOF_INVALID", "the token is bound to a key: send one DPoP header")
        try:
            said, key = _opened(proof)
        except NotOpened as error:
            raise SignIn("PROOF_INVALID", f"the DPoP proof is refused ({error})") from None
        wanted = {"htm": presented.method, "htu": presented.url, "ath": _digest(token.encode())}
        wrong = sorted(name for name, value in wanted.items() if said.get(name) != value)
        if wrong or not _same(key.thumbprint(), thumbprint):
            names = ", ".join(wrong) or "key"
            raise SignIn("PROOF_INVALID", f"the DPoP proof is of another {names}")
        await self._refuse_stale(said, thumbprint)

    async def _refuse_stale(self, said: Mapping[str, Any], thumbprint: str) -> None:
        made_at, name = said.get("iat"), said.get("jti")
        whole = isinstance(made_at, int) and not isinstance(made_at, bool)
        if not whole or not isinstance(name, str) or not name:
            raise SignIn("PROOF_INVALID", "the DPoP proof needs iat and jti")
        if abs(self._now() - float(str(made_at))) > _FRESH_S:
            raise SignIn(
                "PROOF_INVALID", "the DPoP proof is too old or too new: make one for each request"
            )
        # Of this key: nobody spends the identifiers of another's proofs, nor meets them by chance.
        used = Count(f"dpop {_digest(f'{thumbprint} {name}'.encode())}", _REMEMBERED_S, by_all=True)
        if await self._counts.add([used]) != [1]:
            raise SignIn(
                "PROOF_INVALID", "the DPoP proof was used before: make one for each request"
            )


_WAYS: Final[Mapping[str, str]] = {"jkt": "dpop", "x5t#S256": "certificate"}


def thumbprint_of(certificate: bytes) -> str:
    """The `x5t#S256` of a certificate in DER (RFC 8705, section 3.1)."""
    return _digest(certificate)


def _opened(proof: str) -> tuple[Mapping[str, Any], Key]:
    """A proof's claims and the key that signed them, which it brings itself."""
    shown: list[Key] = []

    def its_own(header: Any) -> Key:
        shown_key = header.headers()["jwk"]
        if shown_key["kty"] not in _PUBLIC or "d" in shown_key:
            raise ValueError("no public key")
        key = JWKRegistry.import_key(shown_key)
        shown.append(key)
        return key

    decoded = opened(proof, its_own, ALGORITHMS)
    if decoded.header.get("typ", "").lower() != "dpop+jwt":
        raise NotOpened("ValueError")
    return decoded.claims, shown[0]


def _refuse_wrong_certificate(presented: Presented, thumbprint: str) -> None:
    if presented.certificate is None or not _same(presented.certificate, thumbprint):
        raise SignIn("PROOF_INVALID", "the token is bound to another client certificate")


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
