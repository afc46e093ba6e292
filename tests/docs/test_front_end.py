"""A front-end developer copies what the pages show, and it is what the tests run."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from demo.badges import PRACTITIONER
from demo.population import register
from demo.processes.borough import Borough
from demo.processes.gateway_process import SCREEN, GatewayProcess
from tests.support.docs.pages import ROOT, blocks, text

FOLDER = ROOT / "docs/front-end"
RECIPES = sorted(FOLDER.glob("*.md"))
FIRST = text("docs/front-end.md").split("## A first answer in ten minutes")[1].split("\n## ")[0]
_SHOWN = re.compile(r"\(\[[^]]+\]\(([^)]+)\)\):\n\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)
# Enough of the borough for the first question; its other agencies take longer to start.
SMALL = (
    register.NHS_DEMOGRAPHICS,
    register.GP_RECORDS,
    register.NORTHBROOK_SCHOOLS,
    register.YOUTH_JUSTICE,
)


@pytest.mark.parametrize("page", RECIPES, ids=lambda page: page.stem)
def test_the_code_on_a_page_is_the_file_that_is_run_word_for_word(page: Path) -> None:
    shown = _SHOWN.findall(page.read_text("utf-8"))
    assert len(shown) == page.read_text("utf-8").count("\n```") / 2
    for name, code in shown:
        assert (page.parent / name).read_text("utf-8") == code, name


def test_no_file_of_the_recipes_is_on_no_page() -> None:
    pages = "\n".join(page.read_text("utf-8") for page in [*RECIPES, ROOT / "docs/front-end.md"])
    files = [file for file in FOLDER.rglob("*.*") if file.suffix not in {".md", ".pyc"}]
    assert files
    assert [
        file.name
        for file in files
        if f"/{file.name})" not in pages and f"({file.name})" not in pages
    ] == []


@pytest.fixture(scope="module")
def demo() -> Iterator[GatewayProcess]:
    """What `make demo` leaves running, with fewer agencies."""
    with ExitStack() as stack:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        borough = stack.enter_context(Borough(state / "borough", agencies=SMALL))
        gateway = stack.enter_context(GatewayProcess(state / "gateway", borough.files, 0))
        token = gateway.token(PRACTITIONER.caller)
        (gateway.state / "practitioner.token").write_text(token, "utf-8")
        yield gateway


def test_a_newcomer_has_a_first_answer_from_the_commands_as_they_are(demo: GatewayProcess) -> None:
    if shutil.which("curl") is None:
        pytest.skip("the page's commands need curl, which is not here")
    _, given, asked, _ = blocks(FIRST, "sh")
    script = given.replace("http://127.0.0.1:8600/graphql", demo.url)
    script = script.replace("...", str(demo.state)) + asked.replace("curl", "curl -s", 1)
    done = subprocess.run(  # noqa: S603
        ["sh", "-ec", script],  # noqa: S607
        cwd=ROOT,
        env={**os.environ},
        capture_output=True,
        check=True,
        timeout=60,
        text=True,
    )
    assert '"outcome":"HAS_RECORD"' in done.stdout.replace(" ", "")


def test_the_demo_takes_questions_from_where_the_page_serves_its_screen() -> None:
    command = blocks(FIRST, "sh")[3]
    assert "http.server 8000" in command
    assert f"{SCREEN}/first-screen.html" in FIRST
    assert (ROOT / "docs/front-end/first-screen.html").exists()
