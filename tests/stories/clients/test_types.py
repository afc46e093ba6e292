"""Types of a screen, made from schema.graphql as docs/front-end/types.md says."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli.main import app
from tests.support.adapters.foreign_servers import installed, needed
from tests.support.clients.screens import PAGE, SCRIPTS
from tests.support.docs.pages import ROOT

_LONGEST_S = 240


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A front-end project with the page's files, after both generators."""
    programs = installed(SCRIPTS / "types") / "node_modules"
    folder = tmp_path_factory.mktemp("project")
    (folder / "node_modules").symlink_to(programs)
    files = (*(PAGE / "types").iterdir(), ROOT / "schema.graphql", SCRIPTS / "faults.ts")
    for file in files:
        shutil.copyfile(file, folder / file.name)
    for program in (
        ("@graphql-codegen/cli/cjs/bin.js", "--config", "codegen.yml"),
        ("gql.tada/bin/cli.js", "generate-output"),
    ):
        status, said = _ran(folder, *program)
        assert status == 0, said
    return folder


def _ran(folder: Path, program: str, *arguments: str) -> tuple[int, str]:
    """A program's exit status, and all that it said."""
    command = [needed("node"), f"node_modules/{program}", *arguments]
    done = subprocess.run(  # noqa: S603
        command, cwd=folder, capture_output=True, check=False, timeout=_LONGEST_S, text=True
    )
    return done.returncode, done.stdout + done.stderr


def test_the_compiler_takes_the_pages_code_and_finds_each_planted_mistake(project: Path) -> None:
    assert _ran(project, "typescript/bin/tsc", "-p", ".") == (0, "")


def test_no_scalar_is_of_any_type(project: Path) -> None:
    generated = (project / "gql/graphql.ts").read_text("utf-8")
    assert "query TeamAroundChild" in (project / "gql/gql.ts").read_text("utf-8")
    assert ": any" not in generated.split("export const", maxsplit=1)[0]


def test_the_gateway_trusts_the_manifest_that_codegen_writes(project: Path) -> None:
    manifest = project / "gql/persisted-documents.json"
    assert len(json.loads(manifest.read_text("utf-8"))) == 1
    checked = CliRunner().invoke(app, ["documents", "check", str(manifest)])
    assert checked.exit_code == 0, checked.output
    assert "TeamAroundChild" in checked.output
