"""The rules of a whole country are held in little memory, as most are read only at a change."""

import tracemalloc
from typing import Final

from gateway.policy.rules.rule_set import Baseline, open_rule_set
from tests.support.gateway.decisions import manifest

KIB: Final = 1024
MANY: Final = 20
RULES: Final = 10  # of each source
MOST_EACH: Final = 14 * KIB
RULE: Final = """
@id("rule-{number}")
permit (principal, action == Action::"release", resource in Source::"{source}");
"""


def written_for(source: str) -> str:
    return "".join(RULE.format(number=number, source=source) for number in range(RULES))


def test_a_further_agencys_rules_take_little_memory() -> None:
    baseline = Baseline.at()
    every = [manifest(source=f"roll-{number}") for number in range(MANY)]
    written = {each.source.id: written_for(each.source.id) for each in every}
    open_rule_set(baseline, [manifest()])  # whatever the first imports
    tracemalloc.start()
    try:
        rules = open_rule_set(baseline, every, written)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "roll-19.cedar/rule-9" in rules.agencies["school"].rules
    assert held < MANY * MOST_EACH
