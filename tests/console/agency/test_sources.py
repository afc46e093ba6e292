"""An agency sees how its systems are doing, and stops one with a reason."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.console.browser import new_window, sideways, violations
from tests.support.console.town_pages import TownPages


@pytest.fixture
def page(browser: Browser, town: TownPages) -> Iterator[Page]:
    with new_window(browser, viewport={"width": 320, "height": 256}) as context:
        opened = context.new_page()
        town.sign_in(opened, "An operator")
        opened.goto(f"{town.url}/sources")
        yield opened


def test_each_system_is_there_with_its_state_and_health(page: Page, axe: str) -> None:
    text = page.locator("main").inner_text()
    assert "spine: Approved" in text
    assert "Circuit breaker\nclosed" in text
    assert violations(page, axe) == []
    assert sideways(page) == 0


def test_a_system_is_not_stopped_without_a_reason(page: Page, axe: str) -> None:
    page.get_by_role("button", name="Suspend spine").click()
    assert "Say why" in page.locator(".govuk-error-summary").inner_text()
    assert "Say why" in page.locator(".govuk-form-group--error").inner_text()
    assert violations(page, axe) == []


def test_a_person_without_the_right_is_told_so_by_the_gateway(
    browser: Browser, town: TownPages
) -> None:
    with new_window(browser) as context:
        page = context.new_page()
        town.sign_in(page, "A privacy officer")
        page.goto(f"{town.url}/sources")
        page.locator("input[name=reason]").first.fill("I want it to stop")
        page.get_by_role("button", name="Suspend").first.click()
        assert page.locator(".govuk-error-summary").count() == 1
        assert "It counts now" not in page.content()
