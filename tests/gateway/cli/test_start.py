"""Help, version and completion start at once: what a command needs is imported once it runs.

No clock is looked at. A fresh process says which packages it had imported in the end.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import pytest
from typer.main import get_command

from gateway.cli.main import app
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid
from tests.support.docs.pages import ROOT
from tests.support.patience import PATIENCE_S
from tests.support.served_gateway import COMMAND
from tests.support.settings import settings_with

# Each takes longer to import than all that help needs, or is only needed by what runs.
HEAVY: Final = (
    *("aiohttp", "aiosqlite", "asyncpg", "asyncssh", "cedarpy", "cryptography", "graphql"),
    *("holidays", "joserfc", "lxml", "pydantic_settings", "pyroaring", "rapidfuzz", "sqlalchemy"),
    *("opentelemetry", "prometheus_client"),
    *("starlette", "stdnum", "strawberry", "structlog", "uvicorn", "uvloop", "valkey"),
)
# Of these, a gateway that asks, keeps or serves needs each.
OF_THE_GATEWAY: Final = (
    *("aiohttp", "aiosqlite", "asyncpg", "asyncssh", "cedarpy", "holidays", "joserfc"),
    *("pydantic_settings", "rapidfuzz", "sqlalchemy", "starlette", "strawberry", "uvicorn"),
    *("opentelemetry", "prometheus_client", "uvloop", "valkey"),
)
# Whoever reads a manifest, or prints what the schema says, asks nobody and counts nothing.
OF_NO_READER: Final = {*OF_THE_GATEWAY, "graphql", "structlog"}
OF_NO_SCHEMA: Final = {*OF_THE_GATEWAY, "cryptography", "lxml", "pyroaring", "structlog"} - {
    "strawberry"
}
# Runs each of the command lines in turn, and says which modules there were after it.
_RUN: Final = """
import contextlib, io, json, sys
from gateway.cli.main import app
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid
for line in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        app(line, prog_name="teamaround")
    print(json.dumps([line, sorted(sys.modules)]))
