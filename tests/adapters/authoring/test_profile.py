"""A profile is copied, filled in with five answers, and keeps every rule of the offline check."""

import re
import tomllib
from pathlib import Path

import pytest

from adapters.authoring.draft import Answers
from adapters.authoring.profile import (
    AlreadyThere,
    ManifestProfile,
    NoSuchProfile,
    profile_named,
    profiles,
)
from adapters.conformance.kit import Level, check_offline, level_of
from adapters.conformance.rules import KitRule
from adapters.contract.codes import Sector
from adapters.validation.loading import read_manifest
from tests.support.adapters.asking import NOW

ANSWERS = Answers(
    "our-source", 'The "Old" Place', Sector.HEALTH, "01632 960001", "https://a.example"
)
EVERY = pytest.mark.parametrize("profile", profiles(), ids=lambda one: one.name)


def filled(profile: ManifestProfile, folder: Path, address: str = ANSWERS.address) -> Path:
    """A copy as an IT person leaves it: five answers, and every CHANGE done."""
    answers = Answers("our-source", "Our place", Sector.HEALTH, "01632 960001", address)
    manifest = profile.copied(folder, answers)
    text = re.sub(r'"CHANGE(?:: [^"]*)?"', '"Mon-Fri 09:00-17:00"', manifest.read_text())
    manifest.write_text(text)
    return manifest


@EVERY
async def test_a_profile_that_was_filled_in_is_dependable(
    profile: ManifestProfile, tmp_path: Path
) -> None:
    files = read_manifest(profile.manifest).kind == "file"
    address = "sftp://a.example/f" if files else ANSWERS.address
    manifest = filled(profile, tmp_path / "copy", address)
    verdicts = await check_offline(read_manifest(manifest), manifest.parent, lambda: NOW)
    assert [one for one in verdicts if one.passed is False and one.level != Level.EXEMPLARY] == []
    assert level_of(verdicts) in {Level.DEPENDABLE, Level.EXEMPLARY}


@EVERY
async def test_a_profile_that_nobody_filled_in_says_what_is_left(profile: ManifestProfile) -> None:
    manifest = read_manifest(profile.manifest)
    verdicts = await check_offline(manifest, profile.folder, lambda: NOW)
    failed = [one for one in verdicts if one.passed is False and one.level != Level.EXEMPLARY]
    assert [one.rule for one in failed] == [KitRule.FILLED]
    assert "agency.duty_contact.telephone" in failed[0].what


@EVERY
def test_a_profile_says_in_a_line_what_it_is_for_and_marks_what_to_change(
    profile: ManifestProfile,
) -> None:
    assert ": " in profile.title
    assert profile.manifest.read_text().count("CHANGE") >= 5


@EVERY
def test_every_file_of_a_profile_is_an_example_of_it(profile: ManifestProfile) -> None:
    examples = tomllib.loads(profile.manifest.read_text())["example"]
    named = {one["reply"] for one in examples}
    named |= {file for one in examples for file in one.get("details", {}).values()}
    assert {file.name for file in profile.folder.iterdir()} == {*named, "manifest.toml"}


def test_a_copy_has_the_five_answers_and_every_comment(tmp_path: Path) -> None:
    profile = profile_named("pds")
    copy = profile.copied(tmp_path / "mine", ANSWERS)
    manifest = read_manifest(copy)
    assert (manifest.source.id, manifest.agency.name) == ("our-source", 'The "Old" Place')
    assert manifest.source.base_url == "https://a.example"
    assert manifest.agency.duty_contact.telephone == "01632 960001"
    comments = [line for line in profile.manifest.read_text().splitlines() if line.startswith("#")]
    assert set(comments) <= set(copy.read_text().splitlines())


def test_a_copy_never_goes_over_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(AlreadyThere):
        profile_named("nrl").copied(tmp_path, ANSWERS)


def test_a_profile_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(NoSuchProfile, match="no profile called pdss; there are cin-census, gp"):
        profile_named("pdss")
