"""Rules that are the same as before are read once, whatever is reloaded beside them."""

from collections.abc import Mapping

import pytest

from gateway.policy.rules.reading import LONGEST_KEPT
from gateway.policy.rules.rule import RuleInvalid
from gateway.policy.rules.rule_set import AgencyRules, Baseline, open_rule_set
from tests.support.gateway.decisions import manifest

_SCOPE = 'principal, action == Action::"release", resource in Source::"roll"'
_GIVES_ALL = f'@id("all") permit ({_SCOPE});'


def _opened(written: str) -> Mapping[str, AgencyRules]:
    return open_rule_set(Baseline.at(), [manifest()], {"roll": written}).agencies


def _rules(written: str) -> AgencyRules:
    (own,) = _opened(written).values()
    return own


def test_a_reload_reads_only_the_rules_that_changed() -> None:
    first, again = _rules(_GIVES_ALL), _rules(_GIVES_ALL)
    assert again.parsed is first.parsed
    changed = _rules(f"{_GIVES_ALL} ")
    assert changed.rules == first.rules
    forbids = _rules(f'{_GIVES_ALL}@id("no") forbid ({_SCOPE});')
    assert forbids.parsed is not first.parsed
    assert "roll.cedar/no" in forbids.rules


def test_a_long_text_is_read_each_time_so_no_agency_fills_the_memory() -> None:
    long = f"{_GIVES_ALL}// {'x' * LONGEST_KEPT}"
    first, again = _rules(long), _rules(long)
    (name,) = (name for name in first.rules if name == "roll.cedar/all")
    assert again.rules[name] == first.rules[name]
    assert again.rules[name] is not first.rules[name]


def test_rules_that_are_refused_are_refused_again_with_the_same_words() -> None:
    said = []
    for _ in range(2):
        with pytest.raises(RuleInvalid) as refused:
            _opened(_GIVES_ALL + _GIVES_ALL)
        said.append(str(refused.value))
    assert said[0] == said[1]
    assert "two rules are called all" in said[0]


def test_what_one_agency_may_write_is_still_refused_to_another() -> None:
    _opened(_GIVES_ALL)
    other = manifest(source="other")
    with pytest.raises(RuleInvalid, match="names a Source that is not its agency's own"):
        open_rule_set(Baseline.at(), [other], {"other": _GIVES_ALL})
