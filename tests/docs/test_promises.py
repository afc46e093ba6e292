"""Each promise of the pages on threats and on hardening has the tests that hold it.

A row of a table is a promise, and so is a sentence of the sections on hostile peers. What has no
test says so here, with the reason.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

import pytest

from adapters.expressions.json_document import MOST_KEYS, MOST_PARTS, MOST_PUT_TOGETHER
from adapters.expressions.xml_document import MOST_ATTRIBUTES, MOST_ELEMENTS
from adapters.network.bounds.bounded_answer import MOST_HEAD, MOST_INTERIM
from gateway.http.request import accepts
from gateway.model.errors import AskDifferently
from tests.support.docs.pages import ROOT, rows, text

Held = Mapping[str, Mapping[str, list[str]]]
HELD: Final[Held] = tomllib.loads(text("tests/support/docs/promises.toml"))
# By heading: the page, and whether it promises by rows.
PLACES: Final[Mapping[str, tuple[str, bool]]] = {
    "What an entry holds": ("docs/threats.md", True),
    "What it promises today": ("docs/threats.md", True),
    "The list": ("docs/hardening.md", True),
    "Core dumps": ("docs/hardening.md", False),
    "Clients that hold connections": ("docs/hardening.md", False),
    "Agencies that answer without end": ("docs/hardening.md", False),
}
WITHOUT: Final = {
    "Swap": "the gateway does nothing about it, and says so",
    "A connection whose request has not come whole holds about 150 KiB of memory at most.": "a"
    " figure of ADR 0048, measured and not held",
    "All that may be open hold about 300 MiB.": "2,048 times the figure before it",
}


@cache
def known_tests() -> frozenset[str]:
    files = (ROOT / "tests").rglob("test_*.py")
    return frozenset(
        name for file in files for name in re.findall(r"def (test_\w+)", file.read_text("utf-8"))
    )


def section(heading: str) -> str:
    rest = text(PLACES[heading][0]).partition(f"\n## {heading}\n")[2]
    return re.split(r"^## ", rest, flags=re.MULTILINE)[0]


def sentences(of: str) -> Iterator[str]:
    for line in of.splitlines():
        words = re.sub(r"^(- |\d+\. )", "", line)
        if words and not words.startswith(("#", "|", "```")):
            yield from re.split(r"(?<=[.!?])\s+(?=[A-Z`*])", words)


def promised(heading: str) -> list[str]:
    """What a section promises: the first cells of its table, or its sentences."""
    said, by_rows = section(heading), PLACES[heading][1]
    return [cells[0] for cells in rows(said)] if by_rows else list(sentences(said))


def faults(held: Held, known: frozenset[str]) -> list[str]:
    """What is promised and not in the list, or is held by a test that is not there, or by none."""
    found = []
    for heading in PLACES:
        said, listed = promised(heading), held.get(heading, {})
        found += [f"not listed: {each}" for each in said if each not in listed]
        found += [f"not on the page: {each}" for each in listed if each not in said]
        found += [f"no test: {n}" for n, each in listed.items() if not each and n not in WITHOUT]
        found += [f"no such test: {t}" for each in listed.values() for t in each if t not in known]
    return found


def test_each_promise_of_the_pages_on_threats_and_hardening_has_its_tests() -> None:
    assert HELD.keys() == PLACES.keys()
    assert sum(map(len, HELD.values())) > 90
    assert faults(HELD, known_tests()) == []


@pytest.mark.parametrize("heading", PLACES)
def test_a_promise_that_loses_its_test_or_its_place_is_found(heading: str) -> None:
    listed = dict(HELD[heading])
    name, tests = listed.popitem()
    assert faults({**HELD, heading: listed}, known_tests()) == [f"not listed: {name}"]
    assert faults({**HELD, heading: {**listed, name: []}}, known_tests()) == [f"no test: {name}"]
    unknown = known_tests() - {*tests}
    assert f"no such test: {tests[0]}" in faults(HELD, unknown)
    more = {**HELD[heading], "Nobody promised this.": tests}
    assert faults({**HELD, heading: more}, known_tests()) == [
        "not on the page: Nobody promised this."
    ]


def test_the_bounds_of_documents_are_those_of_the_page() -> None:
    page = text("docs/hardening.md")
    for said in (
        f"JSON has at most {MOST_PARTS:,} items, keys and brackets, and XML {MOST_ELEMENTS:,}",
        f"at most {MOST_KEYS:,} keys, and an XML document {MOST_ATTRIBUTES:,} attributes",
        f"as long as that comes to {MOST_PUT_TOGETHER:,} values",
        f"have {MOST_HEAD // 1024} KiB together, and there are at most {MOST_INTERIM} interim",
    ):
        assert said in page


def test_a_list_of_media_types_longer_than_the_page_says_is_refused_unread() -> None:
    assert "more than 2,048 characters is refused unread" in text("docs/hardening.md")
    longest = "application/json".ljust(2_048)
    assert accepts(longest).parts is None
    with pytest.raises(AskDifferently):
        accepts(f"{longest} ")
