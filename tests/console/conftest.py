"""One demo for every test of the pages that needs it, and one browser for files that follow.

While Playwright's synchronous interface is open, no other test in the process can use asyncio. So
the browser is closed before a test that needs no page.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser

from tests.support.adapters.foreign_servers import needed
from tests.support.console.browser import axe_source, chromium
from tests.support.console.demo_pages import DemoPages, demo_pages
from tests.support.console.town_pages import TownPages, town_pages

# Fixtures of tests that wait for no loop of their own.
OF_PAGES: Final = {"browser", "demo", "town"}


@dataclass(slots=True)
class KeptBrowser:
    """The browser while it is open; `file` has the tests that were given it last."""

    opened: Browser | None = None
    file: Path | None = None
    closing: ExitStack = field(default_factory=ExitStack)

    def open(self, file: Path) -> Browser:
        """The one that is open, or a new one, for the tests of a file."""
        self.file = file
        if self.opened is not None and not self.opened.is_connected():
            self.close()
        if self.opened is None:
            self.opened = self.closing.enter_context(chromium())
        return self.opened

    def close(self) -> None:
        """Close it, if it is open."""
        self.opened = None
        self.closing.close()


KEPT: Final = pytest.StashKey[KeptBrowser]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Close the browser before another file's test that needs no page: it may need asyncio."""
    kept = item.config.stash.get(KEPT, None)
    if kept is None or item.path == kept.file:
        return
    if OF_PAGES.isdisjoint(getattr(item, "fixturenames", ())):
        kept.close()


@pytest.fixture(scope="package")
def kept_browser(pytestconfig: pytest.Config) -> Iterator[KeptBrowser]:
    """It ends with the tests of the pages at the latest."""
    kept = pytestconfig.stash[KEPT] = KeptBrowser()
    yield kept
    kept.close()


@pytest.fixture(scope="module")
def browser(kept_browser: KeptBrowser, request: pytest.FixtureRequest) -> Browser:
    return kept_browser.open(request.path)


@pytest.fixture(scope="session")
def demo() -> Iterator[DemoPages]:
    needed("chromium")  # without it, nobody opens the demo's pages
    with demo_pages() as served:
        yield served


@pytest.fixture(scope="session")
def axe() -> str:
    return axe_source()


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TownPages]:
    """A small town, a day after practitioners asked there about Mira."""
    needed("chromium")
    with town_pages(tmp_path_factory.mktemp("town")) as served:
        served.let_practitioners_ask()
        yield served
