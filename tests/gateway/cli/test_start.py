"""Help, version and completion start at once: what a command needs is imported once it runs.

No clock is looked at. A fresh process says which packages it had imported in the end.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import pytest
from typer.main import get_command

from gateway.cli.main import app
from tests.support.docs.pages import ROOT
from tests.support.patience import PATIENCE_S
from tests.support.served_gateway import COMMAND

# Each takes longer to import than all that help needs, or is only needed by what runs.
HEAVY: Final = (
    *("aiohttp", "aiosqlite", "asyncpg", "asyncssh", "cedarpy", "cryptography", "graphql"),
    *("holidays", "joserfc", "lxml", "pydantic_settings", "pyroaring", "rapidfuzz", "sqlalchemy"),
    *("opentelemetry", "prometheus_client"),
    *("starlette", "stdnum", "strawberry", "structlog", "uvicorn", "uvloop", "valkey"),
)
# Of these, a gateway that asks, keeps or serves needs each.
OF_THE_GATEWAY: Final = {
    *("aiohttp", "aiosqlite", "asyncpg", "asyncssh", "cedarpy", "holidays", "joserfc"),
    *("pydantic_settings", "rapidfuzz", "sqlalchemy", "starlette", "strawberry", "uvicorn"),
    *("opentelemetry", "prometheus_client", "uvloop", "valkey"),
}
_MOMENTS: Final = "--since 2026-01-01T00:00:00 --before 2026-01-02T00:00:00"
_GP: Final = str(ROOT / "demo/manifests/gp-records.toml")
_AT: Final = "--gateway http://127.0.0.1:9/graphql --token none"
_ASKER: Final = "--sector SOCIAL_CARE --role practitioner --purpose SAFEGUARDING"
_LOG: Final = {"cryptography", "pydantic_settings", "pyroaring", "stdnum"}
# By what it is about: which of the heavy packages it may import, and its commands.
STARTS: Final[Mapping[str, tuple[set[str], list[str]]]] = {
    "the schema": (set(), ["schema"]),
    "another schema": ({"graphql"}, [f"schema --against {ROOT / 'docs/released.graphql'}"]),
    "documents": (
        {"graphql", "lxml", "pydantic_settings", "stdnum", "strawberry"},
        ["documents check none"],
    ),
    "manifests": (
        {"cryptography", "lxml", "stdnum"},
        [
            "source profiles",
            "source schema",
            "source new --out none",
            f"source list {Path(_GP).parent}",
            f"source grant {_GP}",
            "keys credential credential",
            "audit verify nothing --key none",
            "audit verify-loss nothing --key none --lost lost --lost-key none",
        ],
    ),
    "the kit": ({"lxml", "stdnum"}, [f"source check {_GP}"]),
    "tokens": (
        {"cryptography", "joserfc", "pydantic_settings", "stdnum"},
        [f"token --user u --organisation o --area E09990001 {_ASKER}"],
    ),
    "the log": (
        _LOG,
        [
            "audit key",
            "audit begin-epoch 2027 --who me",
            "audit destroy-epoch 2026 --who me",
            "audit staff-child school --who me",
            "audit child-pseudonyms --who me",
            "audit prune --policy none --who me",
            "audit remember --from-log",
            "audit export folder",
            f"audit reconcile clinic none {_MOMENTS}",
            "audit search --who me",
            "audit succeed --last none --lost-key none --reason fire --decided-by her --who me",
        ],
    ),
    "databases": (
        _LOG | {"sqlalchemy"},
        [
            "keys remember none --log journal",
            "keys log-key --log journal",
        ],
    ),
    "numbered schemas": ({"pydantic_settings", "sqlalchemy"}, ["db status", "db upgrade"]),
    "rules": (
        {"cedarpy", "lxml", "stdnum"},
        [
            f"policy explain {_GP} {_ASKER}",
            "policy test none",
            "policy diff none none",
            "policy register",
        ],
    ),
    "a gateway that runs": (
        {"aiohttp"},
        [
            f"reload {_AT}",
            f"source approve clinic --version 1 {_AT}",
            f"source suspend clinic --reason fire {_AT}",
        ],
    ),
    "a proposal": (
        {"aiohttp", "lxml", "stdnum"},
        [f"source add {_GP} {_AT}"],
    ),
    "pages": (set(), ["console --documents"]),
    "witnesses": (
        {"cryptography", "joserfc", "starlette", "uvicorn"},
        [
            "witness key --name w",
            "witness evidence none --log-key none",
            "witness serve --name w --log-key none",
        ],
    ),
}
HELD_BELOW: Final = {"check", "keys serve", "serve"}
# They do a gateway's work, or a part of it: read manifests with all kinds, ask, validate, sign.
OF_A_GATEWAY: Final = {
    *("db copy", "explain", "source try"),
}
# Runs each of the command lines in turn, and says which modules there were after it.
_RUN: Final = """
import contextlib, io, json, sys
from gateway.cli.main import app
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid
for line in json.loads(sys.argv[1]):
    quiet = contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO())
    with quiet[0], quiet[1], contextlib.suppress(SystemExit):
        app(line, prog_name="teamaround")
    print(json.dumps([line, sorted(sys.modules)]))
