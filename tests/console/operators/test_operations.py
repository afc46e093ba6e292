"""An operator sees what is in force, the log, witnesses, keys, places, and what a check says."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from demo.population.register import YOUTH_JUSTICE
from tests.support.console.browser import (
    cleared_window,
    new_tab,
    sideways,
    sign_in_unseen,
    violations,
)
from tests.support.console.demo_pages import CAST, PRACTITIONER, DemoPages, shown_team
from tests.support.console.town_pages import TownPages
from tests.support.patience import PATIENCE_S

OPERATOR = "Operator of the gateway"
BETWEEN_LOOKS_S = 0.5


@pytest.fixture(scope="module")
def small(browser: Browser) -> Iterator[BrowserContext]:
    with cleared_window(browser, viewport={"width": 320, "height": 256}) as window:
        yield window


@pytest.fixture
def page(small: BrowserContext) -> Iterator[Page]:
    with new_tab(small) as tab:
        yield tab


def test_the_gateway_of_a_town_says_how_it_is_doing(page: Page, town: TownPages, axe: str) -> None:
    town.sign_in(page, "An operator", "/operations")
    text = page.locator("main").inner_text()
    assert "It can answer questions." in text
    assert "generation" in text
    assert "The settings name no witness" in text
    assert "Signs the log" in text
    assert "it cannot check its files" in text
    assert violations(page, axe) == []
    assert sideways(page) == 0


def look_until(page: Page, demo: DemoPages, said: str) -> None:
    """Open the page once it says so: what the last check found stands for some seconds.

    It is asked for without showing it until then: to show it again and again keeps a core busy.
    """
    until = time.monotonic() + PATIENCE_S
    while said not in page.request.get(f"{demo.url}/operations").text():
        assert time.monotonic() < until, f"the page never says {said}"
        time.sleep(BETWEEN_LOOKS_S)
    page.goto(f"{demo.url}/operations")
    assert said in page.locator("main").inner_text()


def test_the_demo_says_which_file_and_line_a_check_finds(page: Page, demo: DemoPages) -> None:
    sign_in_unseen(page, demo.url, OPERATOR, first="")
    look_until(page, demo, "can be used.")
    text = page.locator("main").inner_text()
    assert "Northbrook Probation Service" in text
    assert str(demo.state) not in page.content()


def test_the_demo_says_what_a_check_refuses(page: Page, demo: DemoPages, axe: str) -> None:
    (operator,) = demo.state.rglob("operator.toml")
    before = operator.read_text("utf-8")
    operator.write_text(f"{before}\n[nonsense]\n", "utf-8")  # nobody has it read again
    try:
        sign_in_unseen(page, demo.url, OPERATOR, first="")
        look_until(page, demo, "nonsense")
        assert violations(page, axe) == []
        assert sideways(page) == 0
    finally:
        operator.write_text(before, "utf-8")


def test_nobody_else_sees_it(page: Page, town: TownPages, axe: str) -> None:
    town.sign_in(page, "An auditor", "/operations")
    assert "Only an operator may" in page.locator("main").inner_text()
    assert violations(page, axe) == []


def test_a_system_that_is_away_says_by_which_rule_calls_failed(page: Page, demo: DemoPages) -> None:
    sign_in_unseen(page, demo.url, PRACTITIONER)
    shown_team(page, demo.url, CAST.many_services.child, ())
    page.context.clear_cookies()
    sign_in_unseen(page, demo.url, OPERATOR, "/sources")
    row = page.get_by_role("row").filter(has_text=YOUTH_JUSTICE)
    assert "No trouble" not in row.inner_text()
    row.get_by_role("link").click()
    failed = page.get_by_role("heading", name="Why calls failed").locator("+ ul")
    assert re.search(r"\w+: Unavailable, \d+ times?, last on", failed.inner_text())
