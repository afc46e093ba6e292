"""What docs/matching.md shows of the matcher runs as it stands there."""

import subprocess
import sys
from pathlib import Path

from tests.support.docs.pages import blocks, text

PAGE = text("docs/matching.md")


def test_another_project_may_import_the_matcher_and_gets_what_the_page_prints(
    tmp_path: Path,
) -> None:
    (example,), (printed,) = blocks(PAGE, "python"), blocks(PAGE, "text")
    ran = subprocess.run(  # noqa: S603 - our own page, under our own interpreter
        [sys.executable, "-P", "-c", example],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ran.stdout, ran.stderr) == (printed, "")
