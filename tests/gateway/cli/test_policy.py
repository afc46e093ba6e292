"""An agency looks at its rules before they count, and an auditor at what is in force."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.main import app
from gateway.policy.case import Case
from tests.support.agencies import rest_source
from tests.support.docs.pages import blocks, rows, text

NO_HOMES = (
    '@id("no-homes") forbid (principal, action == Action::"release", resource in Source::"roll")'
    ' when { resource.class == Class::"LOCATION" };'
)
CASE = """
[[case]]
name = "who works with the child, and no address"
source = "roll"
sector = "SOCIAL_CARE"
roles = ["practitioner"]
purpose = "SAFEGUARDING"
gives = ["INVOLVEMENT"]
withholds = ["LOCATION"]
"""
OPERATOR = """
log_origin = "teamaround.example/test"
[shield_team]
name = "Shield team"
telephone = "01632 960999"
[[area]]
code = "E09990001"
name = "Northbrook"
"""
CONTROLLER = """
[controller]
name = "Northbrook Council"
contact = "Town Hall, Northbrook"
data_protection_officer = "dpo@northbrook.example"
log_kept = "six years"
"""


def manifests(folder: Path, cedar: str = "") -> Path:
    """A folder with the one manifest of a school roll."""
    folder.mkdir()
    (folder / "roll.toml").write_text(rest_source("roll", "http://127.0.0.1:9").manifest)
    if cedar:
        (folder / "roll.cedar").write_text(cedar)
    return folder


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["policy", *map(str, arguments)])


def asked(folder: Path, *more: str) -> Result:
    who = ("--sector", "SOCIAL_CARE", "--role", "practitioner", "--purpose", "EARLY_HELP")
    return run("explain", "roll", *who, "--manifests", folder, *more)


def test_explaining_names_the_rule_and_what_would_have_been_needed(tmp_path: Path) -> None:
    told = asked(manifests(tmp_path / "m", NO_HOMES)).output.splitlines()
    lines = {line.partition(":")[0]: line for line in told}
    assert lines["LOCATION"] == "LOCATION: withheld (roll.cedar/no-homes)"
    assert "it would take the purpose SAFEGUARDING" in lines["INVOLVEMENT"]
    assert "(baseline/sensitive)" in lines["SENSITIVE"]


def test_an_unknown_source_is_named_with_those_that_there_are(tmp_path: Path) -> None:
    folder = manifests(tmp_path / "m")
    who = ("--sector", "HEALTH", "--role", "r", "--purpose", "DIRECT_CARE")
    told = run("explain", "rool", *who, "--manifests", folder)
    assert told.exit_code == 2
    assert "the sources are roll" in told.output


def test_a_case_that_comes_out_as_expected_passes(tmp_path: Path) -> None:
    (tmp_path / "cases.toml").write_text(CASE)
    folder = manifests(tmp_path / "m", NO_HOMES)
    told = run("test", tmp_path / "cases.toml", "--manifests", folder)
    assert (told.exit_code, told.output.split()[0]) == (0, "passed")


def test_a_case_that_comes_out_otherwise_fails_and_says_by_which_rule(tmp_path: Path) -> None:
    (tmp_path / "cases.toml").write_text(CASE)
    told = run("test", tmp_path / "cases.toml", "--manifests", manifests(tmp_path / "m"))
    assert told.exit_code == 1
    assert "LOCATION is given, not withheld (roll/release-1)" in told.output


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("case = [", "not TOML"),
        ("", "case: is needed here: add a table under [[case]] with "),
        (CASE + "gifs = []", "case[0].gifs"),
    ],
)
def test_a_table_of_cases_that_cannot_be_used_is_named(
    tmp_path: Path, content: str, told: str
) -> None:
    (tmp_path / "cases.toml").write_text(content)
    result = run("test", tmp_path / "cases.toml", "--manifests", manifests(tmp_path / "m"))
    assert result.exit_code == 2
    assert told in result.output


def test_a_change_says_whom_it_would_give_less(tmp_path: Path) -> None:
    before, after = manifests(tmp_path / "a"), manifests(tmp_path / "b", NO_HOMES)
    told = run("diff", before, after)
    assert told.exit_code == 1
    assert "roll: SOCIAL_CARE practitioner for SAFEGUARDING: -LOCATION" in told.output
    assert run("diff", before, before).output == "nothing changes\n"


def test_a_new_source_is_told_as_such(tmp_path: Path) -> None:
    before, after = manifests(tmp_path / "a"), manifests(tmp_path / "b")
    (after / "more.toml").write_text(rest_source("more", "http://127.0.0.1:9").manifest)
    assert "more: was not there before" in run("diff", before, after).output
    assert "more: is gone" in run("diff", after, before).output


def test_the_record_of_processing_is_printed_from_what_is_in_force(tmp_path: Path) -> None:
    (tmp_path / "operator.toml").write_text(OPERATOR)
    folder = manifests(tmp_path / "m", NO_HOMES)
    told = run("register", "--operator", tmp_path / "operator.toml", "--manifests", folder).output
    assert "Agency roll: roll" in told
    assert "to SOCIAL_CARE (practitioner, shield-cleared) for SAFEGUARDING" in told
    assert "Rule roll.cedar/no-homes: keeps back" in told


def test_the_record_has_every_item_that_the_law_asks_for_and_says_what_nobody_stated(
    tmp_path: Path,
) -> None:
    folder, file = manifests(tmp_path / "m"), tmp_path / "operator.toml"
    file.write_text(OPERATOR)
    unsaid = run("register", "--operator", file, "--manifests", folder).output
    file.write_text(OPERATOR + CONTROLLER)
    told = run("register", "--operator", file, "--manifests", folder).output
    assert [line[3:6] for line in told.splitlines() if line.startswith("## (")] == [
        f"({letter})" for letter in "abcdefg"
    ]
    assert unsaid.count("not stated: add [controller]") == 4
    assert "not stated" not in told
    for said in ("Northbrook Council", "dpo@northbrook.example", "six years", "SAFEGUARDING"):
        assert said in told


def test_rules_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    told = asked(manifests(tmp_path / "m", "permit ("))
    assert told.exit_code == 2
    assert "roll.cedar:1: is no Cedar" in told.output


def test_the_case_of_the_page_is_one_and_every_key_stands_there(tmp_path: Path) -> None:
    page = text("docs/policy.md")
    (tmp_path / "cases.toml").write_text(
        blocks(page, "toml")[-1].replace("northbrook-schools", "roll")
    )
    folder = manifests(tmp_path / "m", NO_HOMES)
    assert run("test", tmp_path / "cases.toml", "--manifests", folder).exit_code == 0
    told = " ".join(cells[0] for cells in rows(page))
    assert all(f"`{name}`" in told for name in Case.model_fields)


def test_the_record_says_what_families_see_and_by_which_law_they_do_not(tmp_path: Path) -> None:
    folder = manifests(tmp_path / "m")
    file = tmp_path / "operator.toml"
    rules = '{ organisation = "police", show = "never", basis = "DPA 2018, schedule 2" }'
    file.write_text(f"disclosure = [{rules}]\n{OPERATOR}")
    told = run("register", "--operator", file, "--manifests", folder).output
    assert "They never see that police asked" in told
    assert "DPA 2018, schedule 2" in told
