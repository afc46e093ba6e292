"""What each agency gives to this caller for this purpose: default deny, decided before asking."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final, NamedTuple

from cachetools import LRUCache
from cedarpy import AuthzResult, Decision, Entities, is_authorized_batch

from adapters.contract.codes import ReleaseClass
from adapters.contract.frozen import plainly_made, replace
from gateway.policy.context import UNSAID, PolicyContext, Principal, RecordFacts
from gateway.policy.rules.rule import KEPT_BACK
from gateway.policy.rules.rule_set import AgencyRules, Baseline, RuleSet, class_id
from resolvers.child.child import Withheld, WithheldReason

DEFAULT_DENY: Final = "release.default-deny"
_OTHER_PURPOSE: Final = "the agency gives this for other purposes only"
_NO_RULE: Final = "the agency does not give this to your organisation or role"
_UNDECIDED: Final = "the agency's rules could not be decided, so nothing is given"
SAID_BY_REASON: Final = frozenset({_OTHER_PURPOSE, _NO_RULE, KEPT_BACK})  # no more than that
_KEPT: Final = 20_000  # decisions, when each kind of caller is given one by each source
_FEWEST_KINDS: Final = 8
FEW: Final = 4  # decisions that may hold up others
_CALLER: Final = {"type": "Caller", "id": "caller"}
_RELEASE: Final = {"type": "Action", "id": "release"}


@plainly_made
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


@plainly_made
@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """What is to be decided: classes of one source, for a principal in a policy context."""

    agency: str
    source: str
    asked: frozenset[ReleaseClass]
    principal: Principal
    policy_context: PolicyContext


class Matter(NamedTuple):
    """What of a decision a kind of caller leaves open: which classes of which source.

    `said` is what a record says, as far as it has spoken.
    """

    agency: str
    source: str
    asked: frozenset[ReleaseClass]
    in_area: bool
    said: RecordFacts = UNSAID


class Decisions:
    """What one kind of caller is given in one policy context: each matter is decided once."""

    def __init__(
        self,
        rule_set: RuleSet,
        principal: Principal,
        plainly: PolicyContext,
        one_at_a_time: asyncio.Lock,
    ) -> None:
        self._rule_set = rule_set
        self._principal = principal
        self._plainly = plainly
        self._decided: dict[Matter, Verdict] = {}
        self._one_at_a_time = one_at_a_time

    def of(self, matter: Matter) -> Verdict:
        """Which of the classes asked for the rules give."""
        found = self._decided.get(matter)
        if found is None:
            found = self._decided[matter] = decide_one(self._rule_set, self._request(matter))
        return found

    async def ahead(self, matters: Iterable[Matter]) -> None:
        """Decide these in a thread: Cedar takes 2 ms for each agency.

        With hundreds of them nobody else would be served meanwhile.
        """
        every = tuple(matters)
        async with self._one_at_a_time:
            if left := self.left(every):
                await asyncio.to_thread(self._decide_all, left)

    def left(self, matters: Iterable[Matter]) -> list[Matter]:
        """Those of them that nobody has decided yet."""
        return [matter for matter in matters if matter not in self._decided]

    def _decide_all(self, matters: Iterable[Matter]) -> None:
        for matter in matters:
            self.of(matter)

    def _request(self, matter: Matter) -> DecisionRequest:
        context = replace(self._plainly, in_area=matter.in_area, said=matter.said)
        return DecisionRequest(matter.agency, matter.source, matter.asked, self._principal, context)


class ManyUndecided(Exception):
    """So much is undecided for a kind of caller that others would wait for it."""

    def __init__(self, decisions: Decisions, matters: Iterable[Matter]) -> None:
        super().__init__()
        self.decisions = decisions
        self.matters = tuple(matters)


class Policy:
    """Decides by one rule set, and remembers: a decision depends on no child.

    The memory is of this rule set alone; a new one starts without it.
    """

    def __init__(self, rule_set: RuleSet) -> None:
        self.rule_set = rule_set
        sources = sum(len(each.tables) for each in rule_set.agencies.values())
        self._kinds: LRUCache[tuple[Principal, PolicyContext], Decisions] = LRUCache(
            max(_FEWEST_KINDS, _KEPT // max(1, sources))
        )
        # Of whatever kind: the threads are everybody's.
        self._one_at_a_time = asyncio.Lock()
        self.version = rule_set.version
        self.sha256 = rule_set.sha256

    def of_kind(self, principal: Principal, plainly: PolicyContext) -> Decisions:
        """What this kind of caller is given; the context is of no agency and no record."""
        try:
            return self._kinds[principal, plainly]
        except KeyError:
            found = Decisions(self.rule_set, principal, plainly, self._one_at_a_time)
            self._kinds[principal, plainly] = found
            return found

    def decide(self, decision_request: DecisionRequest) -> Verdict:
        """Which of the classes asked for the rules give; the rules' order never matters.

        A class is given if a rule permits it, none forbids it and nothing went wrong meanwhile.
        """
        request, context = decision_request, decision_request.policy_context
        plainly = replace(context, in_area=False, said=UNSAID)
        kind = self.of_kind(request.principal, plainly)
        return kind.of(
            Matter(request.agency, request.source, request.asked, context.in_area, context.said)
        )


class _Plainly(Enum):
    GIVEN = auto()
    SILENT = auto()


_Ruling = _Plainly | Withheld


def decide_one(rule_set: RuleSet, decision_request: DecisionRequest) -> Verdict:
    """The decision, made now and not remembered."""
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
