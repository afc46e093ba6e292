"""Whoever asks what the image holds sees each package's licence, and which states none."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.support.docs.pages import ROOT, text
from tests.support.shipped import DEPLOY, pins


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    made = importlib.util.spec_from_file_location("licences", DEPLOY / "sbom/licences.py")
    assert made
    assert made.loader
    module = importlib.util.module_from_spec(made)
    made.loader.exec_module(module)
    return module


def bill(**stated: Any) -> dict[str, Any]:
    """A bill of one package for each name, with what it states."""
    return {
        "components": [
            {"name": name, "version": "1", "licenses": said} for name, said in stated.items()
        ]
    }


def test_each_way_to_state_a_licence_is_read(licences: ModuleType) -> None:
    said = bill(
        one=[{"expression": "MIT OR Apache-2.0"}],
        two=[{"license": {"id": "MIT"}}],
        three=[{"license": {"name": "License :: OSI Approved :: BSD License"}}],
    )
    assert licences.licences(said) == {
        "BSD License": ["three 1"],
        "MIT": ["two 1"],
        "MIT OR Apache-2.0": ["one 1"],
    }


def test_a_package_that_states_no_licence_is_named_and_ends_with_1(
    licences: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sbom.json"
    file.write_text(json.dumps(bill(silent=[], told=[{"license": {"id": "MIT"}}])))
    assert licences.main(file) == 1
    assert "silent 1" in capsys.readouterr().err


def test_a_licence_that_was_read_in_a_wheel_is_of_a_package_of_the_image(
    licences: ModuleType,
) -> None:
    names = {pin.partition("==")[0] for pin in pins(DEPLOY / "image/requirements.lock")}
    assert licences.READ_IN_THE_WHEEL.keys() <= names


def test_the_bill_is_made_of_what_the_image_installs_by_tools_with_hashes() -> None:
    recipe = text("Makefile").partition("\nsbom:")[2].partition("\n\n")[0]
    assert "--require-hashes" in recipe
    assert "deploy/image/requirements.lock" in recipe
    assert all(pins(ROOT / "deploy/sbom/requirements.lock").values())
