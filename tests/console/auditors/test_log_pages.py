"""An auditor searches the log, checks a proof, closes a review, and takes entries away."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.support.console.browser import cleared_window, sideways, stored, turn_page, violations
from tests.support.console.town_pages import TownPages
from tests.support.console.unseen import Pressed, read_unseen

AXE_PAGES = ("/log", "/log/entries/1", "/log/state", "/alerts", "/log/entries/999999")


@pytest.fixture(scope="module", params=[True, False], ids=["with script", "without script"])
def page(request: pytest.FixtureRequest, browser: Browser, town: TownPages) -> Iterator[Page]:
    """An auditor's, who signed in once and goes from page to page."""
    with signed_in(browser, town, java_script_enabled=request.param) as opened:
        yield opened


@pytest.fixture(scope="module")
def small(browser: Browser, town: TownPages) -> Iterator[Page]:
    with signed_in(browser, town, viewport={"width": 320, "height": 256}) as opened:
        yield opened


@contextmanager
def signed_in(browser: Browser, town: TownPages, **given: Any) -> Iterator[Page]:
    with cleared_window(browser, **given) as context:
        opened = context.new_page()
        town.sign_in(opened, "An auditor")
        yield opened


def search(page: Page, town: TownPages, **typed: str) -> list[str]:
    """The lines of the table that comes once this was typed into the form."""
    Pressed.on(read_unseen(page, f"{town.url}/log"), "Search", **typed).shown(page)
    page.get_by_role("heading", name="The log").wait_for()
    return page.locator("tbody tr").all_inner_texts()


def test_entries_are_found_by_who_asked_and_when(page: Page, town: TownPages) -> None:
    assert len(search(page, town, organisation="southmere")) == 2
    assert "<b>x.other</b>" in page.locator("tbody").inner_text()
    assert search(page, town, organisation="southmere", to="22 11 2026") == []
    assert "No entry that you may see fits." in page.locator("main").inner_text()


def test_a_child_is_found_by_number_and_nothing_of_it_stays(page: Page, town: TownPages) -> None:
    found = search(page, town, child="900 000 0017", user="s.worker")
    assert len(found) == 2
    assert all("held-back" in line for line in found)
    assert "9000000017" not in page.url + page.title()
    assert stored(page) == []


def test_two_children_in_two_tabs_never_mix(page: Page, town: TownPages) -> None:
    mira, other = "900 000 0009", "900 000 0017"
    second = page.context.new_page()
    second.goto(f"{town.url}/log")
    found = search(page, town, child=mira, user="s.worker")
    assert len(found) == 6
    assert len(search(second, town, child=other, user="s.worker")) == 2
    page.get_by_role("button", name="Search", exact=True).click()  # the form still has its child
    page.get_by_role("heading", name="The log").wait_for()
    assert page.locator("tbody tr").all_inner_texts() == found
    assert other not in page.content()
    assert mira not in second.content()
    second.close()


def test_a_mistake_is_named_beside_its_field(page: Page, town: TownPages) -> None:
    search(page, town, **{"from": "31 2 2026"})
    assert "Write the day" in page.locator(".govuk-error-summary").inner_text()
    assert "Write the day" in page.locator(".govuk-form-group--error").inner_text()
    search(page, town, child="123")
    assert page.locator(".govuk-form-group--error #child").count() == 1


def test_the_proof_of_an_entry_is_checked_in_the_page(page: Page, town: TownPages) -> None:
    page.goto(f"{town.url}/log/entries/2")
    assert "The proof holds" in page.locator("#proof").inner_text()
    assert "worried" in page.locator("main").inner_text()


def test_a_review_needs_a_verdict_and_words_and_says_if_none_is_due(
    page: Page, town: TownPages
) -> None:
    asked = search(page, town, organisation="southmere")[-1]
    page.goto(f"{town.url}/log/entries/{asked.split()[0]}")
    turn_page(page.get_by_role("button", name="Record the review"))
    assert page.locator(".govuk-error-summary a").count() == 2
    page.get_by_label("The access was for the stated reason").check()
    page.get_by_label("Why?").fill("The case is open.")
    turn_page(page.get_by_role("button", name="Record the review"))
    assert "waits for review" in page.locator(".govuk-error-summary").inner_text()


def test_entries_leave_as_a_file_in_which_nothing_is_a_formula(page: Page, town: TownPages) -> None:
    search(page, town, organisation="southmere")
    with page.expect_download() as came:
        page.get_by_role("button", name="Download as CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(came.value.path()).read_text("utf-8"))))
    assert [row["user"] for row in rows] == ["<b>x.other</b>"] * 2
    assert {row["kind"] for row in rows} == {"INTENT", "RELEASE"}


def test_the_state_of_the_log_is_signed_and_has_an_age(page: Page, town: TownPages) -> None:
    page.goto(f"{town.url}/log/state")
    assert "These pages know no witness" in page.locator("#checked").inner_text()
    assert "The checkpoint holds" in page.locator("#checked").inner_text()
    assert "ago" in page.locator("main").inner_text()


@pytest.mark.parametrize("path", AXE_PAGES)
def test_axe_finds_nothing_and_a_small_window_shows_all(
    small: Page, town: TownPages, axe: str, path: str
) -> None:
    small.goto(f"{town.url}{path}")
    assert violations(small, axe) == []
    assert sideways(small) == 0


def test_a_privacy_officer_sees_each_question_that_reached_their_agency_and_no_more(
    small: Page, town: TownPages
) -> None:
    town.sign_in(small, "A privacy officer", "/log")
    rows = small.locator("tbody tr").filter(has_text="A question")
    assert rows.count() >= 5
    turn_page(rows.first.get_by_role("link"))
    agencies = small.get_by_role("region", name="Agencies").locator("tbody tr")
    assert [row.split("\t")[0] for row in agencies.all_inner_texts()] == ["council"]
