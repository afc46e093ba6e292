"""No issuer says more of anybody than the operator lets it."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from adapters.contract.codes import Purpose, Sector
from gateway.config.issuer_binding import DEVELOPMENT, Asserted, IssuerBinding
from gateway.config.settings import Settings, read_settings
from gateway.identity.issuers import issuers_of
from gateway.identity.proof_of_possession import Presented
from gateway.model.errors import ConfigurationInvalid, SignIn
from tests.support.edge import Edge, edge
from tests.support.gateway.bindings import WIDE_TOML
from tests.support.gateway.sign_in import Moment, Provider, verifier_for
from tests.support.samples import examples
from tests.support.settings import settings_with

COUNCIL: Final[Mapping[str, Any]] = {
    "organisations": ["northbrook"],
    "sectors": ["SOCIAL_CARE"],
    "roles": ["practitioner", "manager"],
    "purposes": ["SAFEGUARDING", "EARLY_HELP"],
    "areas": ["E09990001"],
    "accreditation": ["information-sharing"],
    "assurance": 2,
}
WORKER: Final = {
    "organisation": "northbrook",
    "sector": "SOCIAL_CARE",
    "roles": ["practitioner"],
    "purposes": ["SAFEGUARDING"],
    "areas": ["E09990001"],
    "accreditation": ["information-sharing"],
    "assurance": 2,
}
PRIVILEGED: Final = (
    *("auditor", "privacy-officer", "operator", "information-governance"),
    *("source-registrar", "bulk", "shield-cleared"),
)
PROVIDER: Final = Provider()
ORGANISATIONS: Final = ("northbrook", "easthallow", "nhs-trust", "*")
AREAS: Final = ("E09990001", "E09990002", "*")
ROLES: Final = ("practitioner", "Auditor", "auditor ", *PRIVILEGED, "*")
ACCREDITED: Final = ("information-sharing", "dspt")


def some(names: Sequence[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(names), max_size=3, unique=True)


CLAIMS: Final = st.fixed_dictionaries(
    {
        "organisation": st.sampled_from(ORGANISATIONS),
        "sector": st.sampled_from([each.value for each in Sector]),
        "roles": some(ROLES),
        "purposes": some([each.value for each in Purpose]),
        "areas": some(AREAS),
        "accreditation": some(ACCREDITED),
        "assurance": st.integers(0, 4),
    }
)
BOUNDS: Final = st.fixed_dictionaries(
    {
        "organisations": st.lists(st.sampled_from(ORGANISATIONS), min_size=1, max_size=2),
        "sectors": st.lists(
            st.sampled_from([*(each.value for each in Sector), "*"]), min_size=1, max_size=4
        ),
        "roles": some([name for name in ROLES if name != "*"]),
        "purposes": some([*(each.value for each in Purpose), "*"]),
        "areas": some(AREAS),
        "accreditation": some(ACCREDITED),
        "assurance": st.integers(0, 4),
    }
)


KINDS: Final = {  # of a token's claims, and what bounds each
    "organisation": "organisations",
    "sector": "sectors",
    **{name: name for name in ("roles", "purposes", "areas", "accreditation", "assurance")},
}


@st.composite
def near(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Claims with bounds that fit in all but one kind, if that; and then bounds of any kind."""
    claims: dict[str, Any] = draw(CLAIMS)
    bounds: dict[str, Any] = draw(BOUNDS)
    apart = draw(st.sampled_from([*KINDS]))
    fitting: dict[str, Any] = {
        bound: [claims[kind]] if kind in {"organisation", "sector"} else claims[kind]
        for kind, bound in KINDS.items()
        if kind != apart
    }
    if "roles" in fitting:
        claims["roles"] = [name for name in claims["roles"] if name != "*"]
        fitting["roles"] = claims["roles"]
    others: list[dict[str, Any]] = draw(st.lists(BOUNDS, max_size=1))
    return claims, draw(st.permutations([{**bounds, **fitting}, *others]))


