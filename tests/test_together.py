"""Files that need the same costly place run in one process, which makes the place once."""

from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.conftest import pytest_xdist_make_scheduler
from tests.support.docs.pages import ROOT
from tests.support.together import TOGETHER


def files_with(need: str, folder: str) -> set[str]:
    found = (ROOT / folder).rglob("test_*.py")
    return {str(each.relative_to(ROOT)) for each in found if need in each.read_text("utf-8")}


@pytest.mark.parametrize(
    ("need", "folder"),
    [
        ("demo: DemoPages", "tests/console"),
        ("town: TownPages", "tests/console"),
        ("browser: Browser", "tests/console"),
        ("borough: Borough", "tests/demo"),
    ],
)
def test_every_file_that_needs_a_place_of_the_whole_session_is_listed(
    need: str, folder: str
) -> None:
    assert len(files_with(need, folder)) > 1
    assert files_with(need, folder) <= TOGETHER.keys()


def test_no_file_is_listed_that_is_not_there_or_needs_no_such_place() -> None:
    assert [file for file in TOGETHER if not Path(ROOT / file).exists()] == []
    needs = {"demo: DemoPages", "town: TownPages", "browser: Browser", "borough: Borough"}
    assert TOGETHER.keys() <= {file for need in needs for file in files_with(need, "tests")}


def test_two_files_of_one_place_are_shared_out_as_one_and_any_other_by_itself(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LoadFileScheduling, "__init__", lambda *_: None)
    monkeypatch.setattr(request.config.option, "dist", "loadfile")
    shared_out = pytest_xdist_make_scheduler(request.config, None)
    one, other, *_ = (shared_out._split_scope(f"{file}::test_x[1]") for file in TOGETHER)  # noqa: SLF001
    assert one == other
    assert shared_out._split_scope("tests/test_a.py::test_x") == "tests/test_a.py"  # noqa: SLF001
