"""Whatever a stranger writes as a token or a proof, it is refused and is no failure of ours."""

import base64
import json
from typing import Any, Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from joserfc import jws

from gateway.identity.proof_of_possession import Presented
from gateway.model.caller import Caller
from gateway.model.errors import SignIn
from tests.support.gateway.sign_in import (
    CLAIMS,
    NOW,
    URL,
    Holder,
    Moment,
    Provider,
    digest,
    verifier_for,
)

HEADER: Final = {"alg": "ES256", "kid": "k-1", "typ": "at+jwt"}
PROVIDER: Final = Provider()
HOLDER: Final = Holder()
BOUND: Final = PROVIDER.token(cnf=HOLDER.confirmation)
NUMBERS = st.integers(-(10**400), 10**400) | st.floats() | st.sampled_from((10**400, -(2**63)))
PLAIN = st.none() | st.booleans() | NUMBERS | st.characters() | st.just("\ud800")
ANY = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.characters(), inner, max_size=3),
    max_leaves=5,
)
IN_HEADER = st.sampled_from(("alg", "kid", "typ", "crit", "b64", "jwk", "x5c", "cty", "zip"))
IN_CLAIMS = st.sampled_from((*CLAIMS, "cnf", "nbf", "act", "azp", "client_id", "manager", "team"))
IN_PROOF = st.sampled_from(("htm", "htu", "ath", "iat", "jti", "exp", "nonce"))
DEEP: Final = "[" * 1200 + "]" * 1200


def said(header: object, claims: object) -> str:
    """A text in a token's form, which nobody signed."""
    parts = (json.dumps(part).encode() for part in (header, claims))
    return ".".join(base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in parts) + ".AAAA"


def signed(header: dict[str, Any], claims: str, key: Any) -> str:
    """The same, signed by a key; `claims` are written already."""
    return jws.serialize_compact(header, claims.encode(), key, algorithms=["ES256"])


def proof(**changes: Any) -> str:
    """What a holder claims in a proof for BOUND, written."""
    usual = {"htm": "POST", "htu": URL, "iat": int(NOW), "ath": digest(BOUND.encode()), "jti": "1"}
    return json.dumps({**usual, **changes})


async def outcome(scheme: str, token: str, shown: str | None = None) -> str:
    """`let in`, or the code of the refusal; any other end is the test's."""
    verifier = verifier_for(PROVIDER, Moment())
    try:
        caller = await verifier.caller(Presented(f"{scheme} {token}", shown, url=URL))
    except SignIn as refusal:
        return refusal.code
    assert isinstance(caller, Caller)
    return "let in"


@settings(max_examples=300)
@given(name=IN_HEADER, value=ANY)
@example(name="crit", value=None)
@example(name="crit", value=[[]])
async def test_a_header_that_nobody_signed_is_refused(name: str, value: object) -> None:
    stranger = said({**HEADER, name: value}, dict(CLAIMS))
    assert await outcome("Bearer", stranger) == "UNAUTHENTICATED"
    head = {"alg": "ES256", "typ": "dpop+jwt", "jwk": HOLDER.key.as_dict(private=False)}
    shown = said({**head, name: value}, json.loads(proof()))
    assert await outcome("DPoP", BOUND, shown) == "PROOF_INVALID"


@settings(max_examples=300)
@given(name=IN_CLAIMS, value=ANY)
@example(name="exp", value=10**400)
@example(name="cnf", value={"jkt": "\ud800"})
@example(name="cnf", value={"x5t#S256": "\ud800"})
async def test_an_issuer_that_claims_anything_is_read_or_refused(name: str, value: object) -> None:
    token = signed(HEADER, json.dumps({**CLAIMS, name: value}), PROVIDER.key)
    for scheme in ("Bearer", "DPoP"):
        await outcome(scheme, token)


@settings(max_examples=300)
@given(name=IN_PROOF, value=ANY)
@example(name="jti", value="\ud800")
async def test_a_holder_who_proves_anything_is_let_in_or_refused(name: str, value: object) -> None:
    head = {"alg": "ES256", "typ": "dpop+jwt", "jwk": HOLDER.key.as_dict(private=False)}
    await outcome("DPoP", BOUND, signed(head, proof(**{name: value}), HOLDER.key))


@pytest.mark.parametrize("claims", [DEEP, "[]", "7", f'{{"htm": {DEEP}}}', "{"])
async def test_what_is_signed_and_no_object_of_claims_is_refused(claims: str) -> None:
    head = {"alg": "ES256", "typ": "dpop+jwt", "jwk": HOLDER.key.as_dict(private=False)}
    shown = signed(head, claims, HOLDER.key)
    assert await outcome("DPoP", BOUND, shown) == "PROOF_INVALID"
    assert await outcome("Bearer", signed(HEADER, claims, PROVIDER.key)) == "UNAUTHENTICATED"
