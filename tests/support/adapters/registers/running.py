"""Registers by others as processes of their own, each until the test is over."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.support.adapters.foreign_servers import installed
from tests.support.adapters.registers.people import Child, written

LOGIN: Final = "a-login-of-the-register"
_HERE: Final = Path(__file__).parent
_ROOT: Final = Path(__file__).parents[4]


@contextmanager
def _running(command: Sequence[str | Path]) -> Iterator[str]:
    """The server while it runs, once it said its port; gives its base URL."""
    process = subprocess.Popen(  # noqa: S603 - this project's own scripts
        list(map(str, command)),
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield f"http://127.0.0.1:{_port(process)}"
    finally:
        process.kill()
        process.communicate()


def _port(process: "subprocess.Popen[str]") -> int:
    for line in process.stdout or ():
        if line.startswith('{"port"'):
            return int(json.loads(line)["port"])
    raise AssertionError("the register ended before it listened")


@contextmanager
def django_register(folder: Path, *more: Child) -> Iterator[str]:
    """Django REST Framework with its own pages, and JSON:API beside it; it has `more` children."""
    module = "tests.support.adapters.registers.django_register"
    with _running([sys.executable, "-m", module, written(folder, *more), folder, LOGIN]) as base:
        yield base


@contextmanager
def relay_register(folder: Path) -> Iterator[str]:
    """Relay connections by strawberry."""
    module = "tests.support.adapters.registers.relay_register"
    with _running([sys.executable, "-m", module, written(folder), LOGIN]) as base:
        yield base


@contextmanager
def odata_register(folder: Path) -> Iterator[str]:
    """An OData v4 service by SAP's CAP; skips where Node or the package cannot be had."""
    script = installed(_HERE / "odata") / "serve.mjs"
    with _running(["node", script, written(folder), LOGIN]) as base:
        yield base


@pytest.fixture(scope="module")
def django(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its base URL, for the tests of one file."""
    with django_register(tmp_path_factory.mktemp("django")) as base:
        yield base


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its base URL, for the tests of one file."""
    with relay_register(tmp_path_factory.mktemp("relay")) as base:
        yield base


@pytest.fixture(scope="module")
def odata(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its base URL, for the tests of one file."""
    with odata_register(tmp_path_factory.mktemp("odata")) as base:
        yield base
