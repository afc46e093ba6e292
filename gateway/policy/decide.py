"""What each agency gives to this caller for this purpose: default deny, decided before asking."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

from cachetools import LRUCache
from cedarpy import AuthzResult, Decision, Entities, is_authorized_batch

from adapters.contract.codes import ReleaseClass
from gateway.policy.context import Circumstances, Principal, Said
from gateway.policy.rules.book import AgencyRules, Ground, RuleBook, class_id
from resolvers.child.child import Withheld, WithheldReason

DEFAULT_DENY: Final = "release.default-deny"
_OTHER_PURPOSE: Final = "the agency gives this for other purposes only"
_NO_RULE: Final = "the agency does not give this to your organisation or role"
_UNDECIDED: Final = "the agency's rules could not be decided, so nothing is given"
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


OnRecord = Callable[[str, Said], Verdict]


@dataclass(frozen=True, slots=True)
class Matter:
    """What is to be decided: classes of one source, for a principal in their circumstances."""

    agency: str
    source: str
    asked: frozenset[ReleaseClass]
    principal: Principal
    circumstances: Circumstances


class Policy:
    """Decides by one book of rules, and remembers: a decision depends on no child.

    The memory is of this book alone, so that a new book forgets it.
    """

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        self._decided: LRUCache[Matter, Verdict] = LRUCache(_KEPT)
        self.version = book.version
        self.sha256 = book.sha256

    def decide(self, matter: Matter) -> Verdict:
        """Which of the classes asked for the rules give; the rules' order never matters.

        A class is given if a rule permits it, none forbids it and nothing went wrong meanwhile.
        """
        verdict = self._decided.get(matter)
        if verdict is None:
            verdict = _decide(matter, self.book.agencies[matter.agency], self.book.ground)
            self._decided[matter] = verdict
        return verdict


class _Plainly(Enum):
    GIVEN = auto()
    SILENT = auto()


_Ruling = _Plainly | Withheld


def _decide(matter: Matter, rules: AgencyRules, ground: Ground) -> Verdict:
    classes = sorted(matter.asked)
    results = dict(zip(classes, _results(classes, matter, rules, ground), strict=True))
    rulings = {name: _ruling(name, each, matter, rules) for name, each in results.items()}
    return Verdict(
        permitted=frozenset(n for n, ruling in rulings.items() if ruling is _Plainly.GIVEN),
        withheld=tuple(r for r in rulings.values() if isinstance(r, Withheld)),
        silent=frozenset(n for n, ruling in rulings.items() if ruling is _Plainly.SILENT),
        because=tuple((n, tuple(sorted(r.diagnostics.reasons))) for n, r in results.items()),
    )


def _ruling(name: ReleaseClass, result: AuthzResult, matter: Matter, rules: AgencyRules) -> _Ruling:
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
    return _not_given(name, matter, rules)


def _not_given(name: ReleaseClass, matter: Matter, rules: AgencyRules) -> Withheld:
    """What to say of a class that no rule gives; by the tables, if for another purpose one does."""
    who, today = matter.principal, matter.circumstances.today
    for table in rules.tables[matter.source]:
        addressed = who.sector in table.to.sectors and who.roles & table.to.roles
        if addressed and name in table.classes and today <= table.until:
            return Withheld(name, WithheldReason.PURPOSE, _OTHER_PURPOSE, "release.purposes")
    return Withheld(name, WithheldReason.POLICY, _NO_RULE, DEFAULT_DENY)


def _results(
    classes: Iterable[ReleaseClass], matter: Matter, rules: AgencyRules, ground: Ground
) -> list[AuthzResult]:
    # Without the schema in the request, Cedar skips a forbid that fails and says Allow.
    things = json.dumps([*rules.things, *_who(matter.principal)])
    entities = Entities.from_json_str(things, ground.schema)
    context = json.dumps(matter.circumstances.context)
    requests: list[dict[str, Any]] = [
        {
            "principal": _CALLER,
            "action": _RELEASE,
            "resource": {"type": "ReleaseClass", "id": class_id(matter.source, name)},
            "context": context,
        }
        for name in classes
    ]
    return is_authorized_batch(requests, rules.parsed, entities, ground.schema)


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
