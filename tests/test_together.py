"""Files that need the same costly place run in one process, which makes the place once."""

from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.support.docs.pages import ROOT
from tests.support.together import TOGETHER, place_of


def files_with(need: str, folder: str) -> set[str]:
    found = (ROOT / folder).rglob("test_*.py")
    return {str(each.relative_to(ROOT)) for each in found if need in each.read_text("utf-8")}


@pytest.mark.parametrize(
    ("need", "folder"),
    [
        ("demo: DemoPages", "tests/console"),
        ("town: TownPages", "tests/console"),
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
    needs = {"demo: DemoPages", "town: TownPages", "borough: Borough"}
    assert TOGETHER.keys() <= {file for need in needs for file in files_with(need, "tests")}


def test_two_files_of_one_place_are_shared_out_as_one_and_any_other_by_itself() -> None:
    (one, other, *_) = TOGETHER
    assert place_of(one) == place_of(other) != one
    assert place_of("tests/test_words.py") == "tests/test_words.py"
    assert callable(LoadFileScheduling._split_scope)  # noqa: SLF001 - what conftest.py extends
