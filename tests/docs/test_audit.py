"""What the page about the log says, and each threat on it, is met by a test that is there."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import pytest

from tests.support.docs.pages import ROOT, rows, text

SAID: Final[dict[str, Any]] = tomllib.loads(text("tests/support/docs/audit_sentences.toml"))


@cache
def known_tests() -> frozenset[str]:
    files = (ROOT / "tests").rglob("test_*.py")
    return frozenset(
        name for file in files for name in re.findall(r"def (test_\w+)", file.read_text())
    )


def sentences(page: str) -> Iterator[str]:
    for line in page.splitlines():
        words = re.sub(r"^(- |\d+\. )", "", line)
        if words and not words.startswith(("#", "|", "```")):
            yield from re.split(r"(?<=[.!?])\s+(?=[A-Z`*])", words)


def section(heading: str) -> str:
    _, _, rest = text("docs/audit.md").partition(f"\n## {heading}\n")
    return re.split(r"^## ", rest, flags=re.MULTILINE)[0]


def test_every_threat_to_the_log_has_its_test() -> None:
    named = {cells[2].strip("`") for cells in rows(section("Threats"))}
    assert len(named) > 60
    assert known_tests() >= named


@pytest.mark.parametrize("sentence", SAID["held"])
def test_each_sentence_of_the_list_is_on_the_page_and_its_test_is_there(sentence: str) -> None:
    assert sentence in set(sentences(text("docs/audit.md")))
    assert SAID["held"][sentence] in known_tests()


@pytest.mark.parametrize("heading", SAID["whole"])
def test_no_sentence_of_these_sections_is_without_its_test(heading: str) -> None:
    said = list(sentences(section(heading)))
    assert len(said) > 5
    assert [sentence for sentence in said if sentence not in SAID["held"]] == []
