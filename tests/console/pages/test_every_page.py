"""Every page, whoever it is for: forged forms, a gateway that is away, and after sign-out."""

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from console.app import ROOMS
from tests.support.console.browser import cleared_window
from tests.support.console.told_gateway import ToldPages, told_pages
from tests.support.console.walking import sign_in

FORMS: Final = sorted(
    route.path for room in ROOMS for route in room.ROUTES if "POST" in (route.methods or ())
)
PAGES: Final = ("/sources", "/sources/new", "/sources/clinic/1", "/rules", "/operations", "/log")
BAD_GATEWAY: Final = (502, "text/html", "<h1>Bad gateway</h1>")


@pytest.fixture(scope="module")
def pages(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldPages]:
    del browser
    with told_pages(tmp_path_factory.mktemp("pages")) as served:
        yield served


@pytest.fixture
def page(browser: Browser, pages: ToldPages) -> Iterator[Page]:
    with cleared_window(browser) as context:
        opened = context.new_page()
        sign_in(opened, pages.url)
        yield opened


def test_no_form_counts_that_these_pages_did_not_make(page: Page, pages: ToldPages) -> None:
    asked = pages.heard
    found = {
        path: page.request.post(f"{pages.url}{path}", form={"mark": "a.1.forged"}).status
        for path in FORMS
    }
    assert found == dict.fromkeys(FORMS, 403)
    assert pages.heard is asked


def test_a_gateway_that_is_away_is_never_an_empty_list(page: Page, pages: ToldPages) -> None:
    pages.next(refusal=BAD_GATEWAY)
    for path in PAGES:
        response = page.goto(f"{pages.url}{path}")
        assert response is not None
        assert response.status == 502, path
        assert "This page says nothing about any child." in page.locator("main").inner_text()


def test_after_sign_out_no_page_comes_back(page: Page, pages: ToldPages) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/signed-out")
    for path in PAGES:
        response = page.goto(f"{pages.url}{path}")
        assert response is not None
        assert response.status == 401, path
    page.go_back()
    page.get_by_role("heading", name="Sign in").wait_for()
