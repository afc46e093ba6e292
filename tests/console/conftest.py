"""One browser and one demo for every test of the pages that needs them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.console.browser import axe_source, chromium
from tests.support.console.demo_pages import DemoPages, demo_pages


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def demo(browser: Browser) -> Iterator[DemoPages]:
    del browser  # without one, nobody opens the demo's pages
    with demo_pages() as served:
        yield served


@pytest.fixture(scope="session")
def axe() -> str:
    return axe_source()
