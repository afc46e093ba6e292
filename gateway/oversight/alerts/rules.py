"""How unusual an access is: rules with weights, set beforehand and not fitted to any data."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, log2, prod, sqrt
from types import MappingProxyType
from typing import Final

from gateway.audit.entry.flags import AccessFlag, WorkingRelationship
from gateway.oversight.alerts.observed_access import ObservedAccess, UsualAccess

BREAK_GLASS: Final = "BREAK_GLASS"
MANY_CHILDREN: Final = "MANY_CHILDREN"
REPEATED_LOOKS: Final = "REPEATED_LOOKS"
ODD_HOURS: Final = "ODD_HOURS"
OUT_OF_AREA: Final = "OUT_OF_AREA"

ALERT_FROM: Final = 0.5
URGENT_FROM: Final = 0.8
_URGENT_DAYS: Final = 3
_USUAL_DAYS: Final = 10

_OF_RISK: Final[Mapping[AccessFlag, float]] = MappingProxyType(
    {
        AccessFlag.SAME_ADDRESS: 0.8,
        AccessFlag.SAME_TELEPHONE: 0.8,
        AccessFlag.STAFF_CHILD: 0.6,
        AccessFlag.SEVERAL_HOMES: 0.6,
        AccessFlag.SAME_SURNAME: 0.5,
        AccessFlag.SAME_POSTCODE: 0.35,
        AccessFlag.SAME_COMMON_SURNAME: 0.1,
    }
)
_BEYOND: Final = 0.25
_ODD: Final = 0.2
_RARELY: Final = 0.1  # whoever does it more often than this does it usually
_OFTEN_LOOKED: Final = 2  # days before this one
_LOOKED: Final = 0.4
_LOOKED_AS_OFTEN_AGAIN: Final = 0.1
_MOST_LOOKED: Final = 0.7
_FEW: Final = 6  # different children a day that anybody may ask about
_NEW_USERS_DAY: Final = 3.0
_DEVIATIONS: Final = 3.0
_MANY: Final = 0.55
_DOUBLED: Final = 0.2
_MOST_MANY: Final = 0.95
_ORGANISATION: Final = 0.5  # what remains where the organisation works with the child, not the team


@dataclass(frozen=True, slots=True)
class AlertScore:
    """How unusual an access is, from 0 to 1, and the rule that says most of it."""

    rule: str
    score: float

    @property
    def is_alert(self) -> bool:
        """Whether somebody should look into it."""
        return self.score >= ALERT_FROM

    @property
    def working_days(self) -> int:
        """Within how many of them."""
        return _URGENT_DAYS if self.score >= URGENT_FROM else _USUAL_DAYS


def break_glass() -> AlertScore:
    """Break-glass is always looked into."""
    return AlertScore(BREAK_GLASS, 1.0)


def assess(observed: ObservedAccess, usual: UsualAccess) -> AlertScore | None:
    """What the rules find of a question; None where it is explained, or nothing is to be said.

    Each rule that fits says how likely the access alone makes a reason of the user's own; together
    they are as likely as one of them being right.
    """
    if observed.explained:
        return None
    remains = _ORGANISATION if observed.tie is WorkingRelationship.ORGANISATION else 1.0
    said = {rule: remains * weight for rule, weight in _weights(observed, usual).items() if weight}
    if not said:
        return None
    rule = max(sorted(said), key=lambda name: said[name])
    return AlertScore(rule, round(1 - prod(1 - weight for weight in said.values()), 3))


def many_from(usual: tuple[int, ...]) -> int:
    """From how many different children on one day a user asks about unusually many."""
    mean = sum(usual) / len(usual) if usual else _NEW_USERS_DAY
    return max(_FEW, ceil(mean + _DEVIATIONS * sqrt(max(mean, 1.0))))


def _weights(observed: ObservedAccess, usual: UsualAccess) -> dict[str, float]:
    alike = {risk.value: _OF_RISK.get(risk, 0.0) for risk in observed.risks}
    beyond = AccessFlag.OUT_OF_AREA in observed.risks and not _used_to(usual.beyond)
    odd = observed.odd_hours and not _used_to(usual.odd)
    return {
        **alike,
        OUT_OF_AREA: _BEYOND if beyond else 0.0,
        ODD_HOURS: _ODD if odd else 0.0,
        REPEATED_LOOKS: _repeated(usual.looks),
        MANY_CHILDREN: _many(usual),
    }


def _used_to(share: float | None) -> bool:
    return share is not None and share > _RARELY


def _repeated(looks: int) -> float:
    times = _doublings(looks / _OFTEN_LOOKED)
    return 0.0 if times is None else min(_MOST_LOOKED, _LOOKED + _LOOKED_AS_OFTEN_AGAIN * times)


def _many(usual: UsualAccess) -> float:
    times = _doublings(usual.today / many_from(usual.usual)) if usual.new_today else None
    return 0.0 if times is None else min(_MOST_MANY, _MANY + _DOUBLED * times)


def _doublings(so_many_times: float) -> int | None:
    """How often a limit was doubled, where it was reached or doubled just now; else None.

    So what goes on is told again when there is much more of it, and not each time.
    """
    if so_many_times < 1 or not log2(so_many_times).is_integer():
        return None
    return int(log2(so_many_times))
