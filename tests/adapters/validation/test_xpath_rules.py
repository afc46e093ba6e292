"""An agency behind SOAP says itself that a child is not there."""

import re

import pytest

from tests.support.adapters.asking import manifest_of, manifest_text
from tests.support.adapters.nominals import NOMINALS
from tests.support.adapters.problems import problems


def manifest(said: str) -> str:
    text = manifest_text("soap", "https://police.example", rest=NOMINALS)
    kept = [one for one in text.splitlines() if not one.startswith(("absent =", "total ="))]
    return re.sub(r"(?m)^records =", f"{said}\nrecords =", "\n".join(kept), count=1)


@pytest.mark.parametrize(
    "said",
    [
        'absent = "count(//n:Nominal) = 0"',
        'absent = "not(//n:Nominal)"',
        "absent = \"//*[local-name()='Body' and not(n:Found)]\"",
        'absent = "//faultcode"',
        'total = "count(//n:Nominal)"',
        'total = "sum(//n:hits)"',
    ],
)
def test_what_is_true_of_a_foreign_answer_is_no_absence(said: str) -> None:
    ((line, what),) = problems(manifest(said))
    assert line == said
    assert "it counts missing elements" in what


@pytest.mark.parametrize(
    "said",
    [
        'absent = "//n:NotFound"',
        'absent = "//n:Count = 0"',
        "absent = \"//faultstring = 'NO_SUCH_CHILD'\"",
        'total = "//n:Count"',
        'total = "string(//n:Count)"',
    ],
)
def test_what_the_agency_says_itself_is_one(said: str) -> None:
    assert manifest_of(manifest(said)).operation
