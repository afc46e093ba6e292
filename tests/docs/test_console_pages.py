"""docs/pages.md claims nothing of the pages that no test holds."""

import re
from typing import Final

import pytest

from tests.support.docs.pages import ROOT, rows, text

CLAIMED: Final = ("## What each person finds", "## What every page withstands")
DEFINED: Final = re.compile(r"def (test_\w+)")
TEST: Final = re.compile(r"`(test_\w+)`")


@pytest.mark.parametrize("heading", CLAIMED)
def test_every_line_names_a_test_and_each_is_there(heading: str) -> None:
    files = (ROOT / "tests/console").rglob("test_*.py")
    there = {
        name for file in files for name in re.findall(r"def (test_\w+)", file.read_text("utf-8"))
    }
    lines = [*rows(text("docs/pages.md").partition(heading)[2].partition("\n## ")[0])]
    assert lines
    for line in lines:
        named = TEST.findall(line[-1])
        assert named, line
        assert {*named} <= there, line
