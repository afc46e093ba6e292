"""What an agency writes in Cedar beside its manifest: read whole, or refused by name."""

import pytest

from adapters.contract.codes import ReleaseClass
from gateway.policy.rules.rule import RuleInvalid
from gateway.policy.rules.rule_set import open_rule_set
from resolvers.child.child import WithheldReason
from tests.support.gateway.decisions import EVERY, baseline, decided, manifest, reasons, rule_set

SCOPE = 'principal, action == Action::"release", resource in Source::"roll"'
GIVES_ALL = f'@id("all") permit ({SCOPE});'


def test_an_agency_gives_by_a_rule_of_its_own() -> None:
    assert decided(cedar=GIVES_ALL).permitted == EVERY


def test_a_forbid_wins_and_says_why_and_by_which_rule() -> None:
    no_homes = (
        f'@id("no-homes") @reason("CONSENT") @message("ask the family") forbid ({SCOPE})'
        ' when { resource.class == Class::"LOCATION" };'
    )
    verdict = decided(cedar=GIVES_ALL + no_homes)
    assert verdict.permitted == EVERY - {ReleaseClass.LOCATION}
    (kept,) = verdict.withheld
    assert (kept.reason, kept.message) == (WithheldReason.CONSENT, "ask the family")
    assert kept.rule == "roll.cedar/no-homes"


def test_a_silent_forbid_leaves_no_word_behind() -> None:
    hush = f'@id("hush") @silent forbid ({SCOPE}) when {{ resource.class == Class::"STATUS" }};'
    verdict = decided(cedar=GIVES_ALL + hush)
    assert (verdict.silent, verdict.withheld) == (frozenset({ReleaseClass.STATUS}), ())
    assert not verdict.tells_nothing


def test_a_silence_over_the_whole_source_wins_over_whatever_is_said_openly() -> None:
    loud = f'@id("a-loud") @message("no") forbid ({SCOPE});'
    hush = f'@id("hush") @silent forbid ({SCOPE});'
    assert decided(cedar=loud + hush).tells_nothing
    assert decided(cedar=hush + GIVES_ALL).tells_nothing


def test_a_rule_that_fails_while_deciding_gives_nothing() -> None:
    overflows = (
        f'@id("odd") forbid ({SCOPE})'
        " when { principal.assurance * 9223372036854775807 * 2 == 1 };"
    )
    verdict = decided(cedar=GIVES_ALL + overflows)
    assert verdict.permitted == frozenset()
    assert set(reasons(verdict).values()) == {WithheldReason.OTHER}


@pytest.mark.parametrize(
    ("cedar", "told"),
    [
        ("permit (", "is no Cedar"),
        (f"permit ({SCOPE});", 'needs a name of lower-case letters, digits and hyphens: @id("'),
        (GIVES_ALL + GIVES_ALL, "two rules are called all"),
        ('@id("x") permit (principal, action, resource);', "rule x: is scoped by: action"),
        (
            '@id("x") permit (principal, action == Action::"release", resource);',
            'rule x: has no scope: say resource in Source::"roll"',
        ),
        (GIVES_ALL.replace('"roll"', '"ward"'), "rule all: names a Source that is not its"),
        (
            GIVES_ALL.replace('Source::"roll"', 'Agency::"hospital"'),
            "rule all: names a Agency that is not its agency's own",
        ),
        (
            f'@id("x") permit ({SCOPE}) unless {{ resource in Source::"ward" }};',
            "rule x: names a Source that is not its agency's own",
        ),
        (
            f'@id("x") permit ({SCOPE}) when {{ context.purpose == Purpose::"SAFEGARDING" }};',
            "rule x: for policy",
        ),
        (f'@id("x") permit ({SCOPE}) when {{ context.porpoise == 1 }};', "rule x: for policy"),
        (f'@id("x") permit ({SCOPE}) when {{ principal.user == "jo" }};', "rule x: for policy"),
        (f'@id("x") @silnet forbid ({SCOPE});', "rule x: @silnet is not an annotation here"),
        (f'@id("x") @silent permit ({SCOPE});', "rule x: only a forbid is silent"),
        (f'@id("x") @silent("no") forbid ({SCOPE});', "rule x: @silent takes no value"),
        (f'@id("x") @reason("SHIELD") forbid ({SCOPE});', "rule x: its reason is one of"),
        (f'@id("x") @message("a\\nb") forbid ({SCOPE});', "rule x: its message is one printable"),
        (
            '@id("x") permit (principal == ?principal, action, resource);',
            "a template applies to nobody",
        ),
    ],
)
def test_a_document_that_cannot_be_used_is_refused_with_the_rule_named(
    cedar: str, told: str
) -> None:
    with pytest.raises(RuleInvalid) as refused:
        rule_set(cedar=cedar)
    assert told in str(refused.value)
    assert str(refused.value).startswith("roll.cedar:1: ")


def test_one_agencys_rules_decide_nothing_about_another() -> None:
    ward = manifest(source="ward").model_copy(
        update={"source": manifest(source="ward").source.model_copy(update={"agency": "hospital"})}
    )
    both = open_rule_set(baseline(), [manifest(), ward], {"roll": GIVES_ALL})
    assert "roll.cedar/all" in both.agencies["school"].rules
    assert "roll.cedar/all" not in both.agencies["hospital"].rules


def test_the_version_tells_every_change_of_the_rules() -> None:
    versions = {
        rule_set().version,
        rule_set(cedar=GIVES_ALL).version,
        rule_set(cedar=GIVES_ALL.replace("permit", "forbid")).version,
        rule_set(cedar=GIVES_ALL.replace("forbid", "@silent forbid")).version,
    }
    assert len(versions) == 3
    assert rule_set(cedar=GIVES_ALL).version == rule_set(cedar=f"// a comment\n{GIVES_ALL}").version