def allowed(claims: Mapping[str, Any], bound: Mapping[str, Any]) -> bool:
    """What a set lets a token say, said plainly and apart from the gateway's own code."""

    def fits(said: Sequence[str], listed: Sequence[str], *, anything: bool) -> bool:
        return (anything and "*" in listed) or {*said} <= {*listed}

    return (
        fits([claims["organisation"]], bound["organisations"], anything=True)
        and fits([claims["sector"]], bound["sectors"], anything=True)
        and fits(claims["roles"], bound["roles"], anything=False)
        and fits(claims["purposes"], bound["purposes"], anything=True)
        and fits(claims["areas"], bound["areas"], anything=True)
        and fits(claims["accreditation"], bound["accreditation"], anything=False)
        and claims["assurance"] <= bound["assurance"]
    )


def refusal(claims: Mapping[str, Any], bindings: Sequence[IssuerBinding]) -> str | None:
    """Why the verifier does not take a token of these claims; None where it does."""
    verifier = verifier_for(PROVIDER, Moment(), may_assert=tuple(bindings))
    token = PROVIDER.token(**claims)
    try:
        asyncio.run(verifier.caller(Presented(f"Bearer {token}")))
    except SignIn as refused:
        return refused.code
    return None


def signs_in(claims: Mapping[str, Any], bindings: Sequence[IssuerBinding]) -> bool:
    """Whether it takes one; where it does not, it is for what the token says."""
    found = refusal(claims, bindings)
    assert found in {None, "ISSUER_OUT_OF_BOUNDS"}
    return found is None


class Faulty(IssuerBinding):
    """A set that leaves one of its kinds unchecked."""

    left_out: str

    def beyond(self, said: Asserted) -> tuple[str, ...]:
        return tuple(kind for kind in super().beyond(said) if kind != self.left_out)


Read = Callable[[Sequence[Mapping[str, Any]]], list[IssuerBinding]]


def honest(bounds: Sequence[Mapping[str, Any]]) -> list[IssuerBinding]:
    return [IssuerBinding.model_validate(each) for each in bounds]


def unchecked(kind: str) -> Read:
    """What reads an operator's sets and leaves one kind unchecked."""
    return lambda bounds: [Faulty.model_validate({**each, "left_out": kind}) for each in bounds]


def mixed(bounds: Sequence[Mapping[str, Any]]) -> list[IssuerBinding]:
    """All sets as one."""
    if not bounds:
        return []
    lists = {
        name: sorted({value for each in bounds for value in each[name]})
        for name in KINDS.values()
        if name != "assurance"
    }
    highest = max(each["assurance"] for each in bounds)
    return [IssuerBinding.model_validate({**lists, "assurance": highest})]


def unbound(bounds: Sequence[Mapping[str, Any]]) -> list[IssuerBinding]:
    """Whoever is bound to nothing may say anything."""
    return honest(bounds) or [DEVELOPMENT]


FAULTS: Final[Mapping[str, Read]] = {
    **{f"{kind} unchecked": unchecked(kind) for kind in KINDS.values()},
    "sets mixed": mixed,
    "unbound is anything": unbound,
    "nothing checked": lambda _: [DEVELOPMENT],
}
TRIED: Final = near() | st.tuples(CLAIMS, st.lists(BOUNDS, max_size=2))


def is_kept(tried: tuple[dict[str, Any], list[dict[str, Any]]], read: Read = honest) -> bool:
    """A token signs in exactly where one set of its issuer lets it say all that it says."""
    claims, bounds = tried
    return signs_in(claims, read(bounds)) == any(allowed(claims, each) for each in bounds)


