"""What each agency gives to this caller for this purpose: default deny, decided before asking."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from adapters.codes import ReleaseClass
from adapters.manifest import Release
from gateway.caller import Caller
from gateway.inquiry import Reason
from resolvers.child import Withheld, WithheldReason

_OTHER_PURPOSE = "the agency gives this for other purposes only"
_NO_RULE = "the agency does not give this to your organisation or role"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One source's decision for one caller and purpose, with what it openly keeps back."""

    permitted: frozenset[ReleaseClass]
    withheld: tuple[Withheld, ...] = ()


def decide(
    rules: Iterable[Release],
    caller: Caller,
    reason: Reason,
    asked: frozenset[ReleaseClass],
    today: date,
) -> Verdict:
    """Which of the `asked` classes the rules give; the rules' order never matters.

    A rule counts on its last day and no longer. What no rule gives is kept back.
    """
    addressed = [rule for rule in rules if _addresses(rule, caller) and today <= rule.until]
    serving = [rule for rule in addressed if reason.purpose in rule.purposes]
    permitted = asked & frozenset().union(*(rule.classes for rule in serving))
    elsewhere = frozenset().union(*(rule.classes for rule in addressed))
    withheld = (_kept_back(name, otherwise=name in elsewhere) for name in asked - permitted)
    return Verdict(permitted, tuple(sorted(withheld)))


def _addresses(rule: Release, caller: Caller) -> bool:
    return caller.sector in rule.to.sectors and bool(caller.roles & rule.to.roles)


def _kept_back(name: ReleaseClass, *, otherwise: bool) -> Withheld:
    if otherwise:
        return Withheld(name, WithheldReason.PURPOSE, _OTHER_PURPOSE, "release.purposes")
    return Withheld(name, WithheldReason.POLICY, _NO_RULE, "release.default-deny")
