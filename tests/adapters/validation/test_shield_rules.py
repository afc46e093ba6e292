"""A manifest that says who is restricted says where that counts."""

from typing import Any

import pytest

from adapters.contract.codes import Claim
from adapters.validation.loading import ManifestInvalid
from tests.support.adapters.asking import manifest_of
from tests.support.adapters.problems import problems
from tests.support.agencies import BY_NAME, BY_NUMBER, LOCAL, SourceFile, rest_source

MEMBER = LOCAL | {Claim.SHIELD_SET}
CLAIMED = 'claims = ["conclusive", "effects_none", "shield_set"]'


def clinic(**more: Any) -> SourceFile:
    return rest_source("clinic", "http://127.0.0.1:1", says_restricted=True, **more)


def said(text: str) -> str:
    return " ".join(what for _, what in problems(text))


def test_a_mark_that_counts_nowhere_is_asked_about() -> None:
    unsaid = clinic().manifest.replace(', "shield_set"', "")
    assert "shield_set" not in unsaid
    assert 'Add "shield_set" to claims' in said(unsaid)
    assert 'write mark = "own-row"' in said(unsaid)


@pytest.mark.parametrize("where", ['mark = "own-row"', CLAIMED])
def test_either_answer_will_do(where: str) -> None:
    text = clinic().manifest
    assert CLAIMED in text
    without = text.replace(CLAIMED, 'claims = ["conclusive", "effects_none"]')
    assert manifest_of(
        text if where == CLAIMED else without.replace("[agency]", f"{where}\n[agency]")
    )


def test_both_answers_at_once_are_refused() -> None:
    both = clinic().manifest.replace("[agency]", 'mark = "own-row"\n[agency]')
    assert "leave it out" in said(both)


@pytest.mark.parametrize(
    ("line", "other"),
    [
        ('effects = "none"', 'effects = "audited"'),
        ("[agency]", "sensitive = true\n[agency]"),
    ],
)
def test_whom_asking_would_harm_is_never_in_the_set(line: str, other: str) -> None:
    assert "is never asked for the shield" in said(clinic().manifest.replace(line, other))


def test_who_cannot_be_asked_by_number_is_not_in_the_set() -> None:
    by_name = clinic(by=(BY_NAME,)).manifest.replace('mark = "own-row"', "")
    claimed = by_name.replace('"effects_none"]', '"effects_none", "shield_set"]')
    assert "add an operation by nhs_number or upn" in said(claimed)


def test_a_mark_of_another_kind_is_refused() -> None:
    with pytest.raises(ManifestInvalid, match="mark"):
        manifest_of(clinic().manifest.replace("[agency]", 'mark = "nowhere"\n[agency]'))


MARK = 'restricted = { path = "restricted", codes = "restricted" }'


@pytest.mark.parametrize(
    "mark",
    [
        "restricted = { value = false }",
        'restricted = { value = "N", codes = "restricted" }',
        'restricted = { path = "`false`" }',
        'restricted = { path = "`\\"N\\"`", codes = "restricted" }',
    ],
)
def test_a_mark_that_says_of_nobody_that_she_is_restricted_is_refused(mark: str) -> None:
    text = clinic().manifest
    assert MARK in text
    assert "this never says that a child is restricted" in said(text.replace(MARK, mark))


def test_a_refuge_may_say_that_everybody_there_is_restricted() -> None:
    assert manifest_of(clinic().manifest.replace(MARK, "restricted = { value = true }"))


def test_a_code_that_nobody_told_us_never_clears_a_child() -> None:
    text = clinic().manifest.replace('"*" = true', '"*" = false')
    assert 'decides "restricted": write "*" = true' in said(text)


def test_a_code_that_nobody_told_us_is_never_taken_for_consent() -> None:
    consent = 'consent = { path = "consent", codes = "restricted" }'
    text = clinic().manifest.replace(MARK, f"{MARK}\n  {consent}")
    assert 'decides "consent": write "*" = false' in said(text)


def test_an_operation_that_nothing_can_ever_ask_is_refused() -> None:
    by_home = ("by-home", 'family = "{family_name}", home = "{postcode}"', False)
    assert "never gets a postcode" in said(clinic(by=(BY_NUMBER, by_home)).manifest)
