"""Which rule decided each class, and what would have been needed: for agencies and auditors."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from adapters.codes import Purpose, ReleaseClass
from gateway.policy import Policy, Verdict
from gateway.policy_case import Asker, verdict_of
from gateway.rules.book import RuleBook

# Each is tried alone, by deciding again: nothing is guessed.
_CHANGES: Final[Mapping[str, Mapping[str, Any]]] = {
    "stated significant harm": {"significant_harm": True},
    "consent recorded at the agency": {"consent": True},
    "a case reference": {"case_reference": True},
    "a fresh sign-in": {"minutes_since_sign_in": 0},
    "a caller of the agency's area": {"in_area": True},
    "a cause to ask out of area": {"out_of_area_cause": True},
    "a role cleared for shielded children": {"shield_cleared": True},
    "an accredited organisation": {"accreditation": frozenset({"information-sharing"})},
    **{f"the purpose {purpose}": {"purpose": purpose} for purpose in Purpose},
}


def explained(asker: Asker, book: RuleBook, today: date) -> Iterator[str]:
    """One line for each class: given, withheld or silently kept, by which rules, what it needs."""
    policy = Policy(book)
    verdict = verdict_of(asker, book, policy, today)
    because = dict(verdict.because)
    lacking = _needed(asker, book, policy, today)
    for name in sorted(ReleaseClass):
        rules = ", ".join(because[name]) or "no rule gives it"
        line = f"{name}: {_word(verdict, name)} ({rules})"
        needed = " or ".join(what for what, given in lacking.items() if name in given)
        if name not in verdict.permitted and needed:
            line += f"; it would take {needed}"
        yield line


def _needed(
    asker: Asker, book: RuleBook, policy: Policy, today: date
) -> dict[str, frozenset[ReleaseClass]]:
    return {
        what: verdict_of(asker.model_copy(update=change), book, policy, today).permitted
        for what, change in _CHANGES.items()
    }


def _word(verdict: Verdict, name: ReleaseClass) -> str:
    if name in verdict.permitted:
        return "given"
    return "silently kept back" if name in verdict.silent else "withheld"
