"""The lesson for an agency's IT staff works as it is written, on the demo while it runs."""

import re
import shutil
from pathlib import Path

import pytest

from tests.support.docs.lesson import demo_as_written, follow


@pytest.mark.skipif(
    shutil.which("curl") is None, reason="the lesson asks by curl, which is not here"
)
def test_whoever_follows_the_lesson_joins_the_running_demo_and_leaves_it(tmp_path: Path) -> None:
    with demo_as_written(tmp_path) as workplace:
        printed = follow(workplace)
        after = workplace.asked()
    assert "FAILED  connects" not in printed
    assert "FAILED  dependable" not in printed
    assert "passed  connects   a known absent child is absent (by-number)" in printed
    assert re.search(r"old-clinic +1 +approved ", printed)
    assert "The Old Clinic" not in {row["agency"]["name"] for row in after["answers"]}
    assert "The Old Clinic" in after["completeness"]["notConnected"]
