"""Whoever writes rules in Cedar learns at which line one cannot be used."""

import json

import pytest
from cedarpy import policies_to_json_str
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.rules.lines import line_of_no_cedar, lines_of_rules
from gateway.policy.rules.rule import RuleInvalid
from tests.support.gateway.decisions import rule_set

SCOPE = 'principal,\n  action == Action::"release",\n  resource in Source::"roll"'
GOOD = f'// given; all of it\n@id("all")\npermit ({SCOPE});\n'
BETWEEN = st.lists(st.sampled_from(["\n", " ", '// permit (a; "b\n', "\t", '// "\n']), max_size=4)
NAMES = st.text(st.sampled_from('a;/" \n\\'), max_size=5).map(lambda text: json.dumps(text)[1:-1])


@given(st.lists(st.tuples(BETWEEN, NAMES, BETWEEN), max_size=5), BETWEEN)
def test_each_rule_is_found_at_its_line_whatever_comments_and_texts_say(
    rules: list[tuple[list[str], str, list[str]]], after: list[str]
) -> None:
    text, begun = "", []
    for before, name, inside in rules:
        text += "".join(before)
        begun.append(text.count("\n") + 1)
        text += f'@message("{name}"){"".join(inside)}permit (principal, action, resource);'
    text += "".join(after)
    assert lines_of_rules(text) == begun
    assert len(json.loads(policies_to_json_str(text))["staticPolicies"]) == len(begun)


@given(BETWEEN, st.integers(0, 3), st.sampled_from(["]", "&&", ")", "permit permit"]))
def test_a_word_that_cedar_does_not_know_there_is_found_at_its_line(
    before: list[str], rules: int, word: str
) -> None:
    text = "".join(before) + GOOD * rules + '@id("b")\n// and then\n'
    wrong = text.count("\n") + 1
    text += f"{word} (principal, action, resource)\nwhen {{ true }};\n{GOOD}"
    assert line_of_no_cedar(text) == wrong


@pytest.mark.parametrize(
    ("cedar", "line", "told"),
    [
        ("permit everything;", 1, "unexpected token `everything`"),
        (f"{GOOD}\npermit ({SCOPE}", 7, "unexpected end of input"),
        (f'{GOOD}forbid ({SCOPE})\nwhen {{ context.a == "b }};\n', 9, "invalid token"),
        (f"{GOOD}forbid ({SCOPE})\nwhen {{ secretly(1) }};\n{GOOD}", 6, "not a valid function"),
        (f"{GOOD}forbid ({SCOPE})\nwhen {{ secretly(1) }};\npermit x;", 10, "unexpected token"),
        (f'{GOOD}@id("b")\nforbid ({SCOPE})\nwhen {{ context.porpoise == 1 }};', 6, "rule b: for"),
        (f'{GOOD}@id("b")\npermit (principal, action, resource);', 6, "rule b: is scoped by"),
        (GOOD + GOOD, 7, "two rules are called all"),
        (f"{GOOD}permit (principal == ?principal, action, resource);", 6, "a template"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_rule_is_told_with_its_line(cedar: str, line: int, told: str) -> None:
    with pytest.raises(RuleInvalid) as refused:
        rule_set(cedar=cedar)
    assert [each.line for each in refused.value.faults if told in each.what] == [line]
    assert f"roll.cedar:{line}: " in str(refused.value)


def test_faults_of_a_text_are_told_from_its_first_line_to_its_last() -> None:
    twice = f'{GOOD}@id("B")\npermit ({SCOPE});\n@id("c")\n@loud\npermit ({SCOPE});\n{GOOD}'
    with pytest.raises(RuleInvalid) as refused:
        rule_set(cedar=twice)
    assert [each.line for each in refused.value.faults] == [6, 10, 16]
