"""A verified token's claims become a Caller, as the issuer's profile reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Self

from jmespath.exceptions import JMESPathError

from adapters.contract.codes import Purpose, Sector
from gateway.config.issuer_binding import Asserted, IssuerBinding, beyond_all
from gateway.identity.family_claims import FamilyReader, folded
from gateway.identity.issuers import (
    Claims,
    ClaimValue,
    Issuer,
    IssuerProfile,
    ReadClaim,
    TokenClaims,
    compiled,
)
from gateway.model.caller import Caller, OwnDetails
from gateway.model.errors import SignIn

LONGEST: Final = 256  # what an entry of the log holds
_LATEST: Final = 2**40  # seconds since 1970, far beyond any clock
_NOT_KNOWN: Final = (
    "the token's person, organisation, sector, roles, purposes or areas are not what"
    " this gateway knows"
)


@dataclass(frozen=True, slots=True)
class ClaimReader:
    """One issuer's profile, compiled."""

    issuer: str
    bindings: tuple[IssuerBinding, ...]
    reads: Mapping[str, ReadClaim]
    machine: ReadClaim
    services: frozenset[str]
    family: FamilyReader | None = None

    @classmethod
    def of(cls, issuer: Issuer, profile: IssuerProfile) -> Self:
        """Compile a profile; ConfigurationInvalid if a path of it is no JMESPath.

        Without a binding no token of the issuer is good for anything.
        """
        names = Claims.model_fields
        reads = {name: _claim(getattr(profile.claims, name)) for name in names}
        machine = compiled(profile.machine) if profile.machine else _nobody
        family = FamilyReader.of(profile.family) if profile.family else None
        return cls(issuer.issuer, issuer.may_assert, reads, machine, issuer.services, family)

    def caller(self, claims: TokenClaims) -> Caller:
        """The caller of verified claims; SignIn where they name no human or make no sense.

        Or where they say more than the issuer is bound to.
        """
        try:
            said = {name: read(claims) for name, read in self.reads.items()}
            if self._without_human(claims) or not all(
                _text(said[name]) for name in ("user", "organisation")
            ):
                raise SignIn("NO_HUMAN", "the token must name a person (sub) and an organisation")
            caller = _caller(self.issuer, said)
            self._refuse_unbound(caller)
            return self._with_family(caller, claims)
        except (ValueError, JMESPathError):
            raise SignIn("UNAUTHENTICATED", _NOT_KNOWN) from None

    def _refuse_unbound(self, caller: Caller) -> None:
        beyond = beyond_all(self.bindings, _asserted(caller))
        if beyond:
            raise SignIn(
                "ISSUER_OUT_OF_BOUNDS",
                f"your sign-in service says more about you than it may here"
                f" ({', '.join(beyond)}); tell the operator, who limits it under may_assert",
                issuer=self.issuer,
            )

    def _with_family(self, caller: Caller, claims: TokenClaims) -> Caller:
        if self.family is None:
            return caller
        person, children = self.family.persons(claims)
        if any(number in folded(caller.user) for number in self.family.numbers(claims)):
            # The user's id stands in the log, where no number of a child may stand.
            raise SignIn("UNAUTHENTICATED", "the token's user must be an id, not a number")
        return replace(caller, person=person, children=children)

    def _without_human(self, claims: TokenClaims) -> bool:
        """Whether the token speaks for a machine, or through one that may not speak for anybody."""
        subject = claims.get("sub")
        if subject is not None and subject in (claims.get("client_id"), claims.get("azp")):
            return True
        actor = claims.get("act")
        if actor is not None and _actor(actor) not in self.services:
            return True
        return bool(self.machine(claims))


def _claim(claim: ClaimValue) -> ReadClaim:
    if claim.path is None:
        return lambda _: claim.value
    read = compiled(claim.path)
    codes = claim.codes
    return read if codes is None else lambda claims: _coded(read(claims), codes)


def _nobody(_: TokenClaims) -> bool:
    return False


def _coded(value: Any, codes: Mapping[str, str | int]) -> Any:
    if isinstance(value, list):
        return [codes[each] for each in value if isinstance(each, str) and each in codes]
    return codes.get(str(value))


def _actor(actor: object) -> object:
    return actor.get("sub") if isinstance(actor, dict) else None


def _asserted(caller: Caller) -> Asserted:
    return Asserted(
        organisation=caller.organisation,
        sector=caller.sector,
        roles=caller.roles,
        purposes=caller.purposes,
        areas=caller.areas,
        accreditation=caller.accreditation,
        assurance=caller.assurance,
    )


def _caller(issuer: str, said: Mapping[str, Any]) -> Caller:
    roles = frozenset(_texts(said["roles"]))
    _line(" ".join(roles))
    return Caller(
        issuer=issuer,
        user=_line(str(said["user"])),
        organisation=_line(str(said["organisation"])),
        sector=Sector(str(said["sector"])),
        roles=roles,
        purposes=frozenset(Purpose(purpose) for purpose in _texts(said["purposes"])),
        areas=tuple(sorted(_texts(said["areas"]))),
        accreditation=frozenset(_texts(said["accreditation"])),
        assurance=_number(said["assurance"], 4) or 0,
        signed_in_at=_number(said["signed_in_at"], _LATEST),
        manager=_line(str(said["manager"])) if said["manager"] else None,
        own=OwnDetails(**{each.name: _if_line(said[each.name]) for each in fields(OwnDetails)}),
    )


def _if_line(value: object) -> str | None:
    """A text that can be compared; what cannot is as if it were not said."""
    usable = isinstance(value, str) and len(value) <= LONGEST and value.isprintable()
    return str(value) if usable else None


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _line(text: str) -> str:
    if len(text) > LONGEST or not text.isprintable():
        raise ValueError("not a line that the log can hold")
    return text


def _number(value: object, most: int) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ValueError("not a number that this gateway knows")
    return value


def _texts(values: object) -> list[str]:
    if values is None:
        return []
    if not isinstance(values, list) or not all(_text(value) for value in values):
        raise ValueError("not a list of texts")
    return values
