"""An auditor of the demo finds a break-glass among the alerts, and closes its review."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.console.browser import (
    cleared_window,
    sideways,
    sign_in_unseen,
    turn_page,
    violations,
)
from tests.support.console.demo_pages import DemoPages


@pytest.fixture
def page(browser: Browser, demo: DemoPages) -> Iterator[Page]:
    with cleared_window(browser, viewport={"width": 320, "height": 256}) as context:
        opened = context.new_page()
        sign_in_unseen(opened, demo.url, "Auditor", first="")
        yield opened


def reviewed_by_keyboard(page: Page) -> None:
    """Choose what was found, say why, and send it, without a mouse."""
    page.locator("#main-content").focus()
    while page.evaluate("document.activeElement.name") != "verdict":
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("The case is open, and the duty manager knew.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Your review is in the log.").wait_for()


def test_a_break_glass_is_ranked_first_and_its_review_is_closed(
    page: Page, demo: DemoPages, axe: str
) -> None:
    page.goto(f"{demo.url}/alerts")
    first = page.locator("main .ta-row, tbody tr").first
    assert "broke the glass" in first.inner_text()
    assert "more children in a day than usual" in page.locator("main").inner_text()
    assert violations(page, axe) == []
    turn_page(first.get_by_role("link").first)
    assert "She is at our door, and hurt" in page.locator("main").inner_text()
    assert "The proof holds" in page.locator("#proof").inner_text()
    reviewed_by_keyboard(page)
    assert violations(page, axe) == []
    assert sideways(page) == 0
    page.goto(f"{demo.url}/alerts")
    assert "broke the glass" not in page.locator("main").inner_text()


def test_a_window_of_a_tablet_shows_all_columns_and_what_was_unusual(
    page: Page, demo: DemoPages
) -> None:
    page.set_viewport_size({"width": 800, "height": 600})
    page.goto(f"{demo.url}/log")
    page.get_by_text("Search for something").click()  # other tests ask here too, and fill a page
    page.get_by_label("User", exact=True).fill("k.lowe")
    page.get_by_label("Break-glass", exact=True).select_option("yes")
    turn_page(page.get_by_role("button", name="Search", exact=True))
    kept = page.locator("tbody tr", has_text="k.lowe").all_inner_texts()
    assert [line for line in kept if "Unusual: Break glass, Out of area" in line]
    beyond = "list => list.scrollWidth - list.clientWidth"
    assert page.locator(".ta-scroll").evaluate(beyond) <= 0
