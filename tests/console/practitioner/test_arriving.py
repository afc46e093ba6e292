"""A row is on the screen as soon as it has left the gateway: nothing gathers, polls or waits.

No time is measured here. Each row is held back until the one before it is on the screen, so that
whatever waited for more of the answer would wait for ever; and the clock of the page stands still,
so that nothing comes by a timer. `make bench-screen` measures.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request

from tests.support.console.browser import new_window
from tests.support.console.told_gateway import ToldPages, agency_row, told_pages
from tests.support.console.walking import sent, sign_in

ROWS = tuple(agency_row(number) for number in range(1, 7))
LATER = 1_800_000_000_000  # milliseconds since 1970


@pytest.fixture(scope="module")
def pages(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldPages]:
    del browser
    with told_pages(tmp_path_factory.mktemp("pages")) as served:
        yield served


@pytest.fixture
def page(browser: Browser, pages: ToldPages) -> Iterator[Page]:
    with new_window(browser) as context:
        opened = context.new_page()
        sign_in(opened, pages.url)
        yield opened


def test_each_row_is_on_the_screen_before_the_next_one_leaves(page: Page, pages: ToldPages) -> None:
    requests: list[Request] = []

    def heard(request: Request) -> None:
        requests.append(request)

    page.clock.install(time=LATER)
    page.clock.pause_at(LATER + 60_000)
    page.goto(f"{pages.url}/")  # one that began by another clock would take itself for left, and go
    pages.next(rows=ROWS, held=True)
    page.on("request", heard)
    sent(page, pages)
    page.locator("#waiting").wait_for()
    requests.clear()
    for number in range(1, len(ROWS) + 1):
        pages.let_go()
        page.locator(f"#row-agency-{number}").wait_for()
        assert page.locator("#waiting li").count() == len(ROWS) - number
        assert page.locator(".ta-row").count() == number
    page.get_by_role("heading", name="All 6 agencies answered").wait_for()
    assert requests == []  # the one that was sent brought all of it


def test_no_proxy_is_to_gather_rows(page: Page, pages: ToldPages) -> None:
    pages.next(rows=ROWS)
    with page.expect_response("**/find/answer") as came:
        sent(page, pages)
    headers = came.value.headers
    assert headers["content-type"] == "application/x-ndjson"
    assert headers["x-accel-buffering"] == "no"
    assert "content-length" not in headers


def test_what_came_is_said_aloud_politely_and_together(page: Page, pages: ToldPages) -> None:
    pages.next(rows=ROWS[:2])
    sent(page, pages)
    told = page.locator("#said")
    told.get_by_text("That is all.").wait_for(state="attached")
    assert "Agency 2: Has a record." in told.inner_text()
    assert told.get_attribute("aria-live") == "polite"