"""


def command_lines() -> Iterator[list[str]]:
    """Every command and every group of them, asked for help."""
    groups: list[tuple[list[str], Any]] = [([], get_command(app))]
    for path, group in groups:
        yield [*path, "--help"]
        groups += [([*path, name], each) for name, each in getattr(group, "commands", {}).items()]


def imported_by(*lines: list[str], **environment: str) -> dict[str, set[str]]:
    """By command line, which of the heavy packages the one fresh process has by then."""
    ran = subprocess.run(  # noqa: S603 - our own command, under our own interpreter
        [sys.executable, "-c", _RUN, json.dumps(lines)],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
        env={**os.environ, **environment},
    )
    told = (json.loads(line) for line in ran.stdout.splitlines())
    return {
        " ".join(line): {name.split(".")[0] for name in modules} & set(HEAVY)
        for line, modules in told
    }


def test_the_help_of_no_command_imports_what_the_command_needs() -> None:
    lines = list(command_lines())
    found = imported_by(*lines)
    assert len(found) == len(lines) > 30
    assert {line: packages for line, packages in found.items() if packages} == {}


def test_neither_the_version_nor_completion_imports_what_commands_need() -> None:
    assert imported_by(["--version"]) == {"--version": set()}
    typed = {"COMP_WORDS": "teamaround audit verify --q", "COMP_CWORD": "3"}
    assert imported_by([], _TEAMAROUND_COMPLETE="complete_bash", **typed) == {"": set()}


@pytest.mark.parametrize(
    "line",
    [
        ["source", "profiles"],
        ["source", "schema"],
        ["source", "list", str(ROOT / "demo/manifests")],
        ["source", "grant", str(ROOT / "demo/manifests/gp-records.toml")],
        ["audit", "verify", "nothing", "--key", "none"],
        ["keys", "credential", "credential"],
    ],
    ids=" ".join,
)
def test_a_command_that_does_little_opens_no_part_of_the_gateway(
    line: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (found,) = imported_by(line).values()
    assert found & OF_NO_READER == set()


def test_the_schema_is_printed_by_what_makes_it_and_nothing_else() -> None:
    (found,) = imported_by(["schema"]).values()
    assert {"graphql", "strawberry"} <= found
    assert found & OF_NO_SCHEMA == set()


def test_a_check_without_trusted_documents_makes_no_schema(tmp_path: Path) -> None:
    environment = {
        "TEAMAROUND_ENVIRONMENT": "development",
        "TEAMAROUND_FILES__STATE": str(tmp_path / "state"),
        "TEAMAROUND_FILES__MANIFESTS": str(ROOT / "demo/manifests"),
    }
    (found,) = imported_by(["check"], **environment).values()
    assert "cedarpy" in found
    assert found & {"strawberry", "sqlalchemy", "structlog", "uvicorn", "valkey"} == set()


def test_keys_are_served_without_what_asks_agencies_or_answers_people(tmp_path: Path) -> None:
    options = {"--clients": "none.toml", "--journal": "journal", "--socket": "socket"}
    line = ["keys", "serve"]
    for name, file in options.items():
        line += [name, str(tmp_path / file)]
    (found,) = imported_by(line).values()
    assert "starlette" in found
    assert found & {"aiohttp", "cedarpy", "graphql", "rapidfuzz", "strawberry"} == set()


def test_a_gateway_that_shows_no_figures_and_no_traces_imports_nothing_of_them() -> None:
    code = "import gateway.cli.serving.serve, sys; print(*sys.modules)"
    ran = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=PATIENCE_S
    )
    modules = ran.stdout.split()
    assert "gateway.http.pipeline" in modules
    of_figures = ("prometheus", "opentelemetry", "google", "gateway.http.metrics")
    others = ("gateway.http.traces", "gateway.http.collector", "gateway.cli.serving.figures")
    assert [m for m in modules if m.startswith((*of_figures, *others))] == []


def test_figures_alone_need_nothing_of_opentelemetry() -> None:
    code = "import gateway.cli.serving.figures, sys; print(*sys.modules)"
    ran = subprocess.run(  # noqa: S603 - as above
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=PATIENCE_S
    )
    modules = ran.stdout.split()
    assert "prometheus_client" in modules
    assert [m for m in modules if m.startswith(("opentelemetry", "google"))] == []


def test_a_collector_without_the_extra_is_told_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from gateway.cli.serving.figures import counted_figures  # noqa: PLC0415 - only here

    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    named = settings_with(collector__url="https://collector.example", environment="development")
    with pytest.raises(ConfigurationInvalid, match=r"install teamaround\[otel\]"):
        counted_figures(named, Clock())


def test_the_version_is_that_of_the_installed_package() -> None:
    ran = subprocess.run(  # noqa: S603 - our own command
        [COMMAND, "--version"], capture_output=True, text=True, check=True, timeout=PATIENCE_S
    )
    assert ran.stdout == f"teamaround {version('teamaround')}\n"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("teamaround aud", "audit"),
        ("teamaround audit verify-l", "verify-loss"),
        ("teamaround audit verify --qu", "--quorum"),
        ("teamaround policy explain --sector SO", "SOCIAL_CARE"),
    ],
)
def test_bash_completes_commands_options_and_codes(typed: str, offered: str) -> None:
    words = " ".join(f"'{word}'" for word in typed.split())
    script = f"""
        eval "$(teamaround --show-completion bash)"
        COMP_WORDS=({words})
        COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        "$(complete -p teamaround | sed -E 's/.*-F ([^ ]+).*/\\1/')" teamaround
        echo "${{COMPREPLY[@]}}"
    """
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(  # noqa: S603 - our own command
        ["bash", "--norc", "-c", script],  # noqa: S607 - whichever bash is there
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
        env={**os.environ, "PATH": path},
    )
    assert re.split(r"\s+", ran.stdout.strip()) == [offered], ran.stderr
