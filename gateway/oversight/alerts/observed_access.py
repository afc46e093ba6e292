"""One question as the rules for alerts see it, and the usual accesses of its user."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.audit.entry.flags import AccessFlag, WorkingRelationship
from gateway.config.working_days import LOCAL

_DAY_BEGINS: Final = 7  # o'clock, in local time
_DAY_ENDS: Final = 20
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class ObservedAccess:
    """One question; `index` is its intent's, `children` the pseudonyms of the child."""

    query_id: str
    index: int
    at: datetime
    user: str
    issuer: str
    organisation: str
    manager: str | None
    children: frozenset[str]
    risks: frozenset[AccessFlag]
    tie: WorkingRelationship | None

    @property
    def explained(self) -> bool:
        """Whether the answer names the user, or their team, as working with the child."""
        return self.tie in {WorkingRelationship.USER, WorkingRelationship.TEAM}

    @property
    def odd_hours(self) -> bool:
        """Whether it was asked at night or at a weekend, where the user works."""
        return at_odd_hours(self.at)


@dataclass(frozen=True, slots=True)
class UsualAccess:
    """What a user has asked before this question, of what nothing explained.

    `usual` has the number of different children of each day on which they asked, over four weeks;
    `today` counts them today, this one with them, and `new_today` says whether it is a new one.
    `looks` counts the earlier days of four weeks on which they looked at this child. `odd` and
    `beyond` are the shares of their last questions at odd hours and out of area, None of too few.
    """

    usual: tuple[int, ...] = ()
    today: int = 1
    new_today: bool = True
    looks: int = 0
    odd: float | None = None
    beyond: float | None = None


def at_odd_hours(at: datetime) -> bool:
    """Whether a moment is outside 7 to 20 o'clock of a weekday in England."""
    local = at.astimezone(LOCAL)
    return local.weekday() >= _SATURDAY or not _DAY_BEGINS <= local.hour < _DAY_ENDS
