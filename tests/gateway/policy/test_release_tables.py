"""An agency gives what one of its tables gives, and nothing else."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.codes import Purpose, ReleaseClass, Sector
from adapters.manifest.release import Recipients, Release
from resolvers.child.child import WithheldReason
from tests.support.gateway.decisions import EVERY, SOCIAL_WORKER, TODAY, decided
from tests.support.samples import examples

RULE: Final = Release(
    classes=frozenset({ReleaseClass.IDENTITY, ReleaseClass.INVOLVEMENT}),
    to=Recipients(sectors=frozenset({Sector.SOCIAL_CARE}), roles=frozenset({"practitioner"})),
    purposes=frozenset({Purpose.SAFEGUARDING}),
    until=TODAY,
)

FEW: Final = settings(max_examples=examples(20))  # each compiles its rules
CLASSES = st.frozensets(st.sampled_from(ReleaseClass))
RULES = st.lists(
    st.builds(
        Release,
        classes=CLASSES,
        to=st.builds(
            Recipients,
            sectors=st.frozensets(st.sampled_from([Sector.SOCIAL_CARE, Sector.HEALTH])),
            roles=st.frozensets(st.sampled_from(["practitioner", "manager"])),
        ),
        purposes=st.frozensets(st.sampled_from([Purpose.SAFEGUARDING, Purpose.EARLY_HELP])),
        until=st.sampled_from([TODAY - timedelta(1), TODAY, TODAY + timedelta(1)]),
    ),
    max_size=6,
)


def test_without_a_rule_nothing_is_given() -> None:
    verdict = decided()
    assert verdict.permitted == frozenset()
    assert {w.release_class for w in verdict.withheld} == EVERY
    assert {w.reason for w in verdict.withheld} == {WithheldReason.POLICY}


def test_a_rule_gives_its_classes_on_its_last_day_and_no_longer() -> None:
    assert decided(RULE).permitted == RULE.classes
    over = RULE.model_copy(update={"until": TODAY - timedelta(1)})
    assert decided(over).permitted == frozenset()
    assert {w.reason for w in decided(over).withheld} == {WithheldReason.POLICY}


def test_a_rule_for_another_purpose_says_that_it_is_the_purpose() -> None:
    verdict = decided(RULE.model_copy(update={"purposes": frozenset({Purpose.EARLY_HELP})}))
    assert verdict.permitted == frozenset()
    reasons = {w.release_class: w.reason for w in verdict.withheld}
    assert reasons[ReleaseClass.IDENTITY] is WithheldReason.PURPOSE
    assert reasons[ReleaseClass.LOCATION] is WithheldReason.POLICY


def test_a_rule_speaks_to_its_sectors_and_roles_only() -> None:
    nurse = replace(SOCIAL_WORKER, sector=Sector.HEALTH)
    clerk = replace(SOCIAL_WORKER, roles=frozenset({"clerk"}))
    nobody = replace(SOCIAL_WORKER, roles=frozenset())
    assert not any(decided(RULE, who=who).permitted for who in (nurse, clerk, nobody))


def test_one_of_a_callers_roles_is_enough() -> None:
    both = replace(SOCIAL_WORKER, roles=frozenset({"clerk", "practitioner"}))
    assert decided(RULE, who=both).permitted == RULE.classes


def test_a_role_is_text_whatever_it_is_called() -> None:
    odd = 'head "of\\ year\n\u202e} || true'
    to = RULE.to.model_copy(update={"roles": frozenset({odd})})
    rule = RULE.model_copy(update={"to": to})
    assert not decided(rule).permitted
    assert decided(rule, who=replace(SOCIAL_WORKER, roles=frozenset({odd}))).permitted


@FEW
@given(st.data(), RULES)
def test_the_order_of_rules_never_matters(data: st.DataObject, rules: list[Release]) -> None:
    shuffled = data.draw(st.permutations(rules))
    assert decided(*rules) == decided(*shuffled)


@FEW
@given(RULES)
def test_a_rule_said_twice_says_no_more(rules: list[Release]) -> None:
    assert decided(*rules, *rules) == decided(*rules)


@FEW
@given(RULES, CLASSES)
def test_every_class_asked_is_given_or_kept_back_openly(
    rules: list[Release], asked: frozenset[ReleaseClass]
) -> None:
    verdict = decided(*rules, asked=asked)
    kept = [w.release_class for w in verdict.withheld]
    assert len(kept) == len({*kept})
    assert verdict.permitted | {*kept} == asked
    assert not verdict.permitted & {*kept}


@FEW
@given(RULES, CLASSES)
def test_what_is_given_does_not_depend_on_what_else_is_asked(
    rules: list[Release], asked: frozenset[ReleaseClass]
) -> None:
    assert decided(*rules, asked=asked).permitted == decided(*rules).permitted & asked


@FEW
@given(RULES)
def test_nothing_is_given_that_no_rule_in_force_gives_to_this_caller(rules: list[Release]) -> None:
    given_by_one = [r.classes for r in rules if decided(r).permitted]
    assert decided(*rules).permitted == frozenset[ReleaseClass]().union(*given_by_one)


@FEW
@given(RULES, RULES)
def test_a_further_rule_takes_nothing_away(rules: list[Release], more: list[Release]) -> None:
    assert decided(*rules).permitted <= decided(*rules, *more).permitted
