"""The demo's young person sees at once who looked the day before, and by how many people."""

import pytest
from playwright.sync_api import Browser

from tests.support.console.browser import cleared_window, sideways, sign_in_unseen, violations
from tests.support.console.demo_pages import DemoPages


@pytest.mark.parametrize("who", ["A young person", "A parent of the same child"])
def test_looks_are_there_with_whom_to_ask(
    browser: Browser, demo: DemoPages, axe: str, who: str
) -> None:
    with cleared_window(browser, viewport={"width": 320, "height": 256}) as context:
        page = context.new_page()
        sign_in_unseen(page, demo.url, who, "/who-looked")
        text = page.locator("main").inner_text()
        assert "3 people made the looks on this page." in text
        assert "Northbrook Council" in text
        assert "01632 960990" in text
        assert violations(page, axe) == []
        assert sideways(page) == 0
