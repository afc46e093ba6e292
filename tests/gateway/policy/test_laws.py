"""Laws of deciding, over generated tables, rules, callers and policy contexts."""

from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.codes import Purpose, ReleaseClass, Sector
from adapters.manifest.release import Recipients, Release
from gateway.policy.context import PolicyContext, Principal, RecordFacts
from gateway.policy.decide import DecisionRequest, Policy
from gateway.policy.rules.rule_set import open_rule_set
from tests.support.gateway.decisions import (
    HARM_STATED,
    SOCIAL_WORKER,
    TODAY,
    baseline,
    decided,
    manifest,
)
from tests.support.samples import examples

CLASSES = st.frozensets(st.sampled_from(ReleaseClass))
PRINCIPALS = st.builds(
    Principal,
    organisation=st.sampled_from(["northbrook", "easthallow"]),
    sector=st.sampled_from(Sector),
    roles=st.frozensets(st.sampled_from(["practitioner", "manager", "shield-cleared"])),
    accreditation=st.sampled_from([frozenset[str](), frozenset({"information-sharing"})]),
    assurance=st.integers(0, 4),
    areas=st.frozensets(st.sampled_from(["E09990001", "E09990002"])),
    purposes=st.frozensets(st.sampled_from(Purpose)),
    shield_cleared=st.booleans(),
)
CONTEXTS = st.builds(
    PolicyContext,
    purpose=st.sampled_from(Purpose),
    case_reference=st.booleans(),
    significant_harm=st.booleans(),
    out_of_area_cause=st.booleans(),
    in_area=st.booleans(),
    minutes_since_sign_in=st.none() | st.sampled_from([0, 720, 780]),
    today=st.just(TODAY),
    said=st.builds(RecordFacts, consent=st.booleans(), restricted=st.booleans()),
)
_TESTS: Final = (
    'resource.class == Class::"LOCATION"',
    'context.purpose == Purpose::"SAFEGUARDING"',
    "context.restricted",
    "principal.assurance >= 2",
    "principal.assurance * 9223372036854775807 > 3",
    'principal in Role::"practitioner"',
    'principal.sector == Sector::"POLICE"',
    "true",
)
_SCOPE: Final = '(principal, action == Action::"release", resource in Source::"roll")'


def _written(effects: list[str]) -> st.SearchStrategy[list[str]]:
    rule = st.builds(
        lambda effect, test: f"{effect} {_SCOPE} when {{ {test} }};",
        st.sampled_from(effects),
        st.sampled_from(_TESTS),
    )
    return st.lists(rule, max_size=5)


RULES = _written(["permit", "forbid", "@silent forbid"])
FORBIDS = _written(["forbid", "@silent forbid"])


def _named(rules: list[str]) -> str:
    return "\n".join(f'@id("r{at}") {rule}' for at, rule in enumerate(rules))


@given(RULES, PRINCIPALS, CONTEXTS, CLASSES)
def test_every_class_asked_is_given_or_kept_back_and_never_both(
    rules: list[str], who: Principal, when: PolicyContext, asked: frozenset[ReleaseClass]
) -> None:
    verdict = decided(cedar=_named(rules), who=who, when=when, asked=asked)
    open_ones = frozenset(kept.release_class for kept in verdict.withheld)
    assert verdict.permitted | verdict.silent | open_ones == asked
    assert len(verdict.permitted) + len(verdict.silent) + len(open_ones) == len(asked)


@given(RULES, FORBIDS, PRINCIPALS, CONTEXTS)
def test_more_forbids_never_give_more(
    rules: list[str], forbids: list[str], who: Principal, when: PolicyContext
) -> None:
    fewer = decided(cedar=_named(rules), who=who, when=when)
    more = decided(cedar=_named([*rules, *forbids]), who=who, when=when)
    assert more.permitted <= fewer.permitted


@given(st.data(), RULES, PRINCIPALS, CONTEXTS)
def test_any_order_of_rules_decides_the_same(
    data: st.DataObject, rules: list[str], who: Principal, when: PolicyContext
) -> None:
    turned = data.draw(st.permutations(rules))
    one = decided(cedar=_named(rules), who=who, when=when)
    other = decided(cedar=_named(turned), who=who, when=when)
    assert (one.permitted, one.silent) == (other.permitted, other.silent)


@given(RULES, PRINCIPALS, CONTEXTS)
def test_a_policy_that_remembers_decides_as_one_that_does_not(
    rules: list[str], who: Principal, when: PolicyContext
) -> None:
    policy = Policy(open_rule_set(baseline(), [manifest()], {"roll": _named(rules)}))
    decision_request = DecisionRequest("school", "roll", frozenset(ReleaseClass), who, when)
    assert (
        policy.decide(decision_request)
        == policy.decide(decision_request)
        == decided(cedar=_named(rules), who=who, when=when)
    )


@settings(max_examples=examples(20))
@given(PRINCIPALS, CONTEXTS, st.sampled_from(Sector), st.sampled_from(Purpose))
def test_a_table_reads_in_cedar_as_it_does_in_words(
    who: Principal, when: PolicyContext, sector: Sector, purpose: Purpose
) -> None:
    table = Release(
        classes=frozenset({ReleaseClass.IDENTITY}),
        to=Recipients(sectors=frozenset({sector}), roles=frozenset({"practitioner"})),
        purposes=frozenset({purpose}),
        until=TODAY,
    )
    meant = who.sector is sector and "practitioner" in who.roles and when.purpose is purpose
    given_away = ReleaseClass.IDENTITY in decided(table, who=who, when=when).permitted
    assert not given_away or meant
    fit = decided(table, who=SOCIAL_WORKER, when=HARM_STATED).permitted
    assert bool(fit) is (sector is Sector.SOCIAL_CARE and purpose is Purpose.SAFEGUARDING)
