"""What each agency gives to this caller for this purpose: default deny, decided before asking."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import lru_cache, partial
from typing import Any, Final

from cedarpy import AuthzResult, Decision, Entities, is_authorized_batch

from adapters.contract.codes import ReleaseClass
from gateway.policy.context import PolicyContext, Principal, RecordFacts
from gateway.policy.rules.rule import KEPT_BACK
from gateway.policy.rules.rule_set import AgencyRules, Baseline, RuleSet, class_id
from resolvers.child.child import Withheld, WithheldReason

DEFAULT_DENY: Final = "release.default-deny"
_OTHER_PURPOSE: Final = "the agency gives this for other purposes only"
_NO_RULE: Final = "the agency does not give this to your organisation or role"
_UNDECIDED: Final = "the agency's rules could not be decided, so nothing is given"
SAID_BY_REASON: Final = frozenset({_OTHER_PURPOSE, _NO_RULE, KEPT_BACK})  # no more than that
_KEPT: Final = 20_000
_CALLER: Final = {"type": "Caller", "id": "caller"}
_RELEASE: Final = {"type": "Action", "id": "release"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One source's decision for one caller and purpose, with what it openly keeps back.

    `silent` classes are kept back without a word. `because` names the rules that decided each
    class, for whoever may know them; none where no rule gives it.
    """

    permitted: frozenset[ReleaseClass]
    withheld: tuple[Withheld, ...] = ()
    silent: frozenset[ReleaseClass] = frozenset()
    because: tuple[tuple[ReleaseClass, tuple[str, ...]], ...] = field(default=(), compare=False)

    @property
    def tells_nothing(self) -> bool:
        """Whether silence covers the whole source: it is then not asked, for any child."""
        return bool(self.silent) and not self.permitted and not self.withheld


OnRecord = Callable[[str, RecordFacts], Verdict]


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """What is to be decided: classes of one source, for a principal in a policy context."""

    agency: str
    source: str
    asked: frozenset[ReleaseClass]
    principal: Principal
    policy_context: PolicyContext


class Policy:
    """Decides by one rule set, and remembers: a decision depends on no child.

    The memory is of this rule set alone; a new one starts without it.
    """

    def __init__(self, rule_set: RuleSet) -> None:
        self.rule_set = rule_set
        # Of the rule set alone: a cache that held its policy would be freed late.
        self._decided = lru_cache(_KEPT)(partial(_decide, rule_set))
        self.version = rule_set.version
        self.sha256 = rule_set.sha256

    def decide(self, decision_request: DecisionRequest) -> Verdict:
        """Which of the classes asked for the rules give; the rules' order never matters.

        A class is given if a rule permits it, none forbids it and nothing went wrong meanwhile.
        """
        return self._decided(decision_request)


class _Plainly(Enum):
    GIVEN = auto()
    SILENT = auto()


_Ruling = _Plainly | Withheld


def _decide(rule_set: RuleSet, decision_request: DecisionRequest) -> Verdict:
    rules = rule_set.agencies[decision_request.agency]
    classes = sorted(decision_request.asked)
    judged = _results(classes, decision_request, rules, rule_set.baseline)
    results = dict(zip(classes, judged, strict=True))
    rulings = {name: _ruling(name, each, decision_request, rules) for name, each in results.items()}
    return Verdict(
        permitted=frozenset(n for n, ruling in rulings.items() if ruling is _Plainly.GIVEN),
        withheld=tuple(r for r in rulings.values() if isinstance(r, Withheld)),
        silent=frozenset(n for n, ruling in rulings.items() if ruling is _Plainly.SILENT),
        because=tuple((n, tuple(sorted(r.diagnostics.reasons))) for n, r in results.items()),
    )


def _ruling(
    name: ReleaseClass, result: AuthzResult, decision_request: DecisionRequest, rules: AgencyRules
) -> _Ruling:
    fired = [rules.rules[each] for each in sorted(result.diagnostics.reasons)]
    forbids = [rule for rule in fired if rule.forbids]
    if any(rule.silent for rule in forbids):
        return _Plainly.SILENT
    if result.diagnostics.errors or result.decision is Decision.NoDecision:
        return Withheld(name, WithheldReason.OTHER, _UNDECIDED, "release.error")
    if forbids:
        return Withheld(name, forbids[0].reason, forbids[0].message, forbids[0].name)
    if result.decision is Decision.Allow:
        return _Plainly.GIVEN
    return _not_given(name, decision_request, rules)


def _not_given(
    name: ReleaseClass, decision_request: DecisionRequest, rules: AgencyRules
) -> Withheld:
    """What to say of a class that no rule gives; by the tables, if for another purpose one does."""
    who, today = decision_request.principal, decision_request.policy_context.today
    for table in rules.tables[decision_request.source]:
        addressed = who.sector in table.to.sectors and who.roles & table.to.roles
        if addressed and name in table.classes and today <= table.until:
            return Withheld(name, WithheldReason.PURPOSE, _OTHER_PURPOSE, "release.purposes")
    return Withheld(name, WithheldReason.POLICY, _NO_RULE, DEFAULT_DENY)


def _results(
    classes: Iterable[ReleaseClass],
    decision_request: DecisionRequest,
    rules: AgencyRules,
    baseline: Baseline,
) -> list[AuthzResult]:
    # Without the schema in the request, Cedar skips a forbid that fails and says Allow.
    things = json.dumps([*rules.things, *_who(decision_request.principal)])
    entities = Entities.from_json_str(things, baseline.schema)
    context = json.dumps(decision_request.policy_context.context)
    requests: list[dict[str, Any]] = [
        {
            "principal": _CALLER,
            "action": _RELEASE,
            "resource": {"type": "ReleaseClass", "id": class_id(decision_request.source, name)},
            "context": context,
        }
        for name in classes
    ]
    return is_authorized_batch(requests, rules.parsed, entities, baseline.schema)


def _who(principal: Principal) -> list[Mapping[str, Any]]:
    above = [{"type": "Role", "id": role} for role in sorted(principal.roles)]
    above.append({"type": "Organisation", "id": principal.organisation})
    attributes = {
        "sector": {"type": "Sector", "id": principal.sector.value},
        "accreditation": sorted(principal.accreditation),
        "assurance": principal.assurance,
        "areas": sorted(principal.areas),
        "purposes": [{"type": "Purpose", "id": p.value} for p in sorted(principal.purposes)],
        "shieldCleared": principal.shield_cleared,
    }
    caller = {"uid": _CALLER, "attrs": attributes, "parents": above}
    return [caller, *({"uid": each, "attrs": {}, "parents": []} for each in above)]
