"""A 401 says which tokens are taken, and no request chooses for which host a proof is good."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from multidict import CIMultiDictProxy

from gateway.model.errors import ConfigurationInvalid
from tests.support.edge import Edge, Said, edge
from tests.support.gateway.bindings import WIDE_TOML
from tests.support.gateway.sign_in import URL, Holder, Provider

ISSUERS = """
[[issuer]]
issuer = "https://sign-in.example"
audience = "teamaround"
jwks = { file = "keys.json" }
"""
ALGS = 'algs="ES256 ES384 RS256 PS256 Ed25519"'


@asynccontextmanager
async def met(
    folder: Path, provider: Provider, proof: str = "none", **settings: Any
) -> AsyncIterator[Edge]:
    """A gateway that trusts the provider, whose tokens must be bound as `proof` says."""
    keys = {"keys": [provider.key.as_dict(private=False)]}
    (folder / "keys.json").write_text(json.dumps(keys))
    text = f'{ISSUERS}proof = "{proof}"\n{WIDE_TOML}'
    (folder / "issuers.toml").write_text(text)
    async with edge(folder, tokens__issuers=folder / "issuers.toml", **settings) as gateway:
        yield gateway


def token_of(provider: Provider, holder: Holder) -> str:
    """A token of now, bound to the holder's key."""
    now = int(time.time())
    return provider.token(iat=now, exp=now + 600, cnf=holder.confirmation)


async def challenges(gateway: Edge, authorization: str, proof: str = "") -> list[str]:
    """The schemes that a refusal names, with what it says of each."""
    said = await gateway.send(authorization=authorization, dpop=proof)
    assert said.status == 401
    return challenges_in(said)


def challenges_in(said: Said) -> list[str]:
    assert isinstance(said.headers, CIMultiDictProxy)
    return list(said.headers.getall("WWW-Authenticate"))


async def test_a_refusal_says_which_schemes_are_taken_and_what_was_wrong(tmp_path: Path) -> None:
    provider, holder = Provider(), Holder()
    async with met(tmp_path, provider, proof="dpop", server__public_url=URL) as gateway:
        token = token_of(provider, holder)
        stale = holder.proof(token, iat=int(time.time()) - 3600)
        assert await challenges(gateway, "") == ["Bearer", f"DPoP {ALGS}"]
        assert await challenges(gateway, f"DPoP {token}", stale) == [
            "Bearer",
            f'DPoP error="invalid_dpop_proof", {ALGS}',
        ]
        assert await challenges(gateway, "DPoP no.to.ken", stale) == [
            "Bearer",
            f'DPoP error="invalid_token", {ALGS}',
        ]
        assert await challenges(gateway, f"Bearer {token}") == [
            'Bearer error="invalid_token"',
            f"DPoP {ALGS}",
        ]


async def test_an_auditor_without_a_token_is_told_the_schemes_too(tmp_path: Path) -> None:
    async with (
        edge(tmp_path) as gateway,
        gateway.town.session.get(f"{gateway.town.url}/log/checkpoint") as said,
    ):
        assert (said.status, said.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("host", ["gateway.example", "thief.example"])
async def test_a_proof_for_the_host_that_a_request_names_is_not_for_us(
    tmp_path: Path, host: str
) -> None:
    provider, holder = Provider(), Holder()
    async with met(tmp_path, provider, server__public_url=URL) as gateway:
        token = token_of(provider, holder)
        proof = holder.proof(token, htu=f"http://{host}/graphql", iat=int(time.time()))
        ours = holder.proof(token, iat=int(time.time()))
        theirs, own = [
            await gateway.send(authorization=f"DPoP {token}", host=host, dpop=each)
            for each in (proof, ours)
        ]
        assert (theirs.code, own.status) == ("PROOF_INVALID", 200)


async def test_where_nobody_knows_the_address_no_proof_is_good(tmp_path: Path) -> None:
    provider, holder = Provider(), Holder()
    async with met(tmp_path, provider) as gateway:
        token = token_of(provider, holder)
        for htu in (f"{gateway.town.url}/graphql", ""):
            proof = holder.proof(token, htu=htu, iat=int(time.time()))
            said = await gateway.send(authorization=f"DPoP {token}", dpop=proof)
            assert (said.status, said.code) == (401, "PROOF_INVALID")
            assert "public_url" in said.message
            assert challenges_in(said) == ["Bearer"]


@pytest.mark.parametrize("proof", ["dpop", "any"])
async def test_a_gateway_whose_issuer_wants_proofs_does_not_start_without_its_address(
    tmp_path: Path, proof: str
) -> None:
    with pytest.raises(ConfigurationInvalid, match='public_url = "https://'):
        async with met(tmp_path, Provider(), proof=proof):
            pass
