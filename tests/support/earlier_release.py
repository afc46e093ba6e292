"""The release before schemas were numbered, run from this project's own history."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tarfile import open as open_archive
from typing import Any, Final

import pytest

from tests.support.served_gateway import COMMAND
from tests.support.settings import PATIENT

ROOT: Final = Path(__file__).parents[2]
REVISION: Final = "a409137"


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """That release's tree; skipped where the checkout has no history."""
    git = shutil.which("git") or pytest.skip("needs git and this project's history")
    found = subprocess.run(  # noqa: S603 - a command of this file
        [git, "-C", str(ROOT), "archive", "--format=tar", REVISION],
        capture_output=True,
        check=False,
    )
    if found.returncode:
        pytest.skip(f"needs the project's history: revision {REVISION} is not in this checkout")
    folder = tmp_path_factory.mktemp("earlier")
    with open_archive(fileobj=BytesIO(found.stdout)) as tree:
        tree.extractall(folder, filter="data")
    yield folder
    shutil.rmtree(folder)


def flat_settings(folder: Path, dsn: str, **more: Any) -> Path:
    """A settings file as that release reads it, over the files of a town in `folder`."""
    values = {
        "environment": "development",
        "port": 0,
        "state": str(folder / "state"),
        "manifests": str(folder / "manifests"),
        "secrets": str(folder / "secrets"),
        "operator": str(folder / "operator.toml"),
        "token_keys": str(folder / "state" / "token-keys.json"),
        "log_dsn": dsn,
        "deadline": PATIENT["questions__deadline"],
        "lease": PATIENT["replicas__lease"],
        **more,
    }
    file = folder / "earlier.toml"
    file.touch(mode=0o600)
    file.write_text("\n".join(f"{name} = {json.dumps(value)}" for name, value in values.items()))
    return file


def tables_of(code: Path, role: str) -> str:
    """What that release had a database's owner run."""
    ran = subprocess.run(  # noqa: S603 - a command of this file
        [sys.executable, str(COMMAND), "audit", "tables", role],
        env={"PYTHONPATH": str(code)},
        capture_output=True,
        check=True,
        text=True,
    )
    return ran.stdout
