"""Every walk without script, in a real browser, from sign-in to its end, as each of them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.console.browser import cleared_window, new_tab, turn_page
from tests.support.console.demo_pages import CAST, EVERYWHERE, DemoPages, find_team, sign_in
from tests.support.console.joining import SOURCE, completed, draft, read_by_approver
from tests.support.docs.pages import text

Walk = Callable[[Page, DemoPages], set[str]]


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[BrowserContext]:
    with cleared_window(browser, java_script_enabled=False) as window:
        yield window


@pytest.fixture
def page(window: BrowserContext) -> Iterator[Page]:
    with new_tab(window) as tab:
        yield tab


def opens(page: Page, demo: DemoPages, *paths: str) -> set[str]:
    """Open pages by their address; what they are called is there, and they say they are whole."""
    for path in paths:
        response = page.goto(f"{demo.url}{path}")
        assert response is not None
        assert response.status == 200, path
        assert page.locator("main h1").count() == 1
        assert not page.get_by_text("This page did not load to its end.").is_visible()
    return {*paths}


def practitioner(page: Page, demo: DemoPages) -> set[str]:
    """To a team, once more for who did not answer, and a receipt that prints."""
    sign_in(page, demo.url)
    find_team(page, demo.url, CAST.many_services.child, EVERYWHERE)
    assert page.locator("#lead").get_by_text("leads the support").count() == 1
    assert page.locator("#group-known a[href^='tel:']").count() >= 8
    assert page.locator("#receipt dd").first.inner_text()
    assert not page.get_by_role("button", name="Print this receipt").is_visible()
    page.get_by_role("button", name="Ask it again").click()
    page.get_by_text("You asked 1 again.").wait_for()
    page.get_by_role("button", name="Ask about another child of this case").click()
    page.get_by_role("heading", name="What do you know about the child?").wait_for()
    return opens(page, demo, "/find", "/sources", "/in-force")


def agency(page: Page, demo: DemoPages) -> set[str]:
    """From a pasted reply to a proposal that waits for another person."""
    draft(page, demo)
    page.get_by_label("NHS number").fill("999 000 0018")
    page.get_by_role("button", name="Check it, and ask the system now").click()
    page.get_by_role("heading", name="What happened").wait_for()
    completed(page)
    page.get_by_role("button", name="Propose it").click()
    page.get_by_role("heading", name="Proposed").wait_for()
    return opens(page, demo, "/sources", "/sources/new", "/rules")


def approver(page: Page, demo: DemoPages) -> set[str]:
    """Read, approve, look at who gets what, and suspend."""
    read_by_approver(page, demo)
    page.get_by_role("button", name="Approve version").click()
    page.get_by_text("It counts now, at every gateway.").wait_for()
    page.goto(f"{demo.url}/rules")
    page.get_by_label("Which system of yours?").select_option(SOURCE)
    page.get_by_label("What kind of organisation asks?").select_option("SOCIAL_CARE")
    page.get_by_label("In what role?").fill("practitioner")
    page.get_by_label("For what purpose?").select_option("SAFEGUARDING")
    turn_page(page.get_by_role("button", name="Show what they get"))
    assert page.locator("#found tbody tr").count() > 3
    page.goto(f"{demo.url}/sources")
    page.get_by_role("row").filter(has_text=SOURCE).last.get_by_role("link").click()
    page.get_by_label("Why must it not be asked?").fill("It was a test")
    page.get_by_role("button", name="Suspend").click()
    page.get_by_text("Suspended, and not asked").wait_for()
    return opens(page, demo, "/sources", "/rules") | {"/sources/ID/VERSION"}


def privacy_officer(page: Page, demo: DemoPages) -> set[str]:
    """To the entry of a question that reached their agency."""
    sign_in(page, demo.url, "Privacy officer of an agency")
    opens(page, demo, "/log")
    page.locator("tbody tr").filter(has_text="A question").first.get_by_role("link").click()
    page.get_by_role("heading", name="The proof was not checked").wait_for()
    return opens(page, demo, "/log", "/log/state", "/rules") | {"/log/entries/PLACE"}


def auditor(page: Page, demo: DemoPages) -> set[str]:
    """From the alerts to an entry whose proof holds, and a file."""
    sign_in(page, demo.url, "Auditor")
    opens(page, demo, "/alerts")
    page.get_by_role("link", name="review here").first.click()
    page.get_by_role("heading", name="The proof holds").wait_for()
    turn_page(page.get_by_role("button", name="Record the review"))
    assert page.locator(".govuk-error-summary a").count() == 2
    opens(page, demo, "/log")
    page.get_by_text("Search for something").click()
    page.get_by_label("User", exact=True).fill("k.lowe")
    turn_page(page.get_by_role("button", name="Search", exact=True))
    assert page.locator("tbody tr").count() > 1
    with page.expect_download() as came:
        page.get_by_role("button", name="Download as CSV").click()
    assert came.value.suggested_filename == "log-entries.csv"
    return opens(page, demo, "/alerts", "/log", "/log/state") | {"/log/entries/PLACE"}


def family(page: Page, demo: DemoPages) -> set[str]:
    """Who looked, in two languages, and signed out in the second."""
    sign_in(page, demo.url, "A young person")
    turn_page(page.get_by_role("link", name="Who looked at my record?"))
    assert page.locator("main .ta-row").count() >= 3
    page.get_by_role("link", name="polski").click()
    page.get_by_role("heading", name="Kto zaglądał do moich danych?").wait_for()
    opens(page, demo, "/who-looked")
    page.get_by_role("link", name="polski").click()
    page.get_by_role("button", name="Wyloguj się").click()
    page.get_by_role("heading", name="Nie jesteś już zalogowany(-a)").wait_for()
    return {"/who-looked"}


def operator(page: Page, demo: DemoPages) -> set[str]:
    """How the gateway is doing, and from there to a system in trouble."""
    sign_in(page, demo.url, "Operator of the gateway")
    opens(page, demo, "/operations")
    assert page.get_by_text("It can answer questions.").count() == 1
    opens(page, demo, "/sources")
    page.locator("tbody").get_by_role("link").first.click()
    page.get_by_role("heading", name="The manifest").wait_for()
    return opens(page, demo, "/operations", "/in-force", "/sources", "/sources/new") | {
        "/sources/ID/VERSION"
    }


WALKS: Final[Mapping[str, tuple[Walk, ...]]] = {
    "Practitioner": (practitioner,),
    "IT, then approver": (agency, approver),  # one proposes what the other reads
    "Privacy officer": (privacy_officer,),
    "Auditor": (auditor,),
    "Operator": (operator,),
    "Family": (family,),
}
# Where each page of docs/pages.md is met on some walk.
MET: Final = {
    "Practitioner": {"/find", "/sources", "/in-force"},
    "IT, then approver": {"/sources", "/sources/new", "/rules", "/sources/ID/VERSION"},
    "Privacy officer": {"/log", "/log/entries/PLACE", "/log/state", "/rules"},
    "Auditor": {"/alerts", "/log", "/log/entries/PLACE", "/log/state"},
    "Operator": {"/operations", "/in-force", "/sources", "/sources/new", "/sources/ID/VERSION"},
    "Family": {"/who-looked"},
}


@pytest.mark.parametrize("who", WALKS)
def test_each_walk_ends_well_without_script(page: Page, demo: DemoPages, who: str) -> None:
    met = set[str]()
    for walk in WALKS[who]:
        page.context.clear_cookies()
        met |= walk(page, demo)
    assert met == MET[who]


def test_each_page_of_the_docs_is_met_on_some_walk() -> None:
    table = text("docs/pages.md").partition("## Who may open what")[2].partition("\n## ")[0]
    paths = {line.split("`")[1] for line in table.splitlines() if line.startswith("| `")}
    assert paths
    assert paths == set().union(*MET.values())
