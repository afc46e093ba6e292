import re
import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def printed() -> str:
    done = subprocess.run(
        [sys.executable, "-m", "demo", "--once"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _story(printed: str, title: str) -> str:
    return printed.split(title)[1].split("Recorded in", maxsplit=1)[0]


def test_a_newcomer_sees_at_least_nine_agencies_each_with_an_outcome(printed: str) -> None:
    first = _story(printed, "A child known to ten services in four boroughs")
    rows = re.findall(r"^│ (\S.*?)\s+│ ([A-Z_]+)\s+│", first, flags=re.MULTILINE)
    assert len(rows) >= 9
    assert sum(outcome == "HAS_RECORD" for _, outcome in rows) >= 8


def test_the_agency_that_is_down_is_unavailable_and_can_be_rung(printed: str) -> None:
    first = _story(printed, "A child known to ten services in four boroughs")
    assert re.search(r"Northbrook Youth Justice\s+│ UNAVAILABLE\s+│\s+│ duty [\d ]+", first)


def test_nothing_that_locates_the_shielded_child_is_printed(printed: str) -> None:
    shielded = _story(printed, "A shielded child, whose record at one agency has no shield")
    assert "Restriction: RESTRICTED" in shielded
    assert "Lives or lived at" not in shielded
    located = re.findall(r"^│ (?:Northbrook|Easthallow).*$", shielded, flags=re.MULTILINE)
    assert located
    assert all("NOTHING_TO_SHARE" in row and "01632 960999" in row for row in located)


def test_the_twin_is_shown_apart_and_never_joined(printed: str) -> None:
    twin = _story(printed, "A twin whose number is on the brother's record")
    assert re.search(r"Unresolved at Brookhallow Child Health: POSSIBLE, more likely a twin", twin)
