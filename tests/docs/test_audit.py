"""What the pages about the log and its signatures say is met by a test that is there."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import pytest

from tests.support.audit.mark_tampering import EACH
from tests.support.audit.store_tampering import TAMPERINGS
from tests.support.docs.pages import ROOT, rows, text

SAID: Final[dict[str, dict[str, Any]]] = {
    f"docs/{page}.md": tomllib.loads(
        text(f"tests/support/docs/{page.replace('-', '_')}_sentences.toml")
    )
    for page in ("audit", "on-behalf")
}


@cache
def known_tests() -> frozenset[str]:
    files = (ROOT / "tests").rglob("test_*.py")
    return frozenset(
        name for file in files for name in re.findall(r"def (test_\w+)", file.read_text())
    )


@cache
def said_on(page: str) -> frozenset[str]:
    return frozenset(sentences(text(page)))


def sentences(page: str) -> Iterator[str]:
    for line in re.sub(r"^```.*?^```$", "", page, flags=re.DOTALL | re.MULTILINE).splitlines():
        words = re.sub(r"^(- |\d+\. )", "", line)
        if words and not words.startswith(("#", "|", "```")):
            yield from re.split(r"(?<=[.!?])\s+(?=[A-Z`*])", words)


def section(heading: str, page: str = "docs/audit.md") -> str:
    """What is below a heading; below "" what comes before the first one."""
    begins = f"\n## {heading}\n" if heading else "\n"
    _, _, rest = text(page).partition(begins)
    return re.split(r"^## ", rest, flags=re.MULTILINE)[0]


def test_every_threat_to_the_log_has_its_test() -> None:
    named = {cells[2].strip("`") for cells in rows(section("Threats"))}
    assert len(named) > 60
    assert known_tests() >= named


def tried(within: str) -> Iterator[tuple[str, list[str]]]:
    """The names that a table gives as what was tried, each with its row."""
    for cells in rows(within):
        for name in re.findall(r"`(\w+)`", cells[-1]):
            yield name, cells


def test_whoever_is_said_to_notice_a_change_of_the_store_was_tried() -> None:
    _, _, who = text("docs/audit.md").partition("### Who notices a change to the store")
    found = dict(tried(who.partition("### If the log was altered")[0]))
    done = {each.do.__name__: each.running for each in TAMPERINGS}
    assert len(done) > 20
    done |= {each.__name__: True for each, _ in EACH}
    assert found.keys() >= done.keys()
    assert known_tests() | done.keys() >= found.keys()
    for name in done.keys() & found.keys():
        at_once = "within seconds" in "|".join(found[name]) or "The same" in found[name]
        assert at_once == done[name], name


@pytest.mark.parametrize(
    ("page", "sentence"), [(page, each) for page, said in SAID.items() for each in said["held"]]
)
def test_each_sentence_of_the_list_is_on_the_page_and_its_test_is_there(
    page: str, sentence: str
) -> None:
    assert sentence in said_on(page)
    assert SAID[page]["held"][sentence] in known_tests()


@pytest.mark.parametrize(
    ("page", "heading"), [(page, each) for page, said in SAID.items() for each in said["whole"]]
)
def test_no_sentence_of_these_sections_is_without_its_test(page: str, heading: str) -> None:
    said = list(sentences(section(heading, page)))
    assert len(said) > 3
    assert [sentence for sentence in said if sentence not in SAID[page]["held"]] == []


def test_no_section_is_left_out_but_what_was_measured_and_what_is_not_yet() -> None:
    for page, said in SAID.items():
        headings = re.findall(r"^## (.+)$", text(page), re.MULTILINE)
        left = {"How well alerts find misuse", "Threats", "Not yet"}
        assert set(headings) - set(said["whole"]) <= left, page
