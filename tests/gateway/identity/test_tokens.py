"""Only a good token becomes a caller; with any other nobody is asked, and the attempt is logged."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from adapters.contract.codes import Purpose, Sector
from gateway.config.settings import Settings
from gateway.config.settings_tables import DEFAULT_ISSUER
from gateway.identity.counters import ProcessCounters
from gateway.identity.development_token import development_key, issue
from gateway.identity.issuer_keys import IssuerKeys, read_keys
from gateway.identity.issuers import issuers_of, profile_of
from gateway.identity.proof_of_possession import Presented
from gateway.identity.tokens import TokenVerifier, TrustedIssuer
from gateway.model.caller import Caller
from gateway.model.errors import ConfigurationInvalid, SignIn
from tests.support.edge import QUESTION, Edge, edge
from tests.support.settings import settings_with
from tests.support.town import PRACTITIONER, REASON, variables_for

NOW: Final = 1_800_000_000
EC: Final = ECKey.generate_key("P-256", {"kid": "ec"})
RSA: Final = RSAKey.generate_key(2048, {"kid": "rsa"})
STRANGER: Final = ECKey.generate_key("P-256", {"kid": "ec"})
CLAIMS: Final[Mapping[str, Any]] = {
    "iss": "https://teamaround.example",
    "aud": "teamaround",
    "sub": "s.worker",
    "iat": NOW,
    "exp": NOW + 600,
    "organisation": "northbrook",
    "sector": "SOCIAL_CARE",
    "roles": ["practitioner"],
    "purposes": ["SAFEGUARDING"],
    "areas": ["E09990001"],
}
HEADER: Final = {"alg": "ES256", "kid": "ec", "typ": "at+jwt"}


@dataclass(frozen=True, slots=True)
class Verifier:
    """A verifier that knows one issuer, asked without a loop."""

    verifier: TokenVerifier

    def caller(self, authorization: str | None) -> Caller:
        return asyncio.run(self.verifier.caller(Presented(authorization)))


def verifier_of(settings: Settings, keys: KeySet, now: Callable[[], float]) -> Verifier:
    (issuer,) = issuers_of(settings)

    async def fetch() -> bytes:
        return json.dumps(keys.as_dict(private=False)).encode()

    async def at_once(_: float) -> None:
        """What was read just now is read again without a wait."""

    ring = IssuerKeys(fetch, time.monotonic, keys, sleep=at_once)
    trusted = TrustedIssuer(issuer, profile_of(issuer), ring, now)
    return Verifier(TokenVerifier([trusted], now, ProcessCounters(now)))


def verifier() -> Verifier:
    public = KeySet.import_key_set(
        {"keys": [EC.as_dict(private=False), RSA.as_dict(private=False)]}
    )
    return verifier_of(Settings(environment="development"), public, lambda: NOW)


def token(
    claims: Mapping[str, Any] | None = None,
    header: Mapping[str, Any] | None = None,
    key: ECKey | RSAKey | OctKey = EC,
) -> str:
    """A signed token with these claims and header fields changed; None leaves one out."""
    said = {name: v for name, v in {**CLAIMS, **(claims or {})}.items() if v is not None}
    head = {name: v for name, v in {**HEADER, **(header or {})}.items() if v is not None}
    return jwt.encode(head, said, key, algorithms=[head["alg"]])


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def refused(presented: str | None) -> SignIn:
    with pytest.raises(SignIn) as error:
        verifier().caller(presented)
    return error.value


def test_a_good_token_names_a_person_and_what_they_may_ask() -> None:
    assert verifier().caller(f"Bearer {token()}") == Caller(
        issuer=DEFAULT_ISSUER,
        user="s.worker",
        organisation="northbrook",
        sector=Sector.SOCIAL_CARE,
        roles=frozenset({"practitioner"}),
        purposes=frozenset({Purpose.SAFEGUARDING}),
        areas=("E09990001",),
    )


@pytest.mark.parametrize(
    "good",
    [
        token({"aud": ["other", "teamaround"]}),
        token({"iat": NOW + 20}),
        token({"exp": NOW - 20}),
        token(header={"typ": "AT+JWT"}),
        token(header={"alg": "RS256", "kid": "rsa"}, key=RSA),
        token({"roles": None, "purposes": None, "areas": None}),
        token({"email": "s.worker@northbrook.example"}),
    ],
)
def test_a_token_may_say_it_in_its_own_way(good: str) -> None:
    assert verifier().caller(f"bearer {good}").user == "s.worker"


@pytest.mark.parametrize(
    "presented",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic cy53b3JrZXI6cGFzc3dvcmQ=",
        token(),
        f"Token {token()}",
        f"Bearer {token()}x",
        f"Bearer {token()} {token()}",
        "Bearer Jonah Smith",
        "Bearer a.b",
        "Bearer a.b.c",
        "Bearer a.b.c.d.e",
        "Bearer ..",
        "Bearer \x00",
        "Bearer " + "é" * 100,
        "Bearer " + "a" * 20_000,
        "Bearer " + token().rpartition(".")[0] + ".",
        f"Bearer {encoded({**HEADER})}.{encoded('Jonah')}.{token().rpartition('.')[2]}",
        f"Bearer {encoded([])}.{encoded({})}.AA",
    ],
)
def test_what_is_no_bearer_token_is_refused(presented: str | None) -> None:
    error = refused(presented)
    assert error.code == "UNAUTHENTICATED"
    assert "Jonah" not in error.message


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": NOW - 60},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": [NOW + 600]},
        {"nbf": NOW + 60},
        {"nbf": "tomorrow"},
        {"iat": NOW + 60},
        {"auth_time": NOW + 60},
        {"auth_time": 2**39},
        {"iat": None},
        {"iat": "now"},
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"iss": ["https://teamaround.example"]},
        {"aud": "elsewhere"},
        {"aud": ["elsewhere"]},
        {"aud": None},
        {"aud": {"teamaround": True}},
        {"sector": None},
        {"sector": "JONAH"},
        {"sector": ["SOCIAL_CARE"]},
        {"roles": "practitioner"},
        {"roles": [1]},
        {"roles": [""]},
        {"roles": {"practitioner": True}},
        {"roles": ["x" * 300]},
        {"roles": [f"role-{n}" for n in range(100)]},
        {"purposes": ["SAFEGUARDING", "CURIOSITY"]},
        {"purposes": "SAFEGUARDING"},
        {"purposes": [["SAFEGUARDING"]]},
        {"areas": "E09990001"},
        {"areas": [None]},
        {"sub": "x" * 300},
        {"organisation": "x" * 300},
        {"sub": "s\u202eworker"},
        {"sub": 4711},
        {"sub": ["s.worker"]},
        {"organisation": "north\nbrook"},
    ],
)
def test_a_token_of_another_time_place_or_shape_is_refused(claims: dict[str, Any]) -> None:
    error = refused(f"Bearer {token(claims)}")
    assert error.code == "UNAUTHENTICATED"
    assert "JONAH" not in error.message


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": None},
        {"sub": ""},
        {"sub": " "},
        {"organisation": None},
        {"organisation": " "},
        {"organisation": {"name": "northbrook"}},
    ],
)
def test_a_token_without_a_person_asks_nothing(claims: dict[str, Any]) -> None:
    assert refused(f"Bearer {token(claims)}").code == "NO_HUMAN"


@pytest.mark.parametrize(
    "header",
    [
        {"typ": None},
        {"typ": "JWT"},
        {"typ": 1},
        {"typ": ["at+jwt"]},
        {"kid": "unheard-of"},
        {"kid": None},
        {"kid": 1},
        {"kid": "rsa"},
    ],
)
def test_a_token_of_another_type_or_key_is_refused(header: dict[str, Any]) -> None:
    unsigned = {**HEADER, **header}
    head = encoded({name: value for name, value in unsigned.items() if value is not None})
    signed = f"{head}.{encoded(dict(CLAIMS))}"
    refused(f"Bearer {signed}.{token().rpartition('.')[2]}")
    if all(isinstance(value, str | None) for value in header.values()):
        assert refused(f"Bearer {token(header=header)}").code == "UNAUTHENTICATED"


def test_a_stranger_who_knows_the_keys_name_is_refused() -> None:
    assert refused(f"Bearer {token(key=STRANGER)}").code == "UNAUTHENTICATED"


@pytest.mark.parametrize("alg", ["none", "None", "NONE", ""])
def test_a_token_that_nobody_signed_is_refused(alg: str) -> None:
    unsigned = f"{encoded({**HEADER, 'alg': alg})}.{encoded(dict(CLAIMS))}."
    for signature in ("", token().rpartition(".")[2]):
        assert refused(f"Bearer {unsigned}{signature}").code == "UNAUTHENTICATED"


def test_a_public_key_is_never_taken_for_a_shared_secret() -> None:
    for secret in (RSA.as_pem(private=False), json.dumps(RSA.as_dict(private=False)).encode()):
        signed = (
            f"{encoded({'alg': 'HS256', 'kid': 'rsa', 'typ': 'at+jwt'})}.{encoded(dict(CLAIMS))}"
        )
        mac = hmac.digest(secret, signed.encode(), "sha256")
        signature = base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
        assert refused(f"Bearer {signed}.{signature}").code == "UNAUTHENTICATED"


def test_a_key_that_comes_with_the_token_is_not_used() -> None:
    header = {"jwk": STRANGER.as_dict(private=False), "kid": "stranger"}
    head, claims = encoded({**HEADER, **header}), encoded(dict(CLAIMS))
    signature = token(key=STRANGER).rpartition(".")[2]
    assert refused(f"Bearer {head}.{claims}.{signature}").code == "UNAUTHENTICATED"


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Edge]:
    async with edge(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    "authorization", ["", "Bearer Jonah.Smith.x", f"Bearer {token()}", "Basic Sm9uYWg="]
)
async def test_who_is_not_known_is_401_and_on_record_and_asks_nobody(
    gateway: Edge, authorization: str
) -> None:
    for accept in ("application/json", "application/graphql-response+json"):
        said = await gateway.send(authorization=authorization, accept=accept)
        assert (said.status, said.code) == (401, "UNAUTHENTICATED")
        assert said.headers["WWW-Authenticate"].partition(" ")[0] == "Bearer"
        assert "Jonah" not in said.text
    kinds = [(e["kind"], e["detail"]) for e in gateway.entries]
    assert kinds == [("AUTHENTICATION_FAILURE", "UNAUTHENTICATED")] * 2
    assert not any("user" in e for e in gateway.entries)
    assert gateway.agency_server.asked == []


async def test_a_token_without_a_person_is_on_record(gateway: Edge) -> None:
    nobody = replace(PRACTITIONER, user=" ")
    said = await gateway.send(authorization=gateway.town.headers(nobody)["Authorization"])
    assert (said.status, said.code) == (401, "NO_HUMAN")
    assert gateway.entries[0]["detail"] == "NO_HUMAN"
    assert gateway.agency_server.asked == []


async def test_the_token_is_checked_before_the_document_is_read(gateway: Edge) -> None:
    said = await gateway.send({"query": "{"}, authorization="")
    assert said.status == 401


@pytest.mark.parametrize(
    ("purposes", "stated", "code"),
    [
        (frozenset({Purpose.SAFEGUARDING}), "EARLY_HELP", "PURPOSE_NOT_ENTITLED"),
        (frozenset[Purpose](), "SAFEGUARDING", "PURPOSE_NOT_ENTITLED"),
        (frozenset({Purpose.SUBJECT_ACCESS}), "SUBJECT_ACCESS", "SUBJECT_ACCESS_REFUSED"),
    ],
)
async def test_a_purpose_that_the_caller_may_not_state_is_403_and_on_record(
    gateway: Edge, purposes: frozenset[Purpose], stated: str, code: str
) -> None:
    caller = replace(PRACTITIONER, purposes=purposes)
    variables = variables_for() | {"reason": {**REASON, "purpose": stated}}
    said = await gateway.send(
        {**QUESTION, "variables": variables},
        authorization=gateway.town.headers(caller)["Authorization"],
    )
    assert (said.status, said.code) == (403, code)
    (entry,) = gateway.entries
    assert (entry["kind"], entry["detail"], entry["user"]) == ("REFUSAL", code, "s.worker")
    assert gateway.agency_server.asked == []


async def test_a_claim_too_long_for_the_log_is_401_and_no_failure_of_ours(gateway: Edge) -> None:
    caller = replace(PRACTITIONER, user="x" * 300)
    said = await gateway.send(authorization=gateway.town.headers(caller)["Authorization"])
    assert said.status == 401


def development(folder: Path, environment: str = "development") -> Settings:
    keys = folder / "keys.json"
    return settings_with(environment=environment, files__state=folder / "state", tokens__keys=keys)


def test_a_development_token_is_a_good_token(tmp_path: Path) -> None:
    settings = development(tmp_path)
    text = issue(PRACTITIONER, settings, now=time.time(), lifetime_s=60)
    known = verifier_of(settings, read_keys(settings.tokens.keys, settings.environment), time.time)
    assert known.caller(f"Bearer {text}") == PRACTITIONER


def test_production_refuses_a_development_key(tmp_path: Path) -> None:
    development_key(development(tmp_path))
    with pytest.raises(ConfigurationInvalid) as refusal:
        read_keys(development(tmp_path).tokens.keys, "production")
    assert "production refuses" in str(refusal.value)


def test_production_issues_no_token(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid):
        issue(PRACTITIONER, development(tmp_path, "production"), now=0, lifetime_s=60)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        *("", "Jonah", "[]", "{}", '{"keys": {}}', '{"keys": [{"kty": "EC"}]}', '{"keys": [1]}'),
        "[" * 100_000,
    ],
)
def test_a_key_file_that_is_none_is_named(tmp_path: Path, content: str) -> None:
    settings = development(tmp_path)
    settings.tokens.keys.write_text(content)
    with pytest.raises(ConfigurationInvalid) as refusal:
        read_keys(settings.tokens.keys, settings.environment)
    assert str(settings.tokens.keys) in str(refusal.value)
    assert "Jonah" not in str(refusal.value)


def test_a_key_file_holds_no_private_or_shared_key(tmp_path: Path) -> None:
    settings = development(tmp_path)
    for key in (EC.as_dict(private=True), OctKey.generate_key(256, {"kid": "o"}).as_dict()):
        settings.tokens.keys.write_text(json.dumps({"keys": [key]}))
        with pytest.raises(ConfigurationInvalid):
            read_keys(settings.tokens.keys, settings.environment)


@pytest.mark.parametrize("kept", ["keys.json", "state/development-token-key.json"])
def test_half_of_a_development_key_is_named_with_what_to_do(tmp_path: Path, kept: str) -> None:
    settings = development(tmp_path)
    (tmp_path / "state").mkdir()
    (tmp_path / kept).write_text("{}")
    with pytest.raises(ConfigurationInvalid) as refusal:
        development_key(settings)
    assert str(tmp_path / kept) in str(refusal.value)
