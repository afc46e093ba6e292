"""The page names modules that a plugin may import: they are there, and the sample keeps to it."""

import ast
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[2]
_PAGE: Final = _ROOT / "docs" / "write-an-adapter.md"
_SAMPLE: Final = _ROOT / "examples" / "plugin-card-index" / "card_index.py"


def _allowed() -> set[str]:
    _, section = _PAGE.read_text("utf-8").split("## What a plugin may import\n")
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`(adapters\.[\w.]+)`", row)}


def _imported(file: Path) -> set[str]:
    found = ast.walk(ast.parse(file.read_text("utf-8")))
    return {node.module for node in found if isinstance(node, ast.ImportFrom) and node.module}


def test_every_module_that_a_plugin_may_import_is_there() -> None:
    assert _allowed()
    assert [name for name in sorted(_allowed()) if find_spec(name) is None] == []


def test_the_sample_plugin_imports_only_what_the_page_lets_it() -> None:
    ours = {name for name in _imported(_SAMPLE) if name.split(".")[0] == "adapters"}
    assert ours
    assert ours <= _allowed()