@given(TRIED)
@settings(max_examples=examples(100), deadline=None)
def test_no_issuer_says_more_than_it_is_bound_to(
    tried: tuple[dict[str, Any], list[dict[str, Any]]],
) -> None:
    assert is_kept(tried)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_law_finds_each_check_that_is_left_out(fault: str) -> None:
    @given(TRIED)
    @settings(
        max_examples=1000,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    def tried(each: tuple[dict[str, Any], list[dict[str, Any]]]) -> None:
        assert is_kept(each, FAULTS[fault])

    with pytest.raises(AssertionError):
        tried()


def test_what_two_sets_allow_apart_is_not_allowed_together() -> None:
    audit = {**COUNCIL, "organisations": ["audit-office"], "roles": ["auditor"]}
    bindings = [IssuerBinding.model_validate(each) for each in (COUNCIL, audit)]
    assert signs_in({**WORKER, "organisation": "audit-office", "roles": ["auditor"]}, bindings)
    assert not signs_in({**WORKER, "roles": ["auditor"]}, bindings)
    assert not signs_in({**WORKER, "roles": ["practitioner", "auditor"]}, bindings)


# What one council's sign-in minted when nothing bound it.
MINTED: Final[Mapping[str, Mapping[str, Any]]] = {
    "an auditor": {"roles": ["auditor"]},
    "an operator": {"roles": ["operator"]},
    "another agency's information governance": {
        "organisation": "four-rivers-police",
        "roles": ["information-governance"],
    },
    "a shield-cleared worker of another organisation": {
        "organisation": "easthallow",
        "areas": ["E09990002"],
        "roles": ["practitioner", "shield-cleared"],
    },
}


@pytest.mark.parametrize("whom", MINTED)
def test_one_councils_sign_in_makes_nobody_but_its_own_people(whom: str) -> None:
    binding = IssuerBinding.model_validate(COUNCIL)
    assert signs_in(WORKER, [binding])
    assert not signs_in({**WORKER, **MINTED[whom]}, [binding])


@pytest.mark.parametrize("role", PRIVILEGED)
def test_no_privileged_role_counts_unless_it_is_listed_by_its_name(role: str) -> None:
    anything = {**COUNCIL, "organisations": ["*"], "areas": ["*"], "purposes": ["*"]}
    bound = IssuerBinding.model_validate(anything)
    assert not signs_in({**WORKER, "roles": [role]}, [bound])
    listed = IssuerBinding.model_validate({**anything, "roles": [role]})
    assert signs_in({**WORKER, "roles": [role]}, [listed])


def test_whoever_is_refused_is_told_what_kind_of_claim_it_was_and_no_value_of_it() -> None:
    verifier = verifier_for(PROVIDER, Moment(), may_assert=(IssuerBinding.model_validate(COUNCIL),))
    claims = {**WORKER, "organisation": "secret-squad", "roles": ["mole"]}
    with pytest.raises(SignIn) as refused:
        asyncio.run(verifier.caller(Presented(f"Bearer {PROVIDER.token(**claims)}")))
    assert "organisations, roles" in refused.value.message
    assert "secret-squad" not in refused.value.message
    assert "mole" not in refused.value.message


# -- What the operator is told ----------------------------------------------------------------

ISSUER: Final = '[[issuer]]\nissuer = "https://a.example"\naudience = "b"\njwks = { file = "k" }\n'


def told(folder: Path, content: str) -> str:
    file = folder / "issuers.toml"
    file.write_text(content)
    with pytest.raises(ConfigurationInvalid) as refusal:
        issuers_of(settings_with(tokens__issuers=file))
    return str(refusal.value)


@pytest.mark.parametrize("profile", ["teamaround", "keycloak", "cis2", "dfe-sign-in", "family"])
def test_an_unbound_issuer_is_refused_with_the_lines_to_add(tmp_path: Path, profile: str) -> None:
    content = f'{ISSUER}profile = "{profile}"\n'
    said = told(tmp_path, content)
    assert "https://a.example has no limits" in said
    (tmp_path / "issuers.toml").write_text(content + said.partition(":\n")[2])
    (issuer,) = issuers_of(settings_with(tokens__issuers=tmp_path / "issuers.toml"))
    assert len(issuer.may_assert) == 1


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"roles": ["*"]}, "roles"),
        ({"accreditation": ["*"]}, "accreditation"),
        ({"organisations": []}, "organisations"),
        ({"sectors": ["SOCIAL"]}, "sectors"),
        ({"purposes": ["CURIOSITY"]}, "purposes"),
        ({"assurance": 5}, "assurance"),
        ({"areas": None}, "areas"),
    ],
)
def test_bounds_that_cannot_be_used_are_named(
    tmp_path: Path, changed: dict[str, Any], where: str
) -> None:
    bounds = {name: v for name, v in {**COUNCIL, **changed}.items() if v is not None}
    lines = "\n".join(f"{name} = {json.dumps(value)}" for name, value in bounds.items())
    assert f"may_assert[0].{where}" in told(tmp_path, f"{ISSUER}[issuer.may_assert]\n{lines}")


