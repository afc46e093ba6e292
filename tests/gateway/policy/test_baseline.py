"""What no agency can give away, whatever its own rules say."""

from dataclasses import replace

import pytest

from adapters.contract.codes import Purpose, ReleaseClass
from gateway.policy.context import RecordFacts
from gateway.policy.decide import DecisionRequest, Policy
from gateway.policy.rules.reading import read_baseline
from gateway.policy.rules.rule import RuleInvalid
from gateway.policy.rules.rule_set import open_rule_set
from resolvers.child.child import WithheldReason
from tests.support.gateway.decisions import (
    EVERY,
    HARM_STATED,
    PLAINLY,
    SOCIAL_WORKER,
    baseline,
    decided,
    manifest,
    reasons,
)

GIVES_ALL = (
    '@id("all") permit (principal, action == Action::"release", resource in Source::"roll");'
)


def test_an_organisation_without_accreditation_is_given_nothing() -> None:
    nobody = replace(SOCIAL_WORKER, accreditation=frozenset())
    verdict = decided(cedar=GIVES_ALL, who=nobody)
    assert verdict.permitted == frozenset()
    assert {kept.rule for kept in verdict.withheld} == {"baseline/accreditation"}


@pytest.mark.parametrize(
    ("minutes", "given"), [(0, True), (720, True), (780, False), (None, False)]
)
def test_a_sign_in_of_more_than_twelve_hours_ago_or_unknown_is_too_old(
    minutes: int | None,
    given: bool,  # noqa: FBT001  a column of the table
) -> None:
    verdict = decided(cedar=GIVES_ALL, when=replace(HARM_STATED, minutes_since_sign_in=minutes))
    assert bool(verdict.permitted) is given


def test_a_sensitive_service_is_told_with_consent_or_where_harm_is_stated() -> None:
    plainly = decided(cedar=GIVES_ALL, when=PLAINLY)
    assert plainly.permitted == EVERY - {ReleaseClass.SENSITIVE}
    assert reasons(plainly) == {ReleaseClass.SENSITIVE: WithheldReason.CONSENT}
    assert (
        decided(cedar=GIVES_ALL, when=replace(PLAINLY, said=RecordFacts(consent=True))).permitted
        == EVERY
    )
    assert decided(cedar=GIVES_ALL, when=HARM_STATED).permitted == EVERY


@pytest.mark.parametrize("purpose", Purpose)
def test_another_area_is_asked_for_a_cause_only(purpose: Purpose) -> None:
    elsewhere = replace(PLAINLY, purpose=purpose, in_area=False)
    given = bool(decided(cedar=GIVES_ALL, when=elsewhere).permitted)
    assert given is (purpose in {Purpose.SAFEGUARDING, Purpose.EMERGENCY})
    without = replace(elsewhere, out_of_area_cause=False, significant_harm=True)
    assert not decided(cedar=GIVES_ALL, when=without).permitted


@pytest.mark.parametrize("role", ["practitioner", "bulk"])
def test_several_children_at_once_are_for_the_roles_that_an_agency_names(role: str) -> None:
    read = manifest()
    source = read.source.model_copy(update={"bulk_roles": frozenset({"bulk"})})
    allowing = open_rule_set(
        baseline(), [read.model_copy(update={"source": source})], {"roll": GIVES_ALL}
    )
    refusing = open_rule_set(baseline(), [read], {"roll": GIVES_ALL})
    who = replace(SOCIAL_WORKER, roles=frozenset({role}))
    decision_request = DecisionRequest(
        "school", "roll", EVERY, who, replace(HARM_STATED, bulk=True)
    )
    assert bool(Policy(allowing).decide(decision_request).permitted) is (role == "bulk")
    assert not Policy(refusing).decide(decision_request).permitted
    assert allowing.version != refusing.version


def test_a_restricted_childs_whereabouts_are_for_cleared_roles() -> None:
    restricted = replace(HARM_STATED, said=RecordFacts(restricted=True))
    cleared = replace(SOCIAL_WORKER, shield_cleared=True)
    kept = reasons(decided(cedar=GIVES_ALL, when=restricted))
    assert ReleaseClass.LOCATION in kept
    assert set(kept.values()) == {WithheldReason.SHIELD}
    assert decided(cedar=GIVES_ALL, when=restricted, who=cleared).permitted == EVERY


def test_a_baseline_that_gives_is_refused() -> None:
    with pytest.raises(RuleInvalid, match="the baseline only forbids"):
        read_baseline('@id("x") permit (principal, action, resource);', baseline().schema)
