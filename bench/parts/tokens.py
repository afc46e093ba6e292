"""What it costs to verify a caller's token, against joserfc that decodes the same and no more."""

import asyncio
import json
import time
from collections.abc import Awaitable
from statistics import median
from typing import Final

from joserfc import jwt
from joserfc.jwk import RSAKey
from rich.table import Table

from adapters.contract.codes import Purpose, Sector
from gateway.config.issuer_binding import IssuerBinding
from gateway.identity.counters import ProcessCounters
from gateway.identity.issuer_keys import IssuerKeys
from gateway.identity.issuers import Issuer, Jwks, profile_of
from gateway.identity.proof_of_possession import Presented
from gateway.identity.tokens import TokenVerifier, TrustedIssuer

_ROUNDS: Final = 200
_ISSUER: Final = "https://sign-in.example"
_BINDING: Final = IssuerBinding(
    organisations=("northbrook",),
    sectors=(Sector.SOCIAL_CARE,),
    roles=("practitioner",),
    purposes=(Purpose.SAFEGUARDING,),
    areas=("E09990001",),
)


def tokens_table() -> Table:
    """Microseconds for a token that was not seen, one that was, and the bare decoding of both."""
    table = Table(title="Verifying a token, RS256 with 2048 bits: medians of interleaved rounds")
    for heading in ("not seen before", "bare joserfc", "ratio", "seen seconds ago"):
        table.add_column(heading, justify="right")
    verified, bare, seen = asyncio.run(measured(_ROUNDS))
    table.add_row(
        *(f"{verified:.0f} us", f"{bare:.0f} us"),
        *(f"{verified / bare:.1f}", f"{seen:.0f} us"),
    )
    return table


async def measured(rounds: int) -> tuple[float, float, float]:
    """Medians in microseconds: our verifier, joserfc decoding alone, a token remembered."""
    key = RSAKey.generate_key(2048, {"kid": "k-1"})
    verifier = _verifier(key)
    verified, bare, seen = [], [], []
    for number in range(rounds + 1):
        shown = Presented(f"Bearer {_token(key, number)}")
        text = str(shown.authorization).removeprefix("Bearer ")
        verified.append(await _took_us(verifier.caller(shown)))
        seen.append(await _took_us(verifier.caller(shown)))
        started = time.perf_counter()
        jwt.decode(text, key, algorithms=["RS256"])
        bare.append((time.perf_counter() - started) * 1e6)
    return median(verified[1:]), median(bare[1:]), median(seen[1:])


def _verifier(key: RSAKey) -> TokenVerifier:
    issuer = Issuer(
        issuer=_ISSUER,
        audience="teamaround",
        jwks=Jwks(url=f"{_ISSUER}/jwks"),
        may_assert=(_BINDING,),
    )

    async def fetch() -> bytes:
        return json.dumps({"keys": [key.as_dict(private=False)]}).encode()

    keys = IssuerKeys(fetch, time.monotonic, None)
    return TokenVerifier(
        [TrustedIssuer(issuer, profile_of(issuer), keys, time.time)],
        time.time,
        ProcessCounters(time.time),
    )


def _token(key: RSAKey, number: int) -> str:
    now = int(time.time())
    claims = {
        "iss": _ISSUER,
        "aud": "teamaround",
        "sub": "s.worker",
        "iat": now,
        "exp": now + 600,
        "jti": str(number),
        "organisation": "northbrook",
        "sector": "SOCIAL_CARE",
        "roles": ["practitioner"],
        "purposes": ["SAFEGUARDING"],
        "areas": ["E09990001"],
    }
    header = {"alg": "RS256", "kid": "k-1", "typ": "at+jwt"}
    return jwt.encode(header, claims, key, algorithms=["RS256"])


async def _took_us(work: Awaitable[object]) -> float:
    started = time.perf_counter()
    await work
    return (time.perf_counter() - started) * 1e6
