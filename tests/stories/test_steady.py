"""Twenty rounds of the tests find the one that leans on what ran before it."""

from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.support.steady.__main__ import failures
from tests.support.steady.order import mix

LEANING: Final = """
seen = []
def test_first() -> None: seen.append(1)
def test_second() -> None: assert seen
"""


class One(NamedTuple):
    path: Path
    number: int


def ordered_by(seed: int) -> list[One]:
    """Ten tests of each of ten files."""
    tests = [One(Path(file), number) for file in "abcdefghij" for number in range(10)]
    mix(tests, seed)
    return tests


def test_a_test_that_leans_on_another_is_named_in_the_order_that_parts_them(
    tmp_path: Path,
) -> None:
    file = tmp_path / "test_leaning.py"
    file.write_text(LEANING)
    assert failures([str(file)], 1, 0) == ["test_leaning::test_second: assert []"]


def test_a_file_that_is_not_there_is_told_and_not_passed_over(tmp_path: Path) -> None:
    (told,) = failures([str(tmp_path / "test_none.py")], 1, 0)
    assert "no test ran" in told


def test_a_seed_mixes_the_files_and_the_tests_of_each_and_loses_none() -> None:
    mixed = ordered_by(2)
    by_file = [list(tests) for _, tests in groupby(mixed, key=lambda test: test.path)]
    assert len(by_file) == 10, "a file that was begun is run to its end"
    assert [file[0].path for file in by_file] != sorted(file[0].path for file in by_file)
    assert all(file != sorted(file) for file in by_file)
    assert len(set(mixed)) == 100


def test_a_seed_gives_the_same_order_again_and_another_seed_another() -> None:
    assert ordered_by(2) == ordered_by(2)
    assert ordered_by(2) != ordered_by(3)


def test_every_run_of_the_tests_can_be_told_an_order(request: pytest.FixtureRequest) -> None:
    assert request.config.getoption("order", default="no such option") != "no such option"
