"""The conformance kit says which rules a source keeps, and which level that is."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.conformance.kit import Level, RuleVerdict, check_offline, level_for, level_of
from adapters.conformance.online_check import check_online
from adapters.conformance.rules import KitRule
from adapters.contract.contract import NoRecord, Records, Reply, TooMany
from adapters.contract.identifiers import NHS_NUMBER
from adapters.contract.record import Identifier, Record
from adapters.validation.loading import read_manifest
from tests.support.adapters.asking import NOW, opened
from tests.support.adapters.kit_examples import ABSENT, GOOD, PATIENT


async def checked(
    folder: Path, text: str, patient: Mapping[str, Any] = PATIENT
) -> dict[str, RuleVerdict]:
    (folder / "patient.json").write_text(json.dumps(patient))
    (folder / "absent.json").write_text(json.dumps(ABSENT))
    (folder / "source.toml").write_text(text)
    manifest = read_manifest(folder / "source.toml")
    verdicts = await check_offline(manifest, folder, lambda: NOW)
    return {one.rule: one for one in verdicts}


async def test_a_source_that_keeps_every_rule_is_exemplary(tmp_path: Path) -> None:
    verdicts = await checked(tmp_path, GOOD)
    assert [one for one in verdicts.values() if not one.passed] == []
    assert level_of(list(verdicts.values())) == Level.EXEMPLARY


@pytest.mark.parametrize(
    ("good", "bad", "rule", "level"),
    [
        ("Hill", "Dale", "every example is read as it expects", Level.CONNECTS),
        (', hours = "24/7"', "", "the duty contact has hours", Level.CONNECTS),
        ("&& body.issue", "|| body.issue", "no fault is read", None),
        ('outcome = "no-record"', "", "every conclusive operation has", Level.CONNECTS),
        ("2030-01-01", "2020-01-01", "no release rule has expired", Level.DEPENDABLE),
        (
            'as_of = "headers.date"',
            "",
            "every answer says how current its data is",
            Level.DEPENDABLE,
        ),
        (
            'effects = "none"',
            'effects = "none"\nclaims = ["shield_authority"]',
            "a source of the shield",
            None,
        ),
    ],
)
async def test_each_rule_fails_on_what_breaks_it(
    tmp_path: Path, good: str, bad: str, rule: str, level: Level | None
) -> None:
    assert good in GOOD
    verdicts = await checked(tmp_path, GOOD.replace(good, bad, 1))
    failed = [one for one in verdicts.values() if one.passed is False]
    assert any(one.rule.startswith(rule) and one.what for one in failed), failed
    assert level is None or level_of(list(verdicts.values())) == level


async def test_an_operation_without_an_example_is_named(tmp_path: Path) -> None:
    text = GOOD[: GOOD.index("[[example]]")]
    verdicts = await checked(tmp_path, text)
    verdict = verdicts["every operation has an example"]
    assert verdict.what == "add an [[example]] for by-number"


class Said:
    """A source that always replies the same."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    async def ask(self, _question: object) -> Reply:
        return self._reply

    async def aclose(self) -> None:
        pass


@pytest.mark.parametrize(("reply", "passed"), [(NoRecord(), True), (TooMany(), False)])
async def test_online_only_a_known_absent_child_is_asked_for(
    tmp_path: Path, reply: Reply, *, passed: bool
) -> None:
    await checked(tmp_path, GOOD)
    asked = await check_online(read_manifest(tmp_path / "source.toml"), Said(reply))
    verdict = next(one for one in asked if one.rule == f"{KitRule.ABSENT} (by-number)")
    assert (verdict.level, verdict.passed) == (Level.CONNECTS, passed)


async def test_nothing_of_a_child_travels_in_the_clear(tmp_path: Path) -> None:
    verdicts = await checked(tmp_path, GOOD.replace("https://fhir", "http://fhir"))
    verdict = verdicts[KitRule.ENCRYPTED]
    assert (verdict.passed, verdict.what) == (False, "use https in source.base_url")


def test_every_rule_has_its_level_on_the_page() -> None:
    page = (Path(__file__).parents[3] / "docs/write-an-adapter.md").read_text()
    for rule in KitRule:
        assert f"| {level_for(rule)} | {rule} |" in page, rule


def test_a_level_asks_for_every_rule_of_those_before_it() -> None:
    failed = RuleVerdict("x", Level.DEPENDABLE, passed=False)
    passed = RuleVerdict("y", Level.EXEMPLARY, passed=True)
    assert level_of([failed, passed]) == Level.CONNECTS
    assert level_of([RuleVerdict("z", Level.CONNECTS, passed=False), passed]) is None


