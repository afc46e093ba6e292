"""Who may sign callers in: each issuer with its keys, its bounds, and how its claims are read."""

import json
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
    ValidationError,
    model_validator,
)

from adapters.manifest.toml_places import places
from gateway.config.issuer_binding import DEVELOPMENT, IssuerBindings
from gateway.config.settings import Settings
from gateway.config.toml_table import checked, fault_at, parsed, read_table, read_toml
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
        raise ConfigurationInvalid(f"tokens.issuers: {path!r} is not a JMESPath ({name})") from None
    return found


PROFILES: Final = Path(__file__).with_name("profiles")
T = TypeVar("T", bound=BaseModel)
_Line = Annotated[str, StringConstraints(min_length=1, max_length=500)]
# It stands in the log, whose names have at most 256 characters.
_IssuerName = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,256}$")]
_Algorithm = Literal["ES256", "ES384", "RS256", "RS512", "PS256", "Ed25519"]
_USUAL: Final[tuple[_Algorithm, ...]] = ("ES256", "RS256", "PS256", "Ed25519")


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


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
    """Where an issuer's public keys are: an `https` address, or a file.

    `authority` is a file of the authorities that the address's certificate must be from.
    """

    url: _Line | None = None
    file: Path | None = None
    authority: Path | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.url is None) == (self.file is None):
            raise ValueError('jwks is { url = "..." } or { file = "..." }')
        if self.url is not None and not self.url.startswith(("https://", "http://127.0.0.1:")):
            raise ValueError("jwks.url begins https://")
        if self.authority is not None and not (self.url or "").startswith("https://"):
            raise ValueError("jwks.authority is for a url that begins https://")
        return self


class Issuer(_Table):
    """One issuer. `may_assert` binds what it may say of people; bound to nothing, it says nothing.

    `services` are the only ones that may act for its users (RFC 8693 `act`).

    `proof` is what a token must be bound to: `dpop` (RFC 9449), `certificate` (RFC 8705), either
    of them (`any`), or nothing.
    """

    issuer: _IssuerName
    audience: _Line
    jwks: Jwks
    may_assert: IssuerBindings = ()
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
    if settings.tokens.issuers is None:
        return (_of_settings(settings),)
    file = settings.tokens.issuers
    found = read_table(IssuersFile, file).issuer
    names = [each.issuer for each in found]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise fault_in(file, place, "issuer", "this issuer is listed twice: keep one of them")
    for each in found:
        if not each.may_assert:
            raise ConfigurationInvalid(
                _unbound(f"{file}: {each.issuer}", "issuer.may_assert", each)
            )
    return tuple(_rooted(each, file.parent) for each in found)


def fault_in(file: Path, place: int, key: str, what: str) -> ConfigurationInvalid:
    """What to change at a key of the issuer at this place, from 0, of a file of issuers."""
    found = places(read_toml(file))
    return ConfigurationInvalid(fault_at(file, found, ("issuer", place, key), what))


def _of_settings(settings: Settings) -> Issuer:
    """The issuer of the settings; only the development key may go unbound."""
    bound = settings.tokens.may_assert
    if not bound and settings.environment == "development":
        bound = (DEVELOPMENT,)
    jwks = Jwks(file=settings.tokens.keys)
    try:
        tokens = settings.tokens
        issuer = Issuer(issuer=tokens.issuer, audience=tokens.audience, jwks=jwks)
    except ValidationError:
        raise ConfigurationInvalid(
            "tokens.issuer, tokens.audience: each is a name of printable characters, an issuer's"
            " without spaces"
        ) from None
    if not bound:
        who = f"tokens.issuer: {issuer.issuer}"
        raise ConfigurationInvalid(_unbound(who, "tokens.may_assert", issuer))
    return issuer.model_copy(update={"may_assert": bound})


def _unbound(who: str, table: str, issuer: Issuer) -> str:
    """What to write where nothing says what an issuer may assert."""
    claims = profile_of(issuer).claims

    def fixed(claim: ClaimValue, example: object) -> str:
        said = example if claim.value is None else claim.value
        return json.dumps(said if isinstance(said, list | int) else [said])

    where = (
        "below its [[issuer]]"
        if table != "tokens.may_assert"
        else "at the end of the settings file"
    )
    told = (
        f"{who} has no limits, so it could vouch for anyone. Write what it may say about people"
        f" {where}, with your own names (docs/settings.md#what-an-issuer-may-assert):"
    )
    lines = [
        told,
        f"[{table}]",
        f"organisations = {fixed(claims.organisation, ['your-organisation'])}",
        f"sectors = {fixed(claims.sector, ['SOCIAL_CARE'])}",
        f"roles = {fixed(claims.roles, ['practitioner'])}",
        f"purposes = {fixed(claims.purposes, ['SAFEGUARDING'])}",
        f"areas = {fixed(claims.areas, ['E09990001'])}",
        f"accreditation = {fixed(claims.accreditation, ['information-sharing'])}",
        f"assurance = {fixed(claims.assurance, 2)}",
    ]
    return "\n".join(lines)


def refuse_unplaced(issuers: tuple[Issuer, ...], public_url: str) -> None:
    """ConfigurationInvalid if an issuer wants DPoP proofs and none could say for which address."""
    proved = next((each for each in issuers if each.proof in {"dpop", "any"}), None)
    if proved is not None and not public_url:
        raise ConfigurationInvalid(
            f"server.public_url: {proved.issuer} demands proofs of possession, which name the"
            ' gateway\'s address; add below [server]: public_url = "https://.../graphql"'
        )


def profile_of(issuer: Issuer) -> IssuerProfile:
    """The issuer's profile with its own claims over it; ConfigurationInvalid if there is none."""
    file = PROFILES / f"{issuer.profile}.toml"
    known = sorted(each.stem for each in PROFILES.glob("*.toml"))
    if issuer.profile not in known:
        raise ConfigurationInvalid(
            f"tokens.issuers: {issuer.profile} is not a profile; the profiles are"
            f" {', '.join(known)}"
        )
    text = read_toml(file)
    table = parsed(text, file)
    table["claims"] |= {name: claim.model_dump() for name, claim in issuer.claims.items()}
    profile = checked(IssuerProfile, table, file, text)
    return profile.model_copy(update={"family": issuer.family}) if issuer.family else profile


def _rooted(issuer: Issuer, folder: Path) -> Issuer:
    """The issuer with every file of its keys below the folder that the file of issuers is in."""
    named = {name: getattr(issuer.jwks, name) for name in ("file", "authority")}
    rooted = {name: folder / file for name, file in named.items() if file is not None}
    return issuer.model_copy(update={"jwks": issuer.jwks.model_copy(update=rooted)})
