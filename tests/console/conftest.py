"""One demo for every test of the pages that needs it, and a browser for each file of them.

While Playwright's synchronous interface is open, no other test in the process can use asyncio. So
it is closed before the next file begins.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.adapters.foreign_servers import needed
from tests.support.console.browser import axe_source, chromium
from tests.support.console.demo_pages import DemoPages, demo_pages
from tests.support.console.town_pages import TownPages, town_pages


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


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
