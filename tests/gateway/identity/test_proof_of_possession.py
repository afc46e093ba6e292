"""Who merely holds a bound token has nothing: the key must be proved, once for each request."""

import base64
import json
from typing import Any

import pytest

from gateway.identity.counters import ProcessCounters
from gateway.identity.proof_of_possession import Presented
from gateway.model.errors import SignIn
from tests.support.gateway.sign_in import NOW, URL, Holder, Moment, Provider, verifier_for

HOLDER = Holder()
THIEF = Holder()


def presented(token: str, proof: str | None, scheme: str = "DPoP") -> Presented:
    return Presented(f"{scheme} {token}", proof, url=URL)


async def refused(shown: Presented, provider: Provider, **more: Any) -> str:
    with pytest.raises(SignIn) as error:
        await verifier_for(provider, Moment(), **more).caller(shown)
    return error.value.code


async def test_the_holder_of_the_key_is_let_in() -> None:
    provider = Provider()
    token = provider.token(cnf=HOLDER.confirmation)
    verifier = verifier_for(provider, Moment(), proof="dpop")
    for _ in range(2):
        caller = await verifier.caller(presented(token, HOLDER.proof(token)))
        assert caller.user == "s.worker"


async def test_a_proof_counts_once() -> None:
    provider = Provider()
    token = provider.token(cnf=HOLDER.confirmation)
    verifier = verifier_for(provider, Moment())
    shown = presented(token, HOLDER.proof(token))
    await verifier.caller(shown)
    with pytest.raises(SignIn, match="used before"):
        await verifier.caller(shown)


@pytest.mark.parametrize(
    "changes",
    [
        {"htm": "GET"},
        {"htu": "https://elsewhere.example/graphql"},
        {"htu": None},
        {"ath": "AAAA"},
        {"ath": None},
        {"iat": int(NOW) - 61},
        {"iat": int(NOW) + 61},
        {"iat": None},
        {"iat": True},
        {"jti": None},
        {"jti": 7},
        {"header": {"typ": "JWT"}},
        {"header": {"jwk": THIEF.key.as_dict(private=False)}},
        {"header": {"jwk": HOLDER.key.as_dict(private=True)}},
    ],
)
async def test_a_proof_of_anything_else_is_refused(changes: dict[str, Any]) -> None:
    provider = Provider()
    token = provider.token(cnf=HOLDER.confirmation)
    shown = presented(token, HOLDER.proof(token, **changes))
    assert await refused(shown, provider) == "PROOF_INVALID"


@pytest.mark.parametrize("key", [{"kty": "oct", "k": "AAAA"}, "none", None, {}, {"kty": "EC"}])
async def test_a_proof_brings_a_public_key_or_is_refused(key: object) -> None:
    provider = Provider()
    token = provider.token(cnf=HOLDER.confirmation)
    head = json.dumps({"alg": "ES256", "typ": "dpop+jwt", "jwk": key}).encode()
    forged = base64.urlsafe_b64encode(head).rstrip(b"=").decode()
    proof = f"{forged}.{HOLDER.proof(token).partition('.')[2]}"
    assert await refused(presented(token, proof), provider) == "PROOF_INVALID"


@pytest.mark.parametrize("proof", [None, "", "a.b.c", "x" * 5000])
async def test_without_a_readable_proof_a_bound_token_is_worth_nothing(proof: str | None) -> None:
    provider = Provider()
    token = provider.token(cnf=HOLDER.confirmation)
    assert await refused(presented(token, proof), provider) == "PROOF_INVALID"


async def test_a_thief_with_a_key_of_their_own_is_refused() -> None:
    provider = Provider()
    token = provider.token(cnf=HOLDER.confirmation)
    assert await refused(presented(token, THIEF.proof(token)), provider) == "PROOF_INVALID"


async def test_a_bound_token_is_no_bearer_token_nor_the_other_way_round() -> None:
    provider = Provider()
    bound, free = provider.token(cnf=HOLDER.confirmation), provider.token()
    assert await refused(presented(bound, None, "Bearer"), provider) == "PROOF_INVALID"
    assert await refused(presented(free, HOLDER.proof(free)), provider) == "PROOF_INVALID"


@pytest.mark.parametrize("demanded", ["dpop", "certificate", "any"])
async def test_an_issuer_whose_tokens_must_be_bound_gives_no_free_ones(demanded: str) -> None:
    provider = Provider()
    shown = presented(provider.token(), None, "Bearer")
    assert await refused(shown, provider, proof=demanded) == "PROOF_INVALID"


async def test_a_way_of_binding_that_nobody_can_check_is_refused() -> None:
    provider = Provider()
    shown = presented(provider.token(cnf={"kid": "1"}), None, "Bearer")
    assert await refused(shown, provider) == "PROOF_INVALID"
    shown = presented(provider.token(cnf="x"), None, "Bearer")
    assert await refused(shown, provider) == "UNAUTHENTICATED"


async def test_nobody_spends_the_proofs_of_another_key() -> None:
    provider = Provider()
    verifier = verifier_for(provider, Moment())
    for holder in (THIEF, HOLDER):
        token = provider.token(cnf=holder.confirmation)
        shown = presented(token, holder.proof(token, jti="1"))
        assert (await verifier.caller(shown)).user == "s.worker"


async def test_a_proof_of_a_clock_ahead_is_refused_by_a_gateway_whose_clock_is_behind() -> None:
    provider, clock = Provider(), Moment()
    counts = ProcessCounters(clock)
    ahead, behind = Moment(), Moment(NOW - 30)
    token = provider.token(cnf=HOLDER.confirmation)
    shown = presented(token, HOLDER.proof(token, iat=int(NOW) + 60))
    await verifier_for(provider, ahead, counts=counts).caller(shown)
    for passed in (30, 120, 150):
        clock.at, behind.at = NOW + passed, NOW - 30 + passed
        with pytest.raises(SignIn, match="used before"):
            await verifier_for(provider, behind, counts=counts).caller(shown)