def test_in_production_the_issuer_of_the_settings_is_bound_too(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('environment = "production"\n[tokens]\nissuer = "https://a.example"\n')
    with pytest.raises(ConfigurationInvalid) as refusal:
        issuers_of(read_settings(file))
    lines = str(refusal.value).partition(":\n")[2]
    assert lines.startswith("[tokens.may_assert]")
    file.write_text(f"{file.read_text()}\n{lines}")
    (issuer,) = issuers_of(read_settings(file))
    assert issuer.may_assert[0].organisations == ("your-organisation",)


def test_the_issuer_of_the_settings_is_bound_by_a_variable_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEAMAROUND_TOKENS__MAY_ASSERT", json.dumps([COUNCIL]))
    (issuer,) = issuers_of(read_settings(None))
    assert issuer.may_assert[0].organisations == ("northbrook",)


def test_in_development_the_gateways_own_key_may_say_anything() -> None:
    (issuer,) = issuers_of(Settings(environment="development"))
    assert signs_in({**WORKER, "roles": ["auditor", "anything"]}, issuer.may_assert)


# -- Through a whole gateway -------------------------------------------------------------------

TWO_ISSUERS: Final = """
[[issuer]]
issuer = "https://sign-in.example"
audience = "teamaround"
jwks = {{ file = "council.json" }}
[issuer.may_assert]
{council}
[[issuer]]
issuer = "https://audit.example"
audience = "teamaround"
jwks = {{ file = "audit.json" }}
{wide}
"""


def lines(bounds: Mapping[str, Any]) -> str:
    return "\n".join(f"{name} = {json.dumps(value)}" for name, value in bounds.items())


async def sent(gateway: Edge, provider: Provider, **claims: Any) -> tuple[int, str]:
    at = int(gateway.town.pipeline.active.preparation.clock.now().timestamp())
    token = provider.token(iat=at, exp=at + 600, auth_time=at, **claims)
    said = await gateway.send(authorization=f"Bearer {token}")
    return said.status, said.code if said.status != 200 else ""


async def test_through_the_whole_gateway_nobody_is_asked_by_a_token_that_says_too_much(
    tmp_path: Path,
) -> None:
    council, audit = Provider(), Provider(ECKey.generate_key("P-256", {"kid": "k-2"}))
    for name, provider in (("council", council), ("audit", audit)):
        (tmp_path / f"{name}.json").write_bytes(await provider.fetch())
    file = tmp_path / "issuers.toml"
    file.write_text(TWO_ISSUERS.format(council=lines(COUNCIL), wide=WIDE_TOML))
    refused = 0
    async with edge(tmp_path, tokens__issuers=file) as gateway:
        assert await sent(gateway, council, **WORKER) == (200, "")
        asked = len(gateway.agency_server.asked)
        tokens = [{**WORKER, **each} for each in MINTED.values()]
        tokens += [
            {
                **WORKER,
                "organisation": organisation,
                "roles": ["practitioner", role],
                "areas": [area],
            }
            for organisation, role, area in product(ORGANISATIONS, ROLES[2:6], AREAS[:2])
        ]
        for claims in tokens:
            assert not allowed(claims, COUNCIL)
            assert await sent(gateway, council, **claims) == (401, "ISSUER_OUT_OF_BOUNDS")
            refused += 1
        # One issuer's key is worth nothing under another's name.
        forged = {**WORKER, "iss": "https://audit.example", "roles": ["auditor"]}
        assert await sent(gateway, council, **forged) == (401, "UNAUTHENTICATED")
        assert len(gateway.agency_server.asked) == asked
        await gateway.town.pipeline.recorder.write_refusals()
        logged = [e for e in gateway.entries if e.get("detail") == "ISSUER_OUT_OF_BOUNDS"]
        assert {e["issuer"] for e in logged} == {"https://sign-in.example"}
        assert sum(e.get("count", 1) for e in logged) == refused
        assert not any("user" in e for e in logged)
