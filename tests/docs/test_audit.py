"""Each threat that the page names is met by a test that is there."""

import re

from tests.support.docs.pages import ROOT, rows, text

NAMED = {cells[2].strip("`") for cells in rows(text("docs/audit.md")) if len(cells) == 3}


def test_every_threat_to_the_log_has_its_test() -> None:
    files = (ROOT / "tests").rglob("test_*.py")
    there = {name for file in files for name in re.findall(r"def (test_\w+)", file.read_text())}
    assert len(NAMED) > 15
    assert there >= NAMED
