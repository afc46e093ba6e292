"""Which rule decided each class, and what would have been needed: for agencies and auditors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from adapters.contract.codes import Purpose, ReleaseClass
from gateway.policy.case import Asker, verdict_of
from gateway.policy.decide import Policy, Verdict
from gateway.policy.rules.rule import Ruling
from gateway.policy.rules.rule_set import RuleSet
from resolvers.release import CLASS_OF

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
_WORDS: Final = {
    Ruling.GIVEN: "given",
    Ruling.WITHHELD: "withheld",
    Ruling.SILENT: "silently kept back",
}


@dataclass(frozen=True, slots=True)
class Explained:
    """One class: what was decided, by which rules, and which changes alone would have it given."""

    release_class: ReleaseClass
    ruling: Ruling
    rules: tuple[str, ...]
    needed: tuple[str, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of a record that are of this class."""
        return tuple(sorted(f for f, name in CLASS_OF.items() if name is self.release_class))

    def __str__(self) -> str:
        rules = ", ".join(self.rules) or "no rule gives it"
        line = f"{self.release_class}: {_WORDS[self.ruling]} ({rules})"
        return f"{line}; it would take {' or '.join(self.needed)}" if self.needed else line


def explained(asker: Asker, rule_set: RuleSet, today: date) -> tuple[Explained, ...]:
    """Every class, in order; ConfigurationInvalid if there is no such source."""
    policy = Policy(rule_set)
    verdict = verdict_of(asker, rule_set, policy, today)
    because = dict(verdict.because)
    lacking = {
        what: verdict_of(asker.model_copy(update=change), rule_set, policy, today).permitted
        for what, change in _CHANGES.items()
    }
    return tuple(
        Explained(
            release_class=name,
            ruling=_ruling(verdict, name),
            rules=because[name],
            needed=tuple(what for what, given in lacking.items() if name in given)
            if name not in verdict.permitted
            else (),
        )
        for name in sorted(ReleaseClass)
    )


def _ruling(verdict: Verdict, name: ReleaseClass) -> Ruling:
    if name in verdict.permitted:
        return Ruling.GIVEN
    return Ruling.SILENT if name in verdict.silent else Ruling.WITHHELD
