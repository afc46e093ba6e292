"""The lesson for an agency's IT staff works as it is written."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.loading import read_manifest
from tests.docs.pages import ROOT, blocks, text

PAGE = text("docs/write-an-adapter.md")
NEEDS_THE_DEMO = ("make demo", "teamaround serve", "curl")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with what `make demo` leaves behind, and the lesson's manifest."""
    (tmp_path / "demo-state/borough/manifests").mkdir(parents=True)
    shutil.copy(ROOT / "demo/operator.toml", tmp_path / "demo-state/borough/operator.toml")
    (tmp_path / "clinic").mkdir()
    (tmp_path / "clinic/old-clinic.toml").write_text(blocks(PAGE, "toml")[0])
    return tmp_path


def typed(desk: Path, block: str) -> str:
    """What the terminal prints when a block of the page is typed into it."""
    environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(  # noqa: S603 - the page's own commands
        ["/bin/sh", "-e", "-c", block],
        cwd=desk,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_whoever_follows_the_lesson_has_a_dependable_source(desk: Path) -> None:
    alone = [b for b in blocks(PAGE, "sh") if not any(word in b for word in NEEDS_THE_DEMO)]
    printed = "".join(typed(desk, block) for block in alone)
    assert "FAILED  connects" not in printed
    assert "FAILED  dependable" not in printed
    assert "passed  connects   a known absent child is absent (by-number)" in printed
    assert read_manifest(desk / "clinic/draft.toml").operation[0].card.needs == {"nhs_number"}


def test_the_mistake_that_the_lesson_suggests_is_found(desk: Path) -> None:
    file = desk / "clinic/old-clinic.toml"
    file.write_text(file.read_text().replace('family_name = "surname"', 'family_name = "surnam"'))
    lesson = [block for block in blocks(PAGE, "sh") if "cat >" in block]
    typed(desk, lesson[0])
    printed = typed(desk, "teamaround source check clinic/old-clinic.toml || true")
    assert "example[0].expect.family_name: something else is read from the reply" in printed
