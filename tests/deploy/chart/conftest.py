"""The chart as helm renders it, where there is a helm: `make chart` brings one."""

import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import pytest
import yaml

from tests.support.shipped import DEPLOY

_HELM: Final = shutil.which("helm")
_GIVEN: Final = DEPLOY / "render" / "values.yaml"
Helm = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def helm() -> Helm:
    """`helm template`, with the values that name every secret, and further options."""
    if _HELM is None:
        pytest.skip("helm is not installed here: `make chart` brings it and runs this")
    command = [_HELM, "template", "ta", str(DEPLOY / "chart"), "--values", str(_GIVEN)]

    @cache
    def template(*options: str) -> subprocess.CompletedProcess[str]:
        run = subprocess.run  # the values are our own
        return run([*command, *options], capture_output=True, text=True, check=False)

    return template


@pytest.fixture(scope="session")
def objects(helm: Helm) -> list[dict[str, Any]]:
    """What an install makes."""
    done = helm()
    assert (done.returncode, done.stderr) == (0, "")
    return [each for each in yaml.safe_load_all(done.stdout) if each]
