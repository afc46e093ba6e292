"""What one agency holds about one child, in the domain's words and nobody's format."""

from dataclasses import dataclass, field

from adapters.contract.codes import InvolvementStatus, NameUse, Sex, SupportStatusCode
from adapters.contract.dates import PartialDate
from adapters.contract.frozen import plainly_made


@plainly_made
@dataclass(frozen=True, slots=True)
class Identifier:
    """A number in a scheme: "nhs_number", "upn", or a scheme of the agency's own."""

    scheme: str
    value: str


@plainly_made
@dataclass(frozen=True, slots=True)
class Name:
    """A person's name; `given` in the order in which it is said."""

    given: tuple[str, ...] = ()
    family: str | None = None
    use: NameUse = NameUse.CURRENT


@plainly_made
@dataclass(frozen=True, slots=True)
class Address:
    """An address; `current` is None where the agency does not say."""

    lines: tuple[str, ...] = ()
    postcode: str | None = None
    uprn: str | None = None
    current: bool | None = None
    start: PartialDate | None = None
    end: PartialDate | None = None


@plainly_made
@dataclass(frozen=True, slots=True)
class Carer:
    """A parent, carer or other related person."""

    name: str | None = None
    relationship: str | None = None
    parental_responsibility: bool | None = None
    telephone: str | None = None


@plainly_made
@dataclass(frozen=True, slots=True)
class School:
    """A school the child attends or attended; `urn` is the DfE's number."""

    name: str | None = None
    urn: str | None = None
    start: PartialDate | None = None
    end: PartialDate | None = None


@plainly_made
@dataclass(frozen=True, slots=True)
class GpPractice:
    """The registered GP practice; `ods_code` is the NHS organisation code."""

    name: str | None = None
    ods_code: str | None = None
    telephone: str | None = None


@plainly_made
@dataclass(frozen=True, slots=True)
class Practitioner:
    """A named worker; `registration` is the professional registration number."""

    name: str | None = None
    telephone: str | None = None
    email: str | None = None
    registration: str | None = None


@plainly_made
@dataclass(frozen=True, slots=True)
class Involvement:
    """A service working with the child, or one that did; telephone and email are the team's."""

    service: str | None = None
    role: str | None = None
    practitioner: Practitioner | None = None
    team: str | None = None
    telephone: str | None = None
    email: str | None = None
    hours: str | None = None
    lead_practitioner: bool | None = None
    sensitive: bool = False
    start: PartialDate | None = None
    end: PartialDate | None = None
    status: InvolvementStatus = InvolvementStatus.UNKNOWN


@plainly_made
@dataclass(frozen=True, slots=True)
class SupportStatus:
    """A status of support; `system` is the code system that `label` comes from."""

    code: SupportStatusCode
    system: str | None = None
    label: str | None = None
    start: PartialDate | None = None
    end: PartialDate | None = None


@plainly_made
@dataclass(frozen=True, slots=True)
class Event:
    """A dated happening, one line; never a case note."""

    date: PartialDate | None = None
    kind: str | None = None
    summary: str | None = None


@plainly_made
@dataclass(frozen=True, slots=True)
class Record:
    """One child as one agency holds it.

    `restricted` is None where the agency says nothing about it, which clears nobody. `consent` is
    to telling that the service is involved; None where the agency says nothing about it.
    `defects` names the fields whose value could not be read; the value is then absent. `cut` names
    the lists of which the agency holds more than stands here.
    """

    record_id: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    names: tuple[Name, ...] = ()
    birth_date: PartialDate | None = None
    birth_date_estimated: bool = False
    sex: Sex | None = None
    restricted: bool | None = None
    consent: bool | None = None
    addresses: tuple[Address, ...] = ()
    carers: tuple[Carer, ...] = ()
    schools: tuple[School, ...] = ()
    gp_practice: GpPractice | None = None
    involvements: tuple[Involvement, ...] = ()
    support_statuses: tuple[SupportStatus, ...] = ()
    events: tuple[Event, ...] = ()
    defects: tuple[str, ...] = field(default=())
    cut: tuple[str, ...] = field(default=())

    def identifier(self, scheme: str) -> str | None:
        """The value this record holds in `scheme`, or None."""
        return next((i.value for i in self.identifiers if i.scheme == scheme), None)
