"""The tests write in memory only where there is room, and nobody has named another place."""

import os
import tempfile
from pathlib import Path

import pytest

from tests.support.memory_disk import write_in_memory


def test_a_machine_without_room_in_memory_keeps_its_own_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    before = tempfile.gettempdir()
    assert not write_in_memory(tmp_path / "no-such-folder")
    assert "TMPDIR" not in os.environ
    assert tempfile.gettempdir() == before


def test_whoever_names_a_place_keeps_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert not write_in_memory()
    assert os.environ["TMPDIR"] == str(tmp_path)
