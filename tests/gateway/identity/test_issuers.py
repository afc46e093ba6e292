"""How each kind of issuer says who somebody is, and what the gateway makes of it."""

from pathlib import Path
from typing import Any

import pytest

from adapters.contract.codes import Purpose, Sector
from gateway.identity.issuers import PROFILES, ClaimValue, Issuer, Jwks, issuers_of, profile_of
from gateway.identity.proof_of_possession import Presented
from gateway.model.errors import ConfigurationInvalid, SignIn
from tests.support.gateway.sign_in import NOW, Moment, Provider, verifier_for
from tests.support.settings import settings_with

NOTHING: dict[str, Any] = dict.fromkeys(("organisation", "sector", "roles", "purposes"))
NURSE = {
    **NOTHING,
    "typ": "JWT",
    "nhsid_useruid": "555",
    "nhsid_nrbac_roles": [{"org_code": "RX1", "role_code": "S0010:G0020:R0260"}],
    "id_assurance_level": "3",
    "auth_time": int(NOW) - 60,
}
TEACHER = {
    **NOTHING,
    "typ": "JWT",
    "organisation": {"urn": "100001", "localAuthority": {"code": "E09990001"}},
    "roles": [{"code": "safeguarding-lead"}, {"code": "caterer"}],
}


async def test_a_nurse_signs_in_with_cis2() -> None:
    provider = Provider()
    verifier = verifier_for(provider, Moment(), profile="cis2")
    caller = await verifier.caller(Presented(f"Bearer {provider.token(**NURSE)}"))
    assert (caller.user, caller.organisation, caller.sector) == ("555", "RX1", Sector.HEALTH)
    assert caller.roles == {"practitioner"}
    assert (caller.assurance, caller.signed_in_at) == (3, NOW - 60)


async def test_a_teacher_signs_in_with_dfe_sign_in() -> None:
    provider = Provider()
    verifier = verifier_for(provider, Moment(), profile="dfe-sign-in")
    caller = await verifier.caller(Presented(f"Bearer {provider.token(**TEACHER)}"))
    assert (caller.organisation, caller.areas) == ("100001", ("E09990001",))
    assert caller.roles == {"practitioner"}
    assert caller.purposes == {Purpose.SAFEGUARDING}


@pytest.mark.parametrize(("kind", "good"), [("Bearer", True), ("ID", False), (None, False)])
async def test_keycloaks_access_tokens_are_told_from_its_id_tokens(
    kind: str | None,
    good: bool,  # noqa: FBT001  a column of the table
) -> None:
    provider = Provider()
    verifier = verifier_for(provider, Moment(), profile="keycloak")
    roles = ["practitioner", "purpose:safeguarding", "purpose:curiosity"]
    roles += ["default-roles-borough", "offline_access", "uma_authorization"]
    said = {"roles": None, "purposes": None, "realm_access": {"roles": roles}, "acr": "2"}
    token = provider.token(typ="JWT", **said, says={"typ": kind} if kind else {})
    if not good:
        with pytest.raises(SignIn, match="not of the kind"):
            await verifier.caller(Presented(f"Bearer {token}"))
        return
    caller = await verifier.caller(Presented(f"Bearer {token}"))
    assert caller.roles == {"practitioner"}
    assert caller.assurance == 2
    assert caller.purposes == {Purpose.SAFEGUARDING}


async def test_a_role_code_that_nobody_mapped_gives_no_role() -> None:
    provider = Provider()
    verifier = verifier_for(provider, Moment(), profile="cis2")
    porter = {**NURSE, "nhsid_nrbac_roles": [{"org_code": "RX1", "role_code": "S1:G1:R1"}]}
    caller = await verifier.caller(Presented(f"Bearer {provider.token(**porter)}"))
    assert caller.roles == frozenset()


async def test_an_operator_maps_a_claim_differently_from_the_profile() -> None:
    provider = Provider()
    mapped = {"roles": ClaimValue(value=["manager"])}
    verifier = verifier_for(provider, Moment(), profile="cis2", claims=mapped)
    caller = await verifier.caller(Presented(f"Bearer {provider.token(**NURSE)}"))
    assert caller.roles == {"manager"}


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": None, "nhsid_useruid": None},
        {"nhsid_nrbac_roles": []},
        {"nhsid_nrbac_roles": "R0260"},
        {"nhsid_nrbac_roles": [{"org_code": 7, "role_code": []}]},
        {"auth_time": "yesterday"},
    ],
)
async def test_claims_of_another_shape_are_refused(claims: dict[str, Any]) -> None:
    provider = Provider()
    verifier = verifier_for(provider, Moment(), profile="cis2")
    with pytest.raises(SignIn):
        await verifier.caller(Presented(f"Bearer {provider.token(**{**NURSE, **claims})}"))


def test_every_profile_that_is_shipped_is_whole() -> None:
    for file in PROFILES.glob("*.toml"):
        issuer = Issuer(issuer="i", audience="a", jwks=Jwks(file=Path("k")), profile=file.stem)
        assert profile_of(issuer).token_types


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("issuer = [", "is not TOML here"),
        ("", "issuer: is needed here: add a table under [[issuer]] with audience, issuer, jwks"),
        ('[[issuer]]\nissuer = "a"\naudience = "b"\njwks = {}\n', "jwks is"),
        ('[[issuer]]\nissuer = "a"\naudience = "b"\njwks = { url = "http://x" }\n', "https://"),
        ('[[issuer]]\nissuer = "a"\naudience = "b"\njwks = { file = "k" }\nsecret = 1\n', "secret"),
        ('[[issuer]]\nissuer = "a"\naudience = "b"\njwks = { file = "k" }\n' * 2, "twice"),
    ],
)
def test_a_file_of_issuers_that_cannot_be_used_is_named(
    tmp_path: Path, content: str, told: str
) -> None:
    file = tmp_path / "issuers.toml"
    file.write_text(content)
    with pytest.raises(ConfigurationInvalid) as refusal:
        issuers_of(settings_with(tokens__issuers=file))
    assert told in str(refusal.value)
    assert str(file) in str(refusal.value)
