"""Twenty rounds of the tests find the one that leans on what ran before it."""

from pathlib import Path
from typing import Final

from tests.support.steady.__main__ import failures

LEANING: Final = """
seen = []
def test_first() -> None: seen.append(1)
def test_second() -> None: assert seen
"""


def test_a_test_that_leans_on_another_is_named_in_the_order_that_parts_them(
    tmp_path: Path,
) -> None:
    file = tmp_path / "test_leaning.py"
    file.write_text(LEANING)
    assert failures([str(file)], 1, 0) == ["test_leaning::test_second: assert []"]


def test_a_file_that_is_not_there_is_told_and_not_passed_over(tmp_path: Path) -> None:
    (told,) = failures([str(tmp_path / "test_none.py")], 1, 0)
    assert "no test ran" in told