async def test_a_manifest_of_a_page_is_opened_as_the_gateway_would() -> None:
    async with opened(GOOD) as adapter:
        assert adapter.operations[0].conclusive


@pytest.mark.parametrize(
    ("secret", "says", "must_change"),
    [
        ("yes", "", "or add an [[example]] of one that is not"),
        ("no", "", ""),
        ("yes", "sensitive = true", ""),
    ],
)
async def test_a_clinic_whose_examples_show_nothing_else_has_to_be_a_sensitive_source(
    tmp_path: Path, secret: str, says: str, must_change: str
) -> None:
    text = GOOD.replace('role = { value = "GP" }', 'role = "role"\nsensitive = "secret"')
    nurse = [{"role": "nurse", "secret": secret}]
    text = text.replace('effects = "none"', f'effects = "none"\n{says}')
    verdicts = await checked(tmp_path, text, PATIENT | {"generalPractitioner": nurse})
    verdict = verdicts[KitRule.POOLED]
    assert verdict.passed is not bool(must_change)
    assert verdict.what.endswith(must_change)


MEMBER = (
    GOOD.replace('effects = "none"', 'effects = "none"\nclaims = ["shield_set"]')
    .replace('family_name = "name[0].family"', 'family_name = "name[0].family"\n@@', 1)
    .replace("@@", 'restricted = { path = "flag", codes = "flag" }')
    + '[codes.flag]\nN = false\n"*" = true\n'
)
SHOWN = """[[example]]
operation = "by-number"
given = {{ nhs_number = "{number}" }}
reply = "{reply}.json"
expect = {{ restricted = {restricted} }}
"""


def shown(*restricted: str, reply: str = "{restricted}") -> str:
    """The shield set's manifest with an example for each mark."""
    return MEMBER + "".join(
        SHOWN.format(number="9990000034", reply=reply.format(restricted=each), restricted=each)
        for each in restricted
    )


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        (MEMBER, False),
        (shown("true"), False),
        (shown("false"), False),
        (shown("true", "false", reply="patient"), False),
        (shown("true", "false"), True),
        (MEMBER.replace('path = "flag", codes = "flag"', "value = true"), True),
        (GOOD, True),
    ],
)
async def test_a_mark_that_counts_everywhere_is_shown_set_and_not_set(
    tmp_path: Path, text: str, *, passed: bool
) -> None:
    for restricted in ("true", "false"):
        (tmp_path / f"{restricted}.json").write_text(json.dumps(PATIENT))
    verdict = (await checked(tmp_path, text))[KitRule.MARKED]
    assert verdict.passed is passed
    assert passed or "restricted = true and one with restricted = false" in verdict.what


HILL = Record(identifiers=(Identifier(NHS_NUMBER, "9990000018"),))
LIVE = GOOD.replace('reply = "patient.json"', 'reply = "patient.json"\nlive = true')
PERSON = {NHS_NUMBER: "9990000018"}


@pytest.mark.parametrize(
    ("text", "person", "reply", "said"),
    [
        (GOOD, {}, NoRecord(), "it has never found a child"),
        (LIVE, {}, NoRecord(), "it has never found a child"),
        (GOOD, PERSON, NoRecord(), "it has never found a child"),
        (LIVE, {}, Records((Record(),)), "does not have the number asked by"),
        (LIVE, {}, Records((HILL,)), ""),
        (GOOD, PERSON, Records((HILL,)), ""),
    ],
)
async def test_somebody_is_found_by_each_number_whose_absence_counts(
    tmp_path: Path, text: str, person: Mapping[str, str], reply: Reply, said: str
) -> None:
    await checked(tmp_path, text)
    asked = await check_online(read_manifest(tmp_path / "source.toml"), Said(reply), person)
    verdict = next(one for one in asked if one.rule == f"{KitRule.FINDS} (by-number)")
    assert (verdict.level, verdict.passed) == (Level.DEPENDABLE, not said)
    assert said in verdict.what


async def test_a_source_that_reading_may_change_is_not_asked_for_a_test_person(
    tmp_path: Path,
) -> None:
    await checked(tmp_path, GOOD.replace('effects = "none"', 'effects = "audited"'))
    asked = await check_online(read_manifest(tmp_path / "source.toml"), Said(NoRecord()), PERSON)
    verdict = next(one for one in asked if one.rule == f"{KitRule.FINDS} (by-number)")
    assert verdict.passed is None
    assert not any(one.rule.startswith(KitRule.KEPT) for one in asked)
