"""What pages are beside what they say: a plain style, keyboard, weight, CSP, a cover when left."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from console.pages.assets import Assets
from tests.support.console.browser import cleared_window, new_window, sideways, violations
from tests.support.console.told_gateway import ToldPages, agency_row, told_pages
from tests.support.console.walking import ASKED, sign_in, walk_to
from tests.support.docs.pages import ROOT

WEIGHT = 150_000


@pytest.fixture(scope="module")
def pages(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldPages]:
    del browser
    with told_pages(tmp_path_factory.mktemp("pages")) as served:
        yield served


@pytest.fixture(scope="module")
def page(browser: Browser, pages: ToldPages) -> Iterator[Page]:
    with cleared_window(browser, viewport={"width": 320, "height": 256}) as context:
        opened = context.new_page()
        sign_in(opened, pages.url)
        yield opened


@pytest.fixture
def fresh(browser: Browser) -> Iterator[Page]:
    with new_window(browser, forced_colors="active") as context:
        opened = context.new_page()
        yield opened


def test_the_plain_style_is_as_good_where_npm_is_missing(
    browser: Browser, tmp_path: Path, axe: str
) -> None:
    for name in ("plain.css", "pages.css", "pages.js", "icon.svg"):
        shutil.copy(ROOT / "console/static" / name, tmp_path)
    with (
        told_pages(tmp_path, assets=Assets.read(tmp_path)) as plain,
        cleared_window(browser, viewport={"width": 320, "height": 256}) as context,
    ):
        page = context.new_page()
        sign_in(page, plain.url)
        for state in ("answer", "child with mistakes"):
            walk_to(state, page, plain)
            assert violations(page, axe) == []
            assert sideways(page) == 0


def test_a_window_that_another_test_had_knows_nobody(browser: Browser, pages: ToldPages) -> None:
    with cleared_window(browser, color_scheme="dark") as window:
        sign_in(window.new_page(), pages.url)
        assert window.cookies()
    with cleared_window(browser, color_scheme="dark") as again:
        assert again is window
        assert again.cookies() == []
        page = again.new_page()
        page.goto(f"{pages.url}/find")
        assert page.get_by_role("heading", name="Sign in").is_visible()
        assert len(again.pages) == 2  # and the blank one that keeps it open


def test_axe_would_find_a_fault(page: Page, pages: ToldPages, axe: str) -> None:
    sign_in(page, pages.url)
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    assert [each.split(":")[0] for each in violations(page, axe)] == ["label"]


def test_a_keyboard_alone_is_enough(fresh: Page, pages: ToldPages) -> None:
    pages.next(rows=ASKED)
    sign_in(fresh, pages.url)
    keys = fresh.keyboard
    fresh.goto(f"{pages.url}/find")
    keys.press("Tab")
    assert fresh.evaluate("document.activeElement.innerText") == "Skip to main content"
    keys.press("Enter")
    keys.press("Tab")
    keys.press("Space")
    keys.press("Tab")
    keys.type("She is on our ward")
    _press_on(fresh, "Continue")
    fresh.get_by_role("heading", name="What do you know about the child?").wait_for()
    fresh.locator("#main-content").focus()
    keys.press("Tab")
    keys.press("Tab")
    keys.type("9996604659")
    keys.press("Enter")
    fresh.locator("#state h2").wait_for()
    assert fresh.evaluate("document.activeElement.innerText") == "The team around the child"


def _press_on(page: Page, name: str) -> None:
    """Go from field to field until the button has the focus, and press it."""
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == name:
            page.keyboard.press("Enter")
            return
    pytest.fail(f"no Tab leads to {name}")


def test_the_first_page_is_light_and_loads_nothing_from_elsewhere(
    fresh: Page, pages: ToldPages
) -> None:
    sizes: list[int] = []
    hosts: set[str] = set()
    said: list[str] = []
    fresh.on("console", lambda message: said.append(message.text))
    sign_in(fresh, pages.url)
    fresh.on("requestfinished", lambda done: hosts.add(done.url.split("/")[2]))
    fresh.on("requestfinished", lambda done: sizes.append(sum(_bytes(done.sizes()))))
    fresh.goto(f"{pages.url}/find", wait_until="networkidle")
    assert hosts == {pages.url.split("/")[2]}
    assert 0 < sum(sizes) < WEIGHT
    assert said == []


def _bytes(sizes: object) -> list[int]:
    assert isinstance(sizes, dict)
    return [int(sizes["responseBodySize"]), int(sizes["responseHeadersSize"])]


def test_no_page_may_load_run_or_keep_anything_else(fresh: Page, pages: ToldPages) -> None:
    response = fresh.goto(f"{pages.url}/signed-out")
    assert response is not None
    headers = response.all_headers()
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


def test_it_is_covered_while_nobody_looks_and_cleared_after_some_minutes(
    fresh: Page, pages: ToldPages
) -> None:
    pages.next(rows=ASKED)
    fresh.clock.install()
    sign_in(fresh, pages.url)
    walk_to("answer", fresh, pages)
    _look(fresh, "hidden")
    assert not fresh.locator("#main-content").is_visible()
    _look(fresh, "visible")
    assert fresh.locator("#group-known").is_visible()
    _look(fresh, "hidden")
    fresh.clock.run_for(301_000)
    _look(fresh, "visible")
    assert fresh.get_by_role("heading", name="This page was cleared").is_visible()


def _look(page: Page, state: str) -> None:
    """As the browser tells a page that another one is in front, or the screen is locked."""
    page.evaluate(
        """(state) => { Object.defineProperty(document, "visibilityState",
        {value: state, configurable: true});
        document.dispatchEvent(new Event("visibilitychange")) }""",
        state,
    )


def test_a_warning_comes_before_the_page_goes_blank(fresh: Page, pages: ToldPages) -> None:
    pages.next(rows=[agency_row(1)])
    fresh.clock.install()
    sign_in(fresh, pages.url)
    walk_to("answer", fresh, pages)
    fresh.clock.run_for(800_000)
    assert fresh.get_by_role("button", name="Stay signed in").is_visible()
    fresh.clock.run_for(110_000)
    assert fresh.get_by_role("heading", name="This page was cleared").is_visible()
    assert "Agency 1" not in fresh.content()
