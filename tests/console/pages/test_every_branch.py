"""Every template, in each of its branches, is on a page that axe and a small window have seen.

The branches are found in the templates themselves, so a new page or a new state fails here until a
way leads to it: see `ROOM_STATES` and `STATES`.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from console.asking.tokens import Tokens
from console.config.keys import PagesKeys
from console.config.settings import LogTable
from console.sign_in.session import Session, sealed
from tests.support.console import room_answers as made
from tests.support.console.browser import cleared_window, sideways, violations
from tests.support.console.room_states import FAMILIES, ROOM_STATES, Walk, opened
from tests.support.console.seen_branches import (
    branches_marked,
    branches_of,
    every_branch,
    marked,
)
from tests.support.console.told_gateway import ToldPages, no_provider, told_pages
from tests.support.console.town_pages import TownPages
from tests.support.console.walking import STATES, sign_in, walk_to

SMALL: Final = {"width": 320, "height": 256}  # 1280 by 1024 at 400%
PROVED: Final = """query Proved { me { roles } audit { entry(index: "2") {
  index at kind queryId user issuer organisation role purpose justification caseReference
  policyVersion count risks proof } } }"""
WAYS: Final[Mapping[str, Walk]] = {
    **ROOM_STATES,
    **{state: partial(walk_to, state) for state in STATES},
}
WITH_PROOF: Final = "an entry with its proof"
LEFT_ALONE: Final = "leaving without a sign-in service"
ALL: Final = (*WAYS, WITH_PROOF, LEFT_ALONE)
# To a screen reader or a keyboard, and to services that check spelling, each text is a field.
OPEN_FIELDS: Final = """() => [...document.querySelectorAll("main input, main textarea")]
    .filter((each) => !["hidden", "radio", "checkbox", "file"].includes(each.type))
    .filter((each) => each.autocomplete !== "off" || each.spellcheck)
    .map((each) => each.name)"""
DEAD_LINKS: Final = """() => [...document.querySelectorAll(".govuk-error-summary a")]
    .filter((each) => !document.querySelector(each.getAttribute("href"))?.checkVisibility())
    .map((each) => each.getAttribute("href"))"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found on the page of one state."""

    branches: set[str]
    violations: list[str]
    wider: int
    open_fields: list[str]
    dead_links: list[str]
    translated: bool

    @classmethod
    def on(cls, page: Page, axe: str) -> "Seen":
        """Look at a page as it stands."""
        return cls(
            branches_of(page),
            violations(page, axe),
            sideways(page),
            page.evaluate(OPEN_FIELDS),
            page.evaluate(DEAD_LINKS),
            page.evaluate("document.documentElement.translate"),
        )


@pytest.fixture(scope="module")
def seen(
    browser: Browser, town: TownPages, axe: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Seen]:
    """All states, walked to once."""
    proved, log = with_proof(town)
    with branches_marked(), told_pages(tmp_path_factory.mktemp("pages"), log=log) as pages:
        found = dict(walked(browser, pages, axe, {**WAYS, WITH_PROOF: proved}))
        found[LEFT_ALONE] = left_alone(browser, axe, tmp_path_factory.mktemp("away"))
    return found


def walked(
    browser: Browser, pages: ToldPages, axe: str, ways: Mapping[str, Walk]
) -> Iterator[tuple[str, Seen]]:
    with cleared_window(browser, viewport=SMALL) as window:
        page = window.new_page()
        for state, walk in ways.items():
            if not page.context.cookies():
                sign_in(page, pages.url)
            walk(page, pages)
            yield state, Seen.on(page, axe)


def with_proof(town: TownPages) -> tuple[Walk, LogTable]:
    """An entry of a real log, whose proof the pages can check."""
    headers = {"Authorization": f"Bearer {town.token('An auditor')}"}
    answer = town.do(town.at.town.post({"query": PROVED}, headers)).body["data"]
    bare: dict[str, Any] = made.entry(agencies=[], change=None, look=None, accounts=[])
    entry = {**bare, **answer["audit"]["entry"]}
    says = {"Entry": {"me": answer["me"], "audit": {"entry": entry}}}
    key = town.at.town.pipeline.publication.signer.verifier_key
    return opened(f"/log/entries/{entry['index']}", says), LogTable(key=key)


def left_alone(browser: Browser, axe: str, folder: Path) -> Seen:
    """Signed out by somebody whose sign-in service is away."""
    key = PagesKeys.of(b"s" * 32).cookies
    now = int(time.time())
    with (
        told_pages(folder, no_provider) as pages,
        cleared_window(browser, viewport=SMALL) as window,
    ):
        page = window.new_page()
        agent = page.evaluate("navigator.userAgent")
        session = Session.begun({"sub": "n.one"}, Tokens("a-token", now + 600), agent, now)
        (piece,) = sealed(session, key)
        name = "__Host-teamaround-session-0"
        cookie = {"name": name, "value": piece, "domain": "localhost", "path": "/", "secure": True}
        window.add_cookies([cookie])  # type: ignore[list-item]
        page.goto(f"{pages.url}/")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_text("The sign-in service does not answer.").wait_for()
        return Seen.on(page, axe)


@pytest.mark.parametrize("state", ALL)
def test_axe_finds_nothing_and_a_small_window_shows_all(seen: dict[str, Seen], state: str) -> None:
    assert seen[state].violations == []
    assert seen[state].wider == 0


@pytest.mark.parametrize("state", ALL)
def test_no_text_that_is_typed_is_remembered_or_sent_to_be_spelled(
    seen: dict[str, Seen], state: str
) -> None:
    assert seen[state].open_fields == []


@pytest.mark.parametrize("state", ALL)
def test_each_mistake_leads_to_a_field_that_can_be_seen(seen: dict[str, Seen], state: str) -> None:
    assert seen[state].dead_links == []


def test_no_browser_translates_what_is_said_about_a_child(seen: dict[str, Seen]) -> None:
    """A family may have its own page translated, and so may a person who is signed out."""
    open_to_all = {*FAMILIES, "signed out", "leaving", "nobody signed in", LEFT_ALONE}
    staff = {*ALL} - open_to_all
    assert [state for state in staff if seen[state].translated] == []
    assert seen["looks"].translated


def test_every_branch_of_every_template_has_been_seen(seen: dict[str, Seen]) -> None:
    assert every_branch() - set().union(*(each.branches for each in seen.values())) == set()


def test_a_new_branch_would_be_missed() -> None:
    template = "{% block content %}\n<p>Here</p>\n{% if new %}\n<p>New</p>\n{% endif %}\n"
    assert "<!--seen:a.html:1-->" in marked(template, "a.html")
    assert "{% if new %}<!--seen:a.html:3-->" in marked(template, "a.html")
