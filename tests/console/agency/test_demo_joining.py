"""The demo's clinic joins as the page of people says: drafted, tried, proposed, approved."""

from playwright.sync_api import Browser

from tests.support.console.browser import cleared_window, turn_page
from tests.support.console.demo_pages import DemoPages
from tests.support.console.joining import proposed, read_by_approver, tried


def test_the_clinic_joins_with_what_the_demo_says(browser: Browser, demo: DemoPages) -> None:
    with cleared_window(browser) as context:
        page = context.new_page()
        tried(page, demo)
        shown = page.locator("#tried").inner_text()
        assert "Record 1" in shown
        assert "family Hill" in shown
        proposed(page, demo)
    with cleared_window(browser) as context:
        page = context.new_page()
        read_by_approver(page, demo)
        turn_page(page.get_by_role("button", name="Approve version"))
        assert "It counts now" in page.locator("main").inner_text()
        page.get_by_label("Why must it not be asked?").fill("End of the try")
        turn_page(page.get_by_role("button", name="Suspend"))
        assert "Suspended, and not asked" in page.locator("main").inner_text()
