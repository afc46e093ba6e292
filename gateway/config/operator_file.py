"""The operator's file: areas, what is granted to which source, whom to ring about a shield."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from adapters.conformance.reserved_numbers import is_nobodys
from adapters.contract.codes import Claim, Purpose
from adapters.contract.contact_points import is_telephone
from adapters.contract.identifiers import CHILD_NUMBERS, NhsNumber, Upn
from adapters.manifest.toml_places import places
from adapters.network.egress import Egress, HostPort, origin, private_network
from gateway.config.operator_rules import OperatorFault, repeated, untold
from gateway.config.toml_table import fault_at, read_toml, table_of
from gateway.model.errors import ConfigurationInvalid

# As `teamaround audit child-pseudonyms` prints it: of an epoch, with no number in it.
ChildPseudonym = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}:[0-9a-f]{64}$")
]
ChildPseudonyms = Annotated[frozenset[ChildPseudonym], Field(min_length=1, max_length=1000)]
TextLine = Annotated[str, StringConstraints(min_length=1, max_length=200)]


def _dialled(text: str) -> str:
    if not is_telephone(text):
        raise ValueError("write it as it is dialled, such as 01632 960001 ext 2")
    return text


DialledNumber = Annotated[TextLine, AfterValidator(_dialled)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class ShieldTeam(_Table):
    """Whom a practitioner rings about a child whose location is kept back."""

    name: TextLine
    telephone: DialledNumber


class Broker(_Table):
    """Whom a practitioner rings about services whose very kind must not be told."""

    name: TextLine
    telephone: DialledNumber


class PrivacyOfficer(_Table):
    """Where an agency's privacy officer is told: `https://...`, or `mailto:...` by mail hook."""

    agency: TextLine
    place: Annotated[
        TextLine, StringConstraints(pattern=r"^(https://|http://127\.0\.0\.1:|mailto:).+$")
    ]


class Families(_Table):
    """From which age a young person sees who looked, and until which a parent does, in years."""

    own_from: Annotated[int, Field(ge=0, le=18)] = 13
    parents_until: Annotated[int, Field(ge=0, le=18)] = 16


class FamilyContact(_Table):
    """Who answers a family that asks an organisation why it looked."""

    organisation: TextLine
    name: TextLine
    telephone: DialledNumber | None = None
    email: Annotated[TextLine, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    hours: TextLine | None = None

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.telephone is None and self.email is None:
            raise ValueError("give a telephone, an email or both")
        return self


class DisclosureEvent(_Table):
    """Something that organisations wait for before they disclose; it stands here once it was.

    With `about` it has been for these children alone.
    """

    name: TextLine
    on: date
    about: ChildPseudonyms | None = None


class Disclosure(_Table):
    """When one organisation lets families see that it asked, or one agency that it was asked.

    `show` is `now`, `after` (so many `days` after the access, a date `on`, or an `event`), or
    `never`, which needs its legal `basis`. Left out, `purposes` are all, and it is about every
    child; else about those whose pseudonyms `about` lists.
    """

    organisation: TextLine | None = None
    agency: TextLine | None = None
    purposes: frozenset[Purpose] = frozenset(Purpose)
    show: Literal["now", "after", "never"]
    days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    on: date | None = None
    event: TextLine | None = None
    basis: TextLine | None = None
    about: ChildPseudonyms | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.organisation is None) == (self.agency is None):
            raise ValueError("a disclosure names an organisation or an agency, one of the two")
        waits = sum(each is not None for each in (self.days, self.on, self.event))
        if waits != (self.show == "after"):
            raise ValueError('`after` has one of days, on or event; "now" and "never" have none')
        if (self.show == "never") != (self.basis is not None):
            raise ValueError('`never` needs its legal basis; "now" and "after" take none')
        return self


class Area(_Table):
    """A local authority's area by GSS code, and the bodies there that nobody can ask here."""

    code: TextLine
    name: TextLine
    not_connected: tuple[TextLine, ...] = ()


