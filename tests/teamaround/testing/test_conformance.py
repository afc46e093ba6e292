"""The conformance kit in one line of a test: it fails with what to change."""

from pathlib import Path

import pytest

from teamaround.testing import Level, assert_conforms
from tests.support.docs.pages import ROOT

DEPENDABLE = ROOT / "demo/manifests/gp-records.toml"
PROFILE = ROOT / "adapters/profiles/pds/manifest.toml"
CARD_INDEX = ROOT / "examples/plugin-card-index/card-index.toml"


def profile() -> str:
    return PROFILE.read_text("utf-8").replace("CHANGE", "told")


def test_a_dependable_source_passes() -> None:
    assert_conforms(PROFILE, Level.CONNECTS)


async def test_it_is_called_from_a_coroutine_as_well() -> None:
    assert_conforms(PROFILE, Level.CONNECTS)


def test_each_rule_that_is_broken_is_told_with_what_to_change() -> None:
    with pytest.raises(AssertionError) as broken:
        assert_conforms(PROFILE)
    lines = str(broken.value).splitlines()
    assert lines[0] == "manifest.toml is not dependable:"
    assert "FAILED  dependable no CHANGE is left" in lines


def test_a_manifest_that_cannot_be_read_is_told_by_its_line(tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(CARD_INDEX.read_text("utf-8").replace("conclusive", "conclusiv"))
    with pytest.raises(AssertionError, match=r"wrong\.toml:\d+: .*conclusiv"):
        assert_conforms(file)


def test_a_plugin_that_is_not_installed_does_not_pass_unseen() -> None:
    with pytest.raises(AssertionError, match="no plugin called card-index is installed here"):
        assert_conforms(CARD_INDEX)


def test_a_plugin_that_connects_in_its_own_way_says_so() -> None:
    assert_conforms(CARD_INDEX, replayed=False)
