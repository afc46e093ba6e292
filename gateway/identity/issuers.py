"""Who may sign callers in: each issuer with its keys, and how its claims are read, as data."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, TypeVar

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from gateway.config.settings import Settings
from gateway.config.toml_table import checked, read_content, read_table
from gateway.model.errors import ConfigurationInvalid

TokenClaims = Mapping[str, Any]
ReadClaim = Callable[[TokenClaims], Any]


def compiled(path: str) -> ReadClaim:
    """What reads `path` of claims; ConfigurationInvalid if it is no JMESPath."""
    if path.isidentifier():
        return lambda claims: claims.get(path)
    try:
        found: ReadClaim = jmespath.compile(path).search
    except JMESPathError as error:
        name = type(error).__name__
        raise ConfigurationInvalid(f"issuers: {path!r} is no JMESPath ({name})") from None
    return found


PROFILES: Final = Path(__file__).parents[2] / "policies" / "issuers"
T = TypeVar("T", bound=BaseModel)
_Line = Annotated[str, StringConstraints(min_length=1, max_length=500)]
_Algorithm = Literal["ES256", "ES384", "RS256", "RS512", "PS256", "Ed25519"]
_USUAL: Final[tuple[_Algorithm, ...]] = ("ES256", "RS256", "PS256", "Ed25519")


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ClaimValue(_Table):
    """Where a claim's value comes from: a JMESPath `path`, or a fixed `value`.

    `codes` translate it; in a list, what they do not know is left out.
    """

    path: _Line | None = None
    value: Any = None
    codes: dict[str, str | int] | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.path is None) == (self.value is None):
            raise ValueError("a claim has a path or a value, one of the two")
        return self


class Claims(_Table):
    """What a token must say of a caller, each by its own claim.

    From `family_name` on it need not: these are compared with a child's, and nothing else.
    """

    user: ClaimValue
    organisation: ClaimValue
    sector: ClaimValue
    roles: ClaimValue
    purposes: ClaimValue
    areas: ClaimValue
    accreditation: ClaimValue
    assurance: ClaimValue
    signed_in_at: ClaimValue
    manager: ClaimValue = ClaimValue(path="manager")
    family_name: ClaimValue = ClaimValue(path="family_name")
    address: ClaimValue = ClaimValue(path="address.street_address")
    postcode: ClaimValue = ClaimValue(path="address.postal_code")
    telephone: ClaimValue = ClaimValue(path="phone_number")
    email: ClaimValue = ClaimValue(path="email")
    team: ClaimValue = ClaimValue(path="team")
    registration: ClaimValue = ClaimValue(path="registration")


class PersonClaims(_Table):
    """Where a person's verified details stand, each a JMESPath."""

    nhs_number: _Line | None = None
    upn: _Line | None = None
    given_names: _Line | None = None
    family_name: _Line | None = None
    birth_date: _Line


class ChildrenClaims(PersonClaims):
    """The same of the caller's children; `each` picks those whose relation was verified."""

    each: _Line


class Family(_Table):
    """For whom a family's token speaks, if `assured`, a JMESPath, is true of it."""

    assured: _Line
    own: PersonClaims | None = None
    children: ChildrenClaims | None = None


class IssuerProfile(_Table):
    """How one kind of issuer writes its access tokens.

    `requires` are claims with the value that they must have. `machine` is a JMESPath that is true
    of a token without a human. `family` is for issuers whose callers ask about themselves.
    """

    token_types: tuple[_Line, ...]
    requires: dict[str, str] = {}
    machine: _Line | None = None
    claims: Claims
    family: Family | None = None


class Jwks(_Table):
    """Where an issuer's public keys are: an `https` address, or a file."""

    url: _Line | None = None
    file: Path | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.url is None) == (self.file is None):
            raise ValueError('jwks is { url = "..." } or { file = "..." }')
        if self.url is not None and not self.url.startswith(("https://", "http://127.0.0.1:")):
            raise ValueError("jwks.url begins https://")
        return self


class Issuer(_Table):
    """One issuer. `services` are the only ones that may act for its users (RFC 8693 `act`).

    `proof` is what a token must be bound to: `dpop` (RFC 9449), `certificate` (RFC 8705), either
    of them (`any`), or nothing.
    """

    issuer: _Line
    audience: _Line
    jwks: Jwks
    profile: _Line = "teamaround"
    claims: dict[str, ClaimValue] = {}
    family: Family | None = None
    algorithms: tuple[_Algorithm, ...] = _USUAL
    services: frozenset[_Line] = frozenset()
    proof: Literal["none", "dpop", "certificate", "any"] = "none"


class IssuersFile(_Table):
    """The whole file."""

    issuer: Annotated[tuple[Issuer, ...], Field(min_length=1)]


def issuers_of(settings: Settings) -> tuple[Issuer, ...]:
    """The issuers of the file, or the one of the settings; ConfigurationInvalid says what to do."""
    if settings.issuers is None:
        jwks = Jwks(file=settings.token_keys)
        return (Issuer(issuer=settings.issuer, audience=settings.audience, jwks=jwks),)
    file = settings.issuers
    found = read_table(IssuersFile, file, ConfigurationInvalid).issuer
    names = [each.issuer for each in found]
    if len({*names}) != len(names):
        raise ConfigurationInvalid(f"{file}: an issuer stands there twice")
    return tuple(_rooted(each, file.parent) for each in found)


def profile_of(issuer: Issuer) -> IssuerProfile:
    """The issuer's profile with its own claims over it; ConfigurationInvalid if there is none."""
    file = PROFILES / f"{issuer.profile}.toml"
    known = sorted(each.stem for each in PROFILES.glob("*.toml"))
    if issuer.profile not in known:
        raise ConfigurationInvalid(
            f"issuers: {issuer.profile} is no profile; the profiles are {', '.join(known)}"
        )
    table = read_content(file, ConfigurationInvalid)
    table["claims"] |= {name: claim.model_dump() for name, claim in issuer.claims.items()}
    profile = checked(IssuerProfile, table, file, ConfigurationInvalid)
    return profile.model_copy(update={"family": issuer.family}) if issuer.family else profile


def _rooted(issuer: Issuer, folder: Path) -> Issuer:
    if issuer.jwks.file is None:
        return issuer
    return issuer.model_copy(update={"jwks": Jwks(file=folder / issuer.jwks.file)})
