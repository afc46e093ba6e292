"""Who asks: a named human of an organisation, as a verified token says."""

from dataclasses import dataclass, field

from adapters.contract.codes import Purpose, Sector
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NhsNumber, Upn
from gateway.model.account import Account


@dataclass(frozen=True, slots=True)
class OwnDetails:
    """What the token says of the caller's own person, to compare with a child's; never written.

    `address` is the first line. None where the token does not say.
    """

    family_name: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    postcode: str | None = field(default=None, repr=False)
    telephone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    team: str | None = field(default=None, repr=False)
    registration: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of whom a verified token says who they are: a number and a day of birth at least."""

    nhs_number: NhsNumber | None = field(default=None, repr=False)
    upn: Upn | None = field(default=None, repr=False)
    given_names: tuple[str, ...] = field(default=(), repr=False)
    family_name: str | None = field(default=None, repr=False)
    birth_date: PartialDate | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified caller; `areas` are GSS codes, `purposes` what the token entitles to.

    `issuer` is who vouches: a user is told from another by issuer, organisation and user together,
    for two issuers may give two people one name. `account` is what does so.

    `assurance` is the identity's level from 0 to 4; `signed_in_at` is in seconds since 1970, None
    where the issuer does not say. `person` is the caller, `children` are theirs, where an issuer
    for families has verified it.
    """

    issuer: str
    user: str
    organisation: str
    sector: Sector
    roles: frozenset[str]
    purposes: frozenset[Purpose]
    areas: tuple[str, ...]
    accreditation: frozenset[str] = frozenset()
    assurance: int = 0
    signed_in_at: float | None = None
    manager: str | None = None
    own: OwnDetails = OwnDetails()
    person: Person | None = None
    children: tuple[Person, ...] = ()

    @property
    def account(self) -> Account:
        """With what they signed in."""
        return Account(self.issuer, self.user)