"""

# The last that it does is to say what is left to look through, and what is not.
_ENDS: Final = """
import atexit, gc
atexit.register(lambda: print(len(gc.get_objects()), gc.get_freeze_count()))
from gateway.cli.main import app
app(["db", "status"], prog_name="teamaround")
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
        stdin=subprocess.DEVNULL,
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


def test_a_command_that_ends_looks_through_nothing_that_it_imported(tmp_path: Path) -> None:
    ran = subprocess.run(  # noqa: S603 - our own command, under our own interpreter
        [sys.executable, "-c", _ENDS],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
        cwd=tmp_path,
        env={**os.environ, "TEAMAROUND_ENVIRONMENT": "development"},
    )
    left, set_aside = map(int, ran.stdout.splitlines()[-1].split())
    assert left < set_aside / 100, ran.stdout


def commands() -> set[str]:
    """Every command that does something, without its options."""
    lines = [line[:-1] for line in command_lines()]
    groups = {tuple(line[:-1]) for line in lines}
    return {" ".join(line) for line in lines if tuple(line) not in groups}


@pytest.mark.parametrize(("needed", "lines"), STARTS.values(), ids=STARTS)
def test_a_command_imports_what_its_own_work_needs_and_nothing_else(
    needed: set[str], lines: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environment = {"TEAMAROUND_ENVIRONMENT": "development", "TEAMAROUND_FILES__STATE": "state"}
    found = imported_by(*(line.split() for line in lines), **environment)
    assert len(found) == len(lines)
    assert {line: packages - needed for line, packages in found.items() if packages - needed} == {}


def test_of_every_command_it_is_held_what_it_imports() -> None:
    held = [line for _, lines in STARTS.values() for line in lines]
    unheld = {
        each for each in commands() if not any(f"{line} ".startswith(f"{each} ") for line in held)
    }
    assert unheld == HELD_BELOW | OF_A_GATEWAY


def test_a_check_without_trusted_documents_makes_no_schema_and_no_client(tmp_path: Path) -> None:
    environment = {
        "TEAMAROUND_ENVIRONMENT": "development",
        "TEAMAROUND_FILES__STATE": str(tmp_path / "state"),
        "TEAMAROUND_FILES__MANIFESTS": str(ROOT / "demo/manifests"),
    }
    (found,) = imported_by(["check"], **environment).values()
    assert "cedarpy" in found
    assert found & (OF_THE_GATEWAY - {"cedarpy", "joserfc", "pydantic_settings"}) == set()


def modules_after(code: str) -> set[str]:
    """Which modules a fresh process has after this code."""
    ran = subprocess.run(  # noqa: S603 - our own modules
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    return set(ran.stdout.split())


def test_keys_are_served_without_what_asks_agencies_or_answers_people() -> None:
    served = "gateway.audit.keys.service.routes, gateway.http.connections.renewed"
    found = modules_after(f"import gateway.cli.keys, {served}, gateway.http.connections.server")
    assert {"starlette", "uvicorn"} <= found
    assert found & {"aiohttp", "cedarpy", "graphql", "rapidfuzz", "strawberry"} == set()


def test_a_gateway_that_shows_neither_figures_nor_traces_imports_nothing_of_them() -> None:
    modules = modules_after("import gateway.cli.serving.serve")
    assert "gateway.http.pipeline" in modules
    of_figures = ("prometheus", "opentelemetry", "google", "gateway.http.metrics")
    of_traces = ("gateway.http.traces", "gateway.http.collector", "gateway.cli.serving.figures")
    assert [m for m in modules if m.startswith((*of_figures, *of_traces))] == []


def test_a_gateway_without_databases_and_replicas_holds_none_of_their_libraries() -> None:
    modules = modules_after("import gateway.cli.serving.serve")
    assert {"gateway.http.pipeline", "sqlalchemy.sql"} <= modules
    of_databases = {"asyncpg", "aiosqlite", "sqlalchemy.orm", "sqlalchemy.ext.asyncio"}
    assert modules & (of_databases | {"asyncssh", "valkey"}) == set()


def test_figures_alone_need_nothing_of_opentelemetry() -> None:
    modules = modules_after("import gateway.cli.serving.figures")
    assert "prometheus_client" in modules
    assert [m for m in modules if m.startswith(("opentelemetry", "google"))] == []


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
        eval "$(teamaround --show-completion)"
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
