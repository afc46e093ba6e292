"""Another project lends the matcher and gets no gateway with it."""

import subprocess
import sys
from typing import Final

import teamaround.matching
from tests.support.docs.pages import text
from tests.support.patience import PATIENCE_S

_IMPORTED: Final = """
import sys, teamaround.matching
print(*sorted({name.split(".")[0] for name in sys.modules} - sys.stdlib_module_names))
"""


def test_the_matcher_brings_two_packages_of_others_and_no_gateway() -> None:
    ran = subprocess.run(  # noqa: S603 - our own code, under our own interpreter
        [sys.executable, "-c", _IMPORTED],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    found = {name for name in ran.stdout.split() if "_" not in name}
    assert found == {"adapters", "rapidfuzz", "resolvers", "stdnum", "teamaround"}


def test_the_page_on_matching_shows_nothing_but_what_is_lent() -> None:
    shown = text("docs/matching.md").split("from teamaround.matching import (")[1].split(")")[0]
    names = {name.strip() for name in shown.split(",") if name.strip()}
    assert names
    assert names <= set(teamaround.matching.__all__)
