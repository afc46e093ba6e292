"""A provider of sign-ins by others, and what people do at it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.sync_api import Page

from demo.processes.ports import free_port
from tests.support.adapters.foreign_servers import installed, running


@asynccontextmanager
async def foreign_provider(pages: str) -> AsyncIterator[str]:
    """npm's oidc-provider for the pages at this address; gives the issuer."""
    port = free_port()
    script = installed() / "people.mjs"
    async with running(["node", str(script), str(port), pages], port):
        yield f"http://localhost:{port}"


def sign_in_there(page: Page, url: str, user: str) -> None:
    """Sign in at the provider, and say yes to what it asks."""
    page.goto(f"{url}/sign-in")
    page.locator("input[name=login]").fill(user)
    page.locator("input[name=password]").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{url}/")


def sign_out_there(page: Page) -> None:
    """Say at the provider that its own session may end as well."""
    page.get_by_role("button", name=re.compile("yes", re.IGNORECASE)).click()
    page.wait_for_url("**/signed-out")