class HeldTestPerson(_Table):
    """Somebody made up, whom a source holds beside the real: asked for to see that it finds her.

    Her numbers are of a range for tests; the rest is what an operation needs beside a number.
    """

    nhs_number: Annotated[str, AfterValidator(NhsNumber.parse)] | None = None
    upn: Annotated[str, AfterValidator(Upn.parse)] | None = None
    given_name: TextLine | None = None
    family_name: TextLine | None = None
    birth_date: date | None = None

    @model_validator(mode="after")
    def _nobody(self) -> Self:
        if not CHILD_NUMBERS & self.given.keys():
            raise ValueError("a test person has an nhs_number, a upn or both")
        real = sorted(n for n, value in self.given.items() if not is_nobodys(n, value))
        if real:
            raise ValueError(f"{real[0]}: not in a range for tests, so it may be a real person's")
        return self

    @property
    def given(self) -> Mapping[str, str]:
        """What she is asked for with, by key."""
        return {name: str(value) for name, value in self if value is not None}


def _place(text: str) -> str:
    if "://" in text:
        origin(text)
    else:
        private_network(text)
    return text


class SourceGrant(_Table):
    """What the operator grants to one source of one agency; a claim counts only from here.

    `origins` are the only places the source may call: "https://host:port", "postgresql://...". A
    name among them may lead to a private address only within a network that stands there too.
    Until somebody was found there, a `test_person` for one, its emptiness proves nothing.
    `tunnelled` says that a tunnel of the operator's own protects the way, so that it needs no TLS.
    """

    source: TextLine
    agency: TextLine
    claims: frozenset[Claim] = frozenset()
    origins: frozenset[Annotated[TextLine, AfterValidator(_place)]]
    test_person: HeldTestPerson | None = None
    tunnelled: bool = False

    def egress(self, own_stores: Iterable[HostPort] = ()) -> Egress:
        """Where the source may be called, and by which ways; never at the gateway's own stores."""
        return Egress.of(self.origins, own_stores, tunnelled=self.tunnelled)


class Controller(_Table):
    """Who answers for the gateway: what the record of processing says that nothing else knows.

    `transfers` are those to third countries, with their safeguards.
    """

    name: TextLine
    contact: TextLine
    data_protection_officer: TextLine
    log_kept: TextLine
    transfers: TextLine = "none"


class OperatorFile(_Table):
    """The whole file; `log_origin` names the log in every receipt."""

    log_origin: TextLine
    shield_team: ShieldTeam
    broker: Broker | None = None
    controller: Controller | None = None
    privacy_officer: tuple[PrivacyOfficer, ...] = ()
    deputies: tuple[TextLine, ...] = ()
    mail_hook: TextLine | None = None
    closed_days: Annotated[frozenset[date], Field(max_length=1000)] = frozenset()
    families: Families = Families()
    family_contact: tuple[FamilyContact, ...] = ()
    disclosure: tuple[Disclosure, ...] = ()
    event: tuple[DisclosureEvent, ...] = ()
    area: Annotated[tuple[Area, ...], Field(min_length=1)]
    grant: tuple[SourceGrant, ...] = ()


def read_operator_file(file: Path) -> OperatorFile:
    """Read the operator's file; ConfigurationInvalid says what to change."""
    return parse_operator_file(read_toml(file), file)


def parse_operator_file(text: str, file: Path) -> OperatorFile:
    """The operator's file of this text; ConfigurationInvalid says what to change in `file`."""
    read = table_of(OperatorFile, text, file)
    if faults := list(_faults(read)):
        found = places(text)
        raise ConfigurationInvalid(*(fault_at(file, found, key, what) for key, what in faults))
    return read


def _faults(read: OperatorFile) -> Iterator[OperatorFault]:
    yield from repeated([each.code for each in read.area], "area", "code")
    yield from repeated([each.source for each in read.grant], "grant", "source")
    named = [each.organisation for each in read.family_contact]
    yield from repeated(named, "family_contact", "organisation")
    yield from untold([each.place for each in read.privacy_officer], read.deputies, read.mail_hook)
