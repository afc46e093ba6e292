"""A plugin written for an earlier version is told where the module that it imports has gone."""

import sys
from pathlib import Path

import pytest

from adapters.plugins.moved import moved_to
from adapters.plugins.source import PluginMissing, plugin_named

ROOT = Path(__file__).parents[3]


def install(site: Path, line: str) -> None:
    """A package `old_plugin` with an entry point, as pip leaves one."""
    (site / "old_plugin.py").write_text(f"{line}\n\n\ndef open_source(opening):\n    ...\n")
    told = site / "old_plugin-1.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: old-plugin\nVersion: 1\n")
    (told / "entry_points.txt").write_text("[teamaround.adapters]\nold = old_plugin:open_source\n")


@pytest.mark.parametrize(
    ("line", "old", "new"),
    [
        ("from adapters.secrets import Secrets", "adapters.secrets", "adapters.network.secrets"),
        ("import adapters.plugin", "adapters.plugin", "adapters.plugins.source"),
        ("from adapters.contract import Reply", "adapters.contract", "adapters.contract.contract"),
        ("from adapters import record", "adapters.record", "adapters.contract.record"),
        ("from adapters.contract.record import Recrod", "adapters.contract.record", None),
        ("from resolvers.grade import Grade", "resolvers.grade", "resolvers.matching.grade"),
    ],
)
def test_a_plugin_that_imports_an_old_path_is_told_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, old: str, new: str | None
) -> None:
    install(tmp_path, line)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "old_plugin", raising=False)
    with pytest.raises(PluginMissing) as refused:
        plugin_named("old")
    moved = f"the plugin called old imports {old}, which has moved: import {new} instead"
    not_loaded = "the plugin called old cannot be loaded: ImportError at old_plugin.py:1"
    assert str(refused.value) == (moved if new else not_loaded)


def test_every_path_that_has_moved_leads_to_a_module_that_is_there() -> None:
    lines = (ROOT / "adapters/plugins/moved.tsv").read_text("utf-8").splitlines()
    table = dict(line.split("\t") for line in lines)
    assert len(table) == len(lines) > 100
    assert {new for new in table.values() if not _is_there(new)} == set()
    assert moved_to("adapters.plugins.source") is None


def _is_there(module: str) -> bool:
    return (ROOT / f"{module.replace('.', '/')}.py").exists()
