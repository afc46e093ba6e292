"""The tests write in memory only where there is room, and nobody has named another place."""

import os
import tempfile
from pathlib import Path

import pytest

from tests.support import memory_disk
from tests.support.memory_disk import write_in_memory


def test_a_machine_without_room_in_memory_keeps_its_own_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    before = tempfile.gettempdir()
    assert not write_in_memory(tmp_path / "no-such-folder")
    assert "TMPDIR" not in os.environ
    assert tempfile.gettempdir() == before


@pytest.mark.parametrize(("more_than_there_is", "fits"), [(0, True), (1 << 60, False)])
def test_a_machine_with_room_in_memory_writes_there(
    more_than_there_is: int, *, fits: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", "put back afterwards")
    monkeypatch.delenv("TMPDIR")
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(memory_disk, "_MEMORY", more_than_there_is)
    monkeypatch.setattr(memory_disk, "_ROOM", 0)  # of whichever disk this test is on
    assert write_in_memory(tmp_path) is fits
    assert (tempfile.gettempdir() == str(tmp_path)) is fits


def test_whoever_names_a_place_keeps_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert not write_in_memory()
    assert os.environ["TMPDIR"] == str(tmp_path)
