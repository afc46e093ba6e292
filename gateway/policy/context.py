"""What a rule may look at: the caller's profile, and the policy context of the question."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from adapters.contract.codes import Purpose, Sector
from adapters.contract.frozen import plainly_made
from gateway.audit.entry.asker import AskerProfile
from gateway.model.caller import Caller

if TYPE_CHECKING:  # a question is what most who decide about rules do not have
    from gateway.model.inquiry import Reason

_STEP_MINUTES: Final = 60  # whole hours, so that one decision serves many


@plainly_made
@dataclass(frozen=True, slots=True)
class Principal:
    """What a caller is, never who: two people with the same profile are given the same."""

    organisation: str
    sector: Sector
    roles: frozenset[str]
    accreditation: frozenset[str]
    assurance: int
    areas: frozenset[str]
    purposes: frozenset[Purpose]
    shield_cleared: bool

    @classmethod
    def of(cls, caller: Caller, shield_cleared_role: str) -> "Principal":
        """What `caller` is."""
        return cls(
            organisation=caller.organisation,
            sector=caller.sector,
            roles=caller.roles,
            accreditation=caller.accreditation,
            assurance=caller.assurance,
            areas=frozenset(caller.areas),
            purposes=caller.purposes,
            shield_cleared=shield_cleared_role in caller.roles,
        )


class RecordFacts(NamedTuple):
    """What a record says that rules look at; before anybody is asked, nothing.

    `consent` is recorded at the agency; `restricted` is the child's, by whatever agency.
    """

    consent: bool = False
    restricted: bool = False


UNSAID: Final = RecordFacts()


@plainly_made
@dataclass(frozen=True, slots=True)
class PolicyContext:
    """In which a class is asked for: for what, when, where, and what a record says."""

    purpose: Purpose
    case_reference: bool
    significant_harm: bool
    out_of_area_cause: bool
    in_area: bool
    minutes_since_sign_in: int | None
    today: date
    said: RecordFacts = UNSAID
    bulk: bool = False

    @classmethod
    def plainly(
        cls, caller: Caller, reason: "Reason", now: datetime, *, bulk: bool
    ) -> "PolicyContext":
        """Those in which `caller` asks now: of no agency yet, and of no child."""
        return cls(
            purpose=reason.purpose,
            case_reference=reason.case_reference is not None,
            significant_harm=reason.significant_harm is not None,
            out_of_area_cause=reason.out_of_area is not None,
            in_area=False,
            minutes_since_sign_in=_minutes_since(caller.signed_in_at, now),
            today=now.date(),
            bulk=bulk,
        )

    @property
    def context(self) -> Mapping[str, Any]:
        """As a request's context of Cedar."""
        context: dict[str, Any] = {
            "purpose": {"type": "Purpose", "id": self.purpose.value},
            "caseReference": self.case_reference,
            "significantHarm": self.significant_harm,
            "outOfAreaCause": self.out_of_area_cause,
            "consent": self.said.consent,
            "restricted": self.said.restricted,
            "bulk": self.bulk,
            "inArea": self.in_area,
            "today": {"__extn": {"fn": "datetime", "arg": self.today.isoformat()}},
        }
        if self.minutes_since_sign_in is not None:
            context["minutesSinceSignIn"] = self.minutes_since_sign_in
        return context


def profile_of(caller: Caller, shield_cleared_role: str, now: datetime) -> AskerProfile:
    """What the log keeps of a caller, so that other rules can be held to their question."""
    return AskerProfile(
        sector=caller.sector,
        roles=tuple(sorted(caller.roles)),
        accreditation=tuple(sorted(caller.accreditation)),
        assurance=caller.assurance,
        areas=tuple(sorted(caller.areas)),
        minutes_since_sign_in=_minutes_since(caller.signed_in_at, now),
        shield_cleared=shield_cleared_role in caller.roles,
    )


def _minutes_since(signed_in_at: float | None, now: datetime) -> int | None:
    if signed_in_at is None:
        return None
    minutes = max(0.0, now.timestamp() - signed_in_at) / 60
    return -int(-minutes // _STEP_MINUTES) * _STEP_MINUTES
