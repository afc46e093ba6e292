"""Whoever installs the wheel gets a gateway, the matcher and the testing kit, and no tools."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.support.docs.pages import ROOT, blocks, text
from tests.support.wheel import (
    Environment,
    built,
    empty_environment,
    grouped,
    normal,
    tops,
)

SAMPLE: Final = ROOT / "examples/plugin-card-index"
# Nothing of these stands in what others import, and to read them takes mypy ten seconds.
_WITHIN: Final = (
    *("alembic", "aiosqlite", "anyio", "asyncpg", "asyncssh", "cryptography", "graphql"),
    *("holidays", "joserfc", "lxml", "prometheus_client", "rapidfuzz", "rich", "sqlalchemy"),
    *("starlette", "strawberry", "structlog", "typer", "uvicorn", "valkey"),
)
_MYPY: Final = f"""[mypy]
strict = True
[mypy-{",".join(f"{name}.*" for name in _WITHIN)}]
follow_imports = skip
"""
_WRONG: Final = """from teamaround.plugin import NoRecord
from teamaround.testing import GatewayAnswer

no_record: NoRecord = 1


def told(answer: GatewayAnswer) -> None:
    print(answer.no_such_name)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the wheel and what it needs, and nothing else."""
    environment = empty_environment(tmp_path_factory.mktemp("installed"))
    environment.install(wheel)
    return environment


@pytest.fixture(scope="module")
def brought(installed: Environment) -> set[str]:
    """What was there before any test, and any plugin's author, added to it."""
    listed = installed.run(
        "python",
        *("-I", "-c"),
        "import importlib.metadata as m; print(*(d.name for d in m.distributions()))",
    )
    return {normal(name) for name in listed.stdout.split()}


@pytest.fixture(scope="module")
def author(
    installed: Environment, brought: set[str], tmp_path_factory: pytest.TempPathFactory
) -> Environment:
    """The same environment, where the author of the sample plugin has installed it, and pytest."""
    assert "pytest" not in brought
    folder = tmp_path_factory.mktemp("plugin")
    installed.install(built(SAMPLE, folder))
    installed.link("pytest")
    shutil.copytree(SAMPLE, installed.place / "plugin")
    return installed


def test_the_wheel_puts_five_names_at_the_top_and_no_other(wheel: Path) -> None:
    assert tops(wheel) == {"adapters", "console", "gateway", "resolvers", "teamaround"}


def test_an_installation_brings_no_tool_of_development(brought: set[str]) -> None:
    assert {"teamaround", "strawberry-graphql", "sqlalchemy"} <= brought
    assert brought & grouped() == set()


def test_the_matchers_example_runs_there_as_the_page_prints_it(installed: Environment) -> None:
    page = text("docs/matching.md")
    (example,), (printed,) = blocks(page, "python"), blocks(page, "text")
    ran = installed.run("python", "-I", "-c", example)
    assert (ran.stdout, ran.stderr) == (printed, "")


def test_the_command_is_there_with_all_the_files_that_it_reads(installed: Environment) -> None:
    assert installed.run("teamaround", "schema").stdout == text("schema.graphql")
    copied = installed.run(
        *("teamaround", "source", "new", "--profile", "pds", "--out", "copy", "--id", "pds"),
        *("--agency", "NHS", "--sector", "HEALTH", "--telephone", "01632 960321"),
        *("--address", "https://pds.example"),
    )
    assert copied.returncode == 0, copied.stderr
    explained = installed.run(
        *("teamaround", "policy", "explain", "pds", "--manifests", "copy"),
        *("--sector", "HEALTH", "--role", "practitioner", "--purpose", "SAFEGUARDING"),
    )
    assert "IDENTITY" in explained.stdout, explained.stderr


def test_a_plugins_author_runs_the_samples_tests_there(author: Environment) -> None:
    ran = author.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "plugin")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "3 passed" in ran.stdout


def test_the_author_sees_a_test_fail_when_the_plugin_is_broken(author: Environment) -> None:
    module = author.place / "plugin" / "card_index.py"
    sound = module.read_text("utf-8")
    module.write_text(sound.replace("return NoRecord(", "return Nothing("), "utf-8")
    try:
        ran = author.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "plugin")
    finally:
        module.write_text(sound, "utf-8")
    assert ran.returncode == 1
    assert "SourceRaised" in ran.stdout
    assert "NameError: name 'Nothing' is not defined" in ran.stdout


def test_mypy_finds_the_types_of_whatever_others_import(author: Environment) -> None:
    (author.place / "mypy.ini").write_text(_MYPY)
    (author.place / "wrong.py").write_text(_WRONG)
    ran = subprocess.run(  # noqa: S603 - our own tool, under our own interpreter
        [
            *(sys.executable, "-m", "mypy", "--cache-dir", "mypy-cache"),
            *("--python-executable", str(author.folder / "bin/python")),
            *("plugin/card_index.py", "plugin/test_card_index.py", "wrong.py"),
        ],
        cwd=author.place,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    *found, last = ran.stdout.splitlines()
    assert [line.split(" error: ")[0] for line in found] == ["wrong.py:4:", "wrong.py:8:"], found
    assert last == "Found 2 errors in 1 file (checked 3 source files)"
