"""Debian's Chromium, and what a test asks of a page beside what the page says."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urljoin

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from tests.support.adapters.foreign_servers import installed
from tests.support.console.visitor import ReadPage
from tests.support.patience import PATIENCE_S

_FREE: Final[dict[Browser, dict[str, list[BrowserContext]]]] = {}  # by how they were made
_AXE: Final = Path(__file__).parents[2] / "console/axe"
_RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Of what a page does well, axe is to list nothing, and of what is wrong only rule and place leave.
_RUN: Final = """async (tags) => {
    const found = await axe.run({ runOnly: tags, resultTypes: ["violations"] });
    return found.violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target }) => `${id}: ${JSON.stringify(target)}`)); }"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; skips where there is none."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("these tests need Debian's chromium, which is not here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        _FREE[browser] = {}
        yield browser
        del _FREE[browser]
        browser.close()


@contextmanager
def cleared_window(browser: Browser, **given: Any) -> Iterator[BrowserContext]:
    """A window like a new one, which takes a second of CPU: one that another test is done with.

    It has no cookie, and no tab but a blank one. A test that sets a clock, or counts what is
    loaded, needs a window of its own.
    """
    kind = repr(sorted({"java_script_enabled": True, **given}.items()))
    free = _FREE[browser].setdefault(kind, [])
    window = free.pop() if free else new_window(browser, **given)
    try:
        yield window
    except BaseException:
        window.close()
        raise
    _clear(window)
    free.append(window)


def _clear(window: BrowserContext) -> None:
    """Leave nothing of what was done in it; a blank tab keeps it open."""
    window.clear_cookies()
    first = window.pages[0] if window.pages else None
    blank = first if first and first.url == "about:blank" else window.new_page()
    for page in window.pages:
        if page is not blank:
            page.close()


def new_window(browser: Browser, **given: Any) -> BrowserContext:
    """A window without a past."""
    context = browser.new_context(**given)
    context.set_default_timeout(PATIENCE_S * 1000)
    return context


@contextmanager
def new_tab(window: BrowserContext) -> Iterator[Page]:
    """A tab of a window that has others after it: a sixth of what a window of its own takes.

    It finds no cookie, and its window is left without any tab but a blank one, which keeps it open.
    """
    if not window.pages:
        window.new_page()
    window.clear_cookies()
    yield window.new_page()
    for page in window.pages[1:]:
        page.close()


def sign_in_unseen(page: Page, url: str, who: str, first: str = "/") -> None:
    """Sign in as one of those who can be chosen, as a page's browser; it shows `first` then.

    The steps to there are not shown, as each page that is takes a fifth of a second. Where `first`
    is empty, nothing is shown yet.
    """
    asked = page.request.get(f"{url}/sign-in?anew")
    offered = ReadPage()
    offered.feed(asked.text())
    page.request.get(urljoin(asked.url, f"/chosen?{urlencode(offered.buttons[who])}"))
    if first:
        page.goto(f"{url}{first}")


def turn_page(pressed: Locator) -> None:
    """Press what leads to another page, and wait until that page is whole.

    A click alone ends when the other page begins to come. On a busy machine half of it may be
    there then, so whoever counts rows counts none.
    """
    with pressed.page.expect_event("load"):
        pressed.click()


def axe_source() -> str:
    """The checker's own code; skips where npm cannot bring it."""
    return (installed(_AXE) / "node_modules/axe-core/axe.min.js").read_text("utf-8")


def violations(page: Page, source: str) -> list[str]:
    """What axe finds against WCAG 2.2 AA on a page as it is now: rule and place."""
    page.evaluate(source)
    found: list[str] = page.evaluate(_RUN, _RULES)
    return found


def sideways(page: Page) -> int:
    """By how many pixels a page is wider than its window."""
    wider: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wider


def stored(page: Page) -> list[str]:
    """What a page has put into the browser, cookies left out."""
    kept: list[str] = page.evaluate(
        """async () => [...Object.keys(localStorage), ...Object.keys(sessionStorage),
        ...(await indexedDB.databases()).map((each) => each.name), ...(await caches.keys())]"""
    )
    return kept
