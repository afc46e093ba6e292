"""Who may open what: every page for everybody, as docs/pages.md says; and no link leads to a no."""

import re
from collections.abc import Mapping
from typing import Final

import pytest

from console.app import ROOMS
from tests.support.console.town_pages import TownPages
from tests.support.console.visitor import Reply, Visitor
from tests.support.docs.pages import rows, text

PEOPLE: Final[Mapping[str, str]] = {
    "Practitioner": "A practitioner",
    "IT": "An agency's IT",
    "Approver": "An agency's approver",
    "Privacy officer": "A privacy officer",
    "Auditor": "An auditor",
    "Operator": "An operator",
    "Family": "A young person",
}
TABLE: Final = text("docs/pages.md").partition("## Who may open what")[2].partition("\n## ")[0]
# Of a kind with a place in its address, one that is of the council.
EXAMPLES: Final = {"/sources/ID/VERSION": "/sources/council/1"}
ALIKE: Final = 2  # pages of one kind that a walk opens
KIND: Final = re.compile(r"/(?:[\w-]+/)?\d+$")


@pytest.fixture(scope="module")
def visitors(town: TownPages) -> dict[str, Visitor]:
    """Everybody, signed in."""
    found = {who: Visitor(town.url) for who in PEOPLE}
    for who, visitor in found.items():
        assert visitor.sign_in(PEOPLE[who]).status == 303
    return found


def claimed() -> dict[tuple[str, str], bool]:
    """What the table says: by path and person, whether they may open it."""
    first = next(line for line in TABLE.splitlines() if line.startswith("| Page"))
    _, *heads = first.strip("| ").split(" | ")
    return {
        (cells[0].strip("`"), who): said == "yes"
        for cells in rows(TABLE)
        for who, said in zip(heads, cells[1:], strict=True)
    }


def opened(visitor: Visitor, path: str) -> Reply:
    """A page of a kind, by an example that is their own where they have one."""
    if path == "/log/entries/PLACE":
        listed = [link for link in visitor.get("/log").page.links if "/entries/" in link]
        return visitor.get(listed[0] if listed else "/log/entries/1")
    return visitor.get(EXAMPLES.get(path, path))


def test_the_table_of_the_docs_names_every_page_that_opens_by_its_address() -> None:
    kinds = {"{id}": "ID", "{version}": "VERSION", "{index}": "PLACE"}
    routes = (route for room in ROOMS for route in room.ROUTES if "GET" in (route.methods or ()))
    paths = {re.sub(r"\{\w+\}", lambda found: kinds[found[0]], route.path) for route in routes}
    assert {path for path, _ in claimed()} == paths


def test_everybody_may_open_what_the_docs_say_and_no_more(visitors: dict[str, Visitor]) -> None:
    found = {(path, who): opened(visitors[who], path).status for path, who in claimed()}
    refused = {key for key, status in found.items() if status in {403, 404}}
    assert set(found.values()) == {200, 403, 404}
    assert refused == {key for key, may in claimed().items() if not may}


@pytest.mark.parametrize("who", PEOPLE)
def test_no_link_of_any_page_leads_to_a_refusal(visitors: dict[str, Visitor], who: str) -> None:
    visitor, open_, met = visitors[who], ["/"], dict[str, int]()
    while open_:
        path = open_.pop()
        reply = visitor.get(path)
        assert reply.status == 200, path
        for link in (each for each in reply.page.links if each.startswith("/")):
            kind = KIND.sub("/N", link)
            met[kind] = met.get(kind, 0) + 1
            if met[kind] <= (ALIKE if kind != link else 1):
                open_.append(link)
    assert met.keys() - {"/"}


def test_the_first_page_leads_everybody_to_what_they_came_for(
    visitors: dict[str, Visitor],
) -> None:
    first = {
        who: {link.partition("?")[0] for link in visitor.get("/").page.links}
        - {"/", "#main-content"}
        for who, visitor in visitors.items()
    }
    assert first["Family"] == {"/who-looked"}
    assert first["Auditor"] == {"/log", "/alerts"}
    assert first["Practitioner"] == {"/find"}
    assert "/alerts" not in first["Privacy officer"]
