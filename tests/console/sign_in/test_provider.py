"""Sign-in, renewal and sign-out at a provider that is not ours, in a real browser."""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.adapters.foreign_servers import installed
from tests.support.console.browser import cleared_window, new_tab
from tests.support.console.foreign_provider import (
    foreign_provider,
    sign_in_there,
    sign_out_there,
)
from tests.support.console.told_gateway import ToldPages, told_pages


@pytest.fixture(scope="module")
def pages(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldPages]:
    del browser
    installed()  # skips here where npm cannot bring the provider
    folder = tmp_path_factory.mktemp("pages")
    with told_pages(folder, foreign_provider, dpop=True, resource="urn:teamaround") as served:
        yield served


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[BrowserContext]:
    with cleared_window(browser) as window:
        yield window


@pytest.fixture
def page(window: BrowserContext) -> Iterator[Page]:
    with new_tab(window) as tab:
        yield tab


def test_the_gateway_gets_the_persons_token_and_proof_of_the_key_it_is_bound_to(
    page: Page, pages: ToldPages
) -> None:
    sign_in_there(page, pages.url, "n.one")
    scheme, token = pages.heard["Authorization"].split(" ")
    assert scheme == "DPoP"
    bound = jws.extract_compact(token.encode()).payload
    proof = jws.extract_compact(pages.heard["DPoP"].encode())
    key = ECKey.import_key(proof.headers()["jwk"])
    assert jws.deserialize_compact(pages.heard["DPoP"], key, ["ES256"])
    assert key.thumbprint().encode() in bound
    digest = hashlib.sha256(token.encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=") in proof.payload


def test_a_token_that_is_nearly_over_is_renewed(page: Page, pages: ToldPages) -> None:
    sign_in_there(page, pages.url, "n.two")
    first = pages.heard["Authorization"]
    page.reload()
    assert page.get_by_role("heading", name="What do you want to do?").is_visible()
    assert pages.heard["Authorization"] != first


def test_signing_out_here_signs_out_there_and_in_every_tab(page: Page, pages: ToldPages) -> None:
    sign_in_there(page, pages.url, "n.three")
    other = page.context.new_page()
    other.goto(f"{pages.url}/find")
    copied: Any = page.context.cookies()
    page.get_by_role("button", name="Sign out").click()
    sign_out_there(page)
    other.reload()
    assert other.get_by_role("heading", name="Sign in").is_visible()
    page.context.add_cookies(copied)  # as if somebody had kept the cookie
    other.reload()
    assert other.get_by_text("You were signed out.").is_visible()
    page.goto(f"{pages.url}/sign-in")
    assert page.locator("input[name=login]").is_visible()


def test_the_provider_signs_out_whoever_signed_in_with_the_same_session(
    browser: Browser, page: Page, pages: ToldPages
) -> None:
    sign_in_there(page, pages.url, "n.five")
    here = [each for each in page.context.cookies() if not each["name"].startswith("__Host-")]
    with cleared_window(browser) as elsewhere:
        known: Any = here
        elsewhere.add_cookies(known)
        second = elsewhere.new_page()
        second.goto(f"{pages.url}/sign-in")
        second.get_by_role("button", name="Continue").click()
        second.wait_for_url(f"{pages.url}/")
        second.get_by_role("button", name="Sign out").click()
        sign_out_there(second)
    page.reload()
    assert page.get_by_text("You were signed out.").is_visible()


def test_a_sign_in_that_this_browser_did_not_begin_is_refused(page: Page, pages: ToldPages) -> None:
    page.goto(f"{pages.url}/sign-in/done?code=x&state=y")
    assert page.get_by_text("This sign-in was not begun in this browser").is_visible()
    page.goto(f"{pages.url}/sign-in")
    page.goto(f"{pages.url}/sign-in/done?code=x&state=y")
    assert page.get_by_text("This sign-in was not begun in this browser").is_visible()


def test_a_cookie_in_another_browser_is_no_session(
    browser: Browser, page: Page, pages: ToldPages
) -> None:
    sign_in_there(page, pages.url, "n.four")
    with cleared_window(browser, user_agent="Another browser") as elsewhere:
        copied: Any = page.context.cookies()
        elsewhere.add_cookies(copied)
        stolen = elsewhere.new_page()
        stolen.goto(f"{pages.url}/find")
        assert stolen.get_by_role("heading", name="Sign in").is_visible()


@pytest.mark.parametrize("notice", ["", "x.y.z", "eyJhbGciOiJub25lIn0.e30."])
def test_a_made_up_notice_of_sign_out_signs_nobody_out(
    page: Page, pages: ToldPages, notice: str
) -> None:
    told = page.request.post(f"{pages.url}/sign-in/ended", form={"logout_token": notice})
    assert told.status == 400
