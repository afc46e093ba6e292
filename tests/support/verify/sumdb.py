"""A verifier over the packages of Go's checksum database."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

GO = shutil.which("go")
SOURCE = Path(__file__).with_name("sumdb.go")


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
    shutil.copy(SOURCE, folder / "main.go")
    subprocess.run([GO, "build", "-o", "check", "."], cwd=folder, env=environment, check=True)  # noqa: S603 - as above
    return folder / "check"
