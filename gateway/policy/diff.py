"""What a change of rules newly gives or no longer gives, over everybody whom the rules speak of."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import product

from adapters.contract.codes import Purpose, Sector
from gateway.policy.case import Asker, owners, verdict_of
from gateway.policy.decide import Policy, Verdict
from gateway.policy.rules.rule import Rule
from gateway.policy.rules.rule_set import RuleSet


def differences(before: RuleSet, after: RuleSet, today: date) -> Iterator[str]:
    """One line for each asker to whom a source gives, or keeps back, other than before.

    Askers are every sector, every role of a table, every purpose, without and with stated harm. A
    source that is in one book only is told as such.
    """
    old, new = owners(before), owners(after)
    yield from (f"{source}: was not there before" for source in sorted(new.keys() - old.keys()))
    yield from (f"{source}: is gone" for source in sorted(old.keys() - new.keys()))
    was, will_be = Policy(before), Policy(after)
    changed = [s for s in sorted(old.keys() & new.keys()) if _rules(before, s) != _rules(after, s)]
    for asker in _askers(changed, before, after):
        one = verdict_of(asker, before, was, today)
        other = verdict_of(asker, after, will_be, today)
        changes = list(changes_between(one, other))
        if changes:
            yield f"{asker.source}: {_named(asker)}: {', '.join(changes)}"


def changes_between(one: Verdict, other: Verdict) -> Iterator[str]:
    """What a verdict gives or keeps back that the one before did not, and the other way round."""
    yield from (f"+{name}" for name in sorted(other.permitted - one.permitted))
    yield from (f"-{name}" for name in sorted(one.permitted - other.permitted))
    yield from (f"silent {name}" for name in sorted(other.silent - one.silent))
    yield from (f"spoken of {name}" for name in sorted(one.silent - other.silent))


def _rules(rule_set: RuleSet, source: str) -> Mapping[str, Rule]:
    return rule_set.agencies[owners(rule_set)[source]].rules


def _askers(sources: list[str], *rule_sets: RuleSet) -> Iterator[Asker]:
    for source in sources:
        tables = [
            t
            for rule_set in rule_sets
            for t in rule_set.agencies[owners(rule_set)[source]].tables[source]
        ]
        roles = sorted({role for table in tables for role in table.to.roles}) or ["practitioner"]
        for sector, role, purpose, harm in product(Sector, roles, Purpose, (False, True)):
            yield Asker(
                source=source,
                sector=sector,
                roles=frozenset({role}),
                purpose=purpose,
                significant_harm=harm,
            )


def _named(asker: Asker) -> str:
    role = " ".join(sorted(asker.roles))
    harm = ", harm stated" if asker.significant_harm else ""
    return f"{asker.sector} {role} for {asker.purpose}{harm}"
