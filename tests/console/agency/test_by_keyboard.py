"""The pages of agencies, operators and auditors by keyboard alone, and with two tabs at work."""

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.console.browser import cleared_window, new_tab
from tests.support.console.town_pages import TownPages

IT: Final = "An agency's IT"
WALKS: Final = [
    (IT, ("/sources/new", "/rules")),
    ("An operator", ("/operations", "/sources")),
    ("An auditor", ("/alerts", "/log", "/log/entries/1")),
]
WIDE_TABLES: Final = 3  # they can be scrolled by keyboard, and are stops of their own
CONTROLS: Final = """() => [...document.querySelectorAll(
    "main a[href], main button, main input, main select, main textarea, main summary")]
    .filter(each => each.checkVisibility() && each.type !== "hidden" && !each.disabled)
    .filter(each => each.type !== "radio" || each.checked
        || !each.form.querySelector(`[name="${each.name}"]:checked`)
        && each === each.form.querySelector(`[name="${each.name}"]`))
    .map((each, place) => { each.dataset.place = place; return place; })"""
FOCUSED: Final = """() => {
    const found = document.activeElement, style = getComputedStyle(found);
    const shown = style.outlineStyle !== "none" || style.boxShadow !== "none";
    return [found.dataset.place === undefined ? null : Number(found.dataset.place), shown];
}"""


def walked(page: Page) -> tuple[list[int], list[int]]:
    """The controls of the page's main part, and those that Tab reached with a visible mark."""
    controls: list[int] = page.evaluate(CONTROLS)
    page.locator("#main-content").focus()
    reached = list[int]()
    for _ in range(len(controls) + WIDE_TABLES):
        page.keyboard.press("Tab")
        place, shown = page.evaluate(FOCUSED)
        if place is not None and shown and place not in reached:
            reached.append(place)
    return controls, reached


@pytest.fixture(scope="module")
def forced(browser: Browser) -> Iterator[BrowserContext]:
    with cleared_window(browser, forced_colors="active") as window:
        yield window


@pytest.mark.parametrize(("who", "paths"), WALKS)
def test_tab_reaches_everything_in_order_and_shows_where_it_is(
    forced: BrowserContext, town: TownPages, who: str, paths: tuple[str, ...]
) -> None:
    with new_tab(forced) as page:
        town.sign_in(page, who, first="")
        for path in paths:
            page.goto(f"{town.url}{path}")
            controls, reached = walked(page)
            assert controls
            assert reached == controls


def test_two_systems_are_drafted_in_two_tabs_by_keyboard_and_never_mix(
    browser: Browser, town: TownPages
) -> None:
    with cleared_window(browser) as context:
        pages = [context.new_page(), context.new_page()]
        town.sign_in(pages[0], IT, first="")
        for page, name in zip(pages, ("first-one", "second-one"), strict=True):
            page.goto(f"{town.url}/sources/new")
            page.get_by_label("Id of the system").focus()
            typed(page, name)
        for page, name in zip(pages, ("first-one", "second-one"), strict=True):
            page.keyboard.press("Enter")
            page.get_by_role("heading", name="Complete the manifest").wait_for()
            text = page.get_by_label("Manifest", exact=True).input_value()
            assert f'id = "{name}"' in text
        for page, other in zip(pages, ("second-one", "first-one"), strict=True):
            assert other not in page.content()
        controls, reached = walked(pages[0])
        assert reached == controls


def typed(page: Page, name: str) -> None:
    """Answer, each field after the other, by keys alone."""
    for text in (name, "Council", "Health", "01632 960321", "http://127.0.0.1:9/api"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
