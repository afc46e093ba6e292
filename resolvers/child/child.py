"""One stitched child: facts, each with the agencies that say so, and where they disagree."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from adapters.contract.codes import NameUse, ReleaseClass, Sex
from adapters.contract.dates import PartialDate
from adapters.contract.frozen import plainly_made
from adapters.contract.record import (
    Address,
    Carer,
    Event,
    GpPractice,
    Identifier,
    Involvement,
    School,
    SupportStatus,
)

T = TypeVar("T")


class Restriction(StrEnum):
    """Whether the child is shielded; UNKNOWN is treated as RESTRICTED."""

    NONE_KNOWN = "NONE_KNOWN"
    RESTRICTED = "RESTRICTED"
    UNKNOWN = "UNKNOWN"


class WithheldReason(StrEnum):
    """Why something is openly kept back."""

    POLICY = "POLICY"
    PURPOSE = "PURPOSE"
    CONSENT = "CONSENT"
    SHIELD = "SHIELD"
    SHIELD_UNKNOWN = "SHIELD_UNKNOWN"
    OTHER = "OTHER"


@plainly_made
@dataclass(frozen=True, slots=True, order=True)
class Withheld:
    """A class openly kept back; `rule` is for the log, `message` for the caller."""

    release_class: ReleaseClass
    reason: WithheldReason
    message: str
    rule: str = ""


@plainly_made
@dataclass(frozen=True, slots=True)
class Provenance:
    """Which agency says so, as of when."""

    agency: str
    as_of: datetime | None = None


@plainly_made
@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """A value and everyone who says so, by agency id; never empty."""

    value: T
    sources: tuple[Provenance, ...]


@plainly_made
@dataclass(frozen=True, slots=True)
class StatedName:
    """A name as it is said, with its use; `given` in order."""

    given: tuple[str, ...]
    family: str | None
    use: NameUse


@plainly_made
@dataclass(frozen=True, slots=True)
class StatedBirthDate:
    """A birth date and whether the agency holds it as an estimate."""

    value: PartialDate
    estimated: bool


@plainly_made
@dataclass(frozen=True, slots=True)
class AgencyInvolvement:
    """An involvement and the agency whose service it is; `id` is stable within one answer."""

    id: str
    agency: str
    involvement: Involvement


@plainly_made
@dataclass(frozen=True, slots=True)
class Conflict:
    """A field on which agencies disagree, with every value and who says it."""

    field: str
    values: tuple[Fact[str], ...]


@plainly_made
@dataclass(frozen=True, slots=True)
class Child:
    """What the agencies say together; every tuple in an order of its own content."""

    id: str
    identifiers: tuple[Fact[Identifier], ...] = ()
    names: tuple[Fact[StatedName], ...] = ()
    birth_date: Fact[StatedBirthDate] | None = None
    sex: Fact[Sex] | None = None
    addresses: tuple[Fact[Address], ...] = ()
    carers: tuple[Fact[Carer], ...] = ()
    schools: tuple[Fact[School], ...] = ()
    gp_practice: Fact[GpPractice] | None = None
    involvements: tuple[Fact[AgencyInvolvement], ...] = ()
    lead_practitioner: Fact[AgencyInvolvement] | None = None
    support_statuses: tuple[Fact[SupportStatus], ...] = ()
    chronology: tuple[Fact[Event], ...] = ()
    conflicts: tuple[Conflict, ...] = ()
