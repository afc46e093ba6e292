"""The image holds what runs and nothing that builds, in the versions that were tested."""

import re
import shlex
import shutil
import subprocess
from typing import Final

import pytest

from tests.support.docs.pages import ROOT
from tests.support.shipped import DEPLOY, parsed, pins

FILE: Final = DEPLOY / "image/Containerfile"
_HADOLINT: Final = shutil.which("hadolint")
_BUILDS, _RUNS = FILE.read_text("utf-8").replace("\\\n", " ").split("\nFROM ${BASE}\n")


def lines(word: str, stage: str = _RUNS) -> list[str]:
    """What follows this instruction, each time that it stands there."""
    return re.findall(rf"^{word} +(.+)$", stage, re.MULTILINE)


@pytest.mark.parametrize("name", ["requirements.lock", "build.lock"])
def test_the_image_has_the_tested_versions_and_their_hashes(name: str) -> None:
    tested, shipped = pins(ROOT / "requirements.lock"), pins(DEPLOY / "image" / name)
    assert shipped
    assert all(shipped.values())
    assert {pin: hashes for pin, hashes in shipped.items() if tested.get(pin) != hashes} == {}


def test_nothing_is_installed_that_has_no_hash() -> None:
    installs = [part for run in lines("RUN", _BUILDS) for part in run.split("&&") if "pip" in part]
    asked = [part for part in installs if " install " in part or " wheel " in part]
    assert len(asked) == 4
    for part in asked:
        assert "--require-hashes" in part or "--no-deps" in part, part


def test_what_runs_is_copied_whole_and_builds_nothing() -> None:
    assert lines("COPY") == ["--from=build /opt/teamaround /opt/teamaround"]
    (run,) = lines("RUN")
    assert "pip uninstall" in run
    assert not re.search(r"apt|pip install|curl|gcc", run)


def test_what_runs_is_nobody_with_privileges() -> None:
    assert lines("USER") == ["10001:10001"]
    assert _RUNS.index("\nUSER ") < _RUNS.index("\nENTRYPOINT ")


def test_the_images_command_starts_a_gateway_with_its_settings() -> None:
    (entry,), (words,) = lines("ENTRYPOINT"), lines("CMD")
    assert shlex.split(entry.strip("[]")) == ["teamaround"]
    name, options = parsed([word.rstrip(",") for word in shlex.split(words.strip("[]"))])
    assert name == "teamaround serve"
    assert str(options["settings"]) == "/etc/teamaround/settings.toml"


def test_every_package_of_the_wheel_goes_into_the_image() -> None:
    found = re.search(
        r'^packages = \["(.+)"\]$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE
    )
    assert found
    copied = {line.split()[0] for line in lines("COPY", _BUILDS)}
    assert set(found[1].split('", "')) <= copied


@pytest.mark.skipif(_HADOLINT is None, reason="hadolint is not installed here")
def test_hadolint_finds_nothing() -> None:
    assert _HADOLINT
    said = subprocess.run(  # noqa: S603 - as found on the path
        [_HADOLINT, str(FILE)], check=False, capture_output=True, text=True
    )
    assert (said.returncode, said.stdout) == (0, "")
