"""The page says what a plugin imports: it is all there, and the sample imports nothing else."""

import ast
import re
from pathlib import Path
from typing import Final

import teamaround.plugin

_ROOT: Final = Path(__file__).parents[2]
_PAGE: Final = _ROOT / "docs" / "write-an-adapter.md"
_SAMPLE: Final = _ROOT / "examples" / "plugin-card-index" / "card_index.py"
_OURS: Final = {"adapters", "gateway", "resolvers", "teamaround"}


def _named() -> set[str]:
    _, section = _PAGE.read_text("utf-8").split("## What a plugin may import\n")
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    return {name for row in rows for name in re.findall(r"`([A-Z]\w+)`", row)}


def _imported(file: Path) -> set[str]:
    found = ast.walk(ast.parse(file.read_text("utf-8")))
    named = {node.module for node in found if isinstance(node, ast.ImportFrom) and node.module}
    return {name for name in named if name.split(".")[0] in _OURS}


def test_every_name_that_the_page_says_can_be_imported() -> None:
    assert _named()
    assert _named() <= set(teamaround.plugin.__all__)


def test_the_sample_plugin_imports_only_what_the_page_lets_it() -> None:
    assert _imported(_SAMPLE) == {"teamaround.plugin"}
