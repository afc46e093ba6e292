"""The files of tests that need the same costly place: they run in one process, which makes it once.

A place of the whole session is made by every process that needs it. Where its files were shared
out, three processes started a demo each, with all its agencies, its gateway and its pages.
"""

from collections.abc import Mapping
from typing import Final

_PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "the demo and its pages": (
        "tests/console/agency/test_demo_joining.py",
        "tests/console/auditors/test_reviews.py",
        "tests/console/families/test_demo_looks.py",
        "tests/console/operators/test_operations.py",
        "tests/console/pages/test_without_script.py",
        "tests/console/practitioner/test_journey.py",
    ),
    "a small town and its pages": (
        "tests/console/agency/test_by_keyboard.py",
        "tests/console/agency/test_sources.py",
        "tests/console/auditors/test_log_pages.py",
        "tests/console/auditors/test_proof.py",
        "tests/console/families/test_accesses.py",
        "tests/console/pages/test_attacks.py",
        "tests/console/pages/test_every_branch.py",
        "tests/console/pages/test_languages.py",
        "tests/console/pages/test_sessions.py",
        "tests/console/pages/test_who_may.py",
        "tests/console/practitioner/test_choosing.py",
    ),
    "a browser, and pages over a gateway that is told what to say": (
        "tests/console/pages/test_every_page.py",
        "tests/console/pages/test_sight.py",
        "tests/console/practitioner/test_answer.py",
        "tests/console/practitioner/test_arriving.py",
        "tests/console/practitioner/test_failing.py",
        "tests/console/sign_in/test_provider.py",
    ),
    "the borough": (
        "tests/demo/test_borough.py",
        "tests/demo/test_told_homes.py",
    ),
}
TOGETHER: Final = {file: place for place, files in _PLACES.items() for file in files}


def place_of(file: str) -> str:
    """Where a file's tests run: beside those of every other file with the same answer."""
    return TOGETHER.get(file, file)
