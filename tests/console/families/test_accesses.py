"""A family sees who looked, in plain words, and learns nothing else from asking."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.console.browser import (
    cleared_window,
    new_tab,
    sideways,
    stored,
    turn_page,
    violations,
)
from tests.support.console.reading import grade
from tests.support.console.told_gateway import told_pages
from tests.support.console.town_pages import TownPages
from tests.support.console.walking import sign_in

MARK = re.compile(rb'value="[\w-]{16}\.\d{10}\.[0-9a-f]{64}"')
HARD = (
    "Notwithstanding considerations of confidentiality, organisations investigating"
    " safeguarding allegations are statutorily obligated to communicate information."
)


@pytest.fixture(scope="module")
def small(browser: Browser) -> Iterator[BrowserContext]:
    with cleared_window(browser, viewport={"width": 320, "height": 256}) as window:
        yield window


@pytest.fixture
def page(small: BrowserContext) -> Iterator[Page]:
    with new_tab(small) as tab:
        yield tab


def looked(town: TownPages, page: Page, who: str, query: str = "") -> None:
    """Sign in, and open the list."""
    town.sign_in(page, who, f"/who-looked{query}")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_young_person_sees_who_looked_why_and_whom_to_ask(
    browser: Browser, town: TownPages, *, script: bool
) -> None:
    with cleared_window(browser, java_script_enabled=script) as context:
        page = context.new_page()
        looked(town, page, "A young person")
        (first, second, third) = page.locator("main .ta-row").all()
        assert first.locator("h2").inner_text().startswith("southmere")
        for line in ("23 November 2026, 12:02", "To keep a child safe.", "Agency spine"):
            assert line in first.inner_text()
        assert "Its website may have one" in first.inner_text()
        assert second.get_by_role("link", name="01632 960010").count() == 1
        assert second.get_by_role("link", name="records@northbrook.example").count() == 1
        assert len({each.locator(".ta-reference").inner_text() for each in (second, third)}) == 2
        assert "held-back" not in page.content()


def test_looks_by_one_person_are_told_apart_without_a_name(page: Page, town: TownPages) -> None:
    looked(town, page, "A young person")
    who = [re.findall(r"Person \d", each) for each in page.locator(".ta-row").all_inner_texts()]
    assert who == [["Person 2"], ["Person 1"], ["Person 1"]]
    assert "2 people made the looks on this page." in page.locator("main").inner_text()
    assert "s.worker" not in page.content()
    assert "x.other" not in page.content()


def test_none_held_back_and_unknown_are_the_same_page_to_the_byte(
    page: Page, town: TownPages
) -> None:
    seen = set()
    for who in ("A young person whose looks are held back", "A young person nobody knows"):
        looked(town, page, who)
        response = page.goto(f"{town.url}/who-looked")
        assert response is not None
        assert "There is nothing that can be shown now." in page.locator("main").inner_text()
        seen.add((MARK.sub(b"", response.body()), len(response.body())))
    assert len(seen) == 1


def test_a_parent_of_two_says_which_child(page: Page, town: TownPages) -> None:
    looked(town, page, "A parent of two")
    show = page.get_by_role("button", name="Show the list")
    page.get_by_label("Day").fill("31")
    page.get_by_label("Month").fill("2")
    turn_page(show)
    assert "Write a real date" in page.locator(".govuk-error-summary").inner_text()
    assert "Write a real date" in page.locator(".govuk-form-group--error").inner_text()
    for label, text in (("Day", "9"), ("Month", "3"), ("Year", "2015")):
        page.get_by_label(label).fill(text)
    turn_page(show)
    assert page.locator("main .ta-row").count() == 3
    assert page.url == f"{town.url}/who-looked/list"
    assert "2015" not in page.title()
    assert stored(page) == []


def test_two_children_in_two_tabs_never_mix(page: Page, town: TownPages) -> None:
    looked(town, page, "A parent of two")
    tabs = [page, page.context.new_page()]
    tabs[1].goto(f"{town.url}/who-looked")
    for tab, born in zip(tabs, (("9", "3", "2015"), ("4", "5", "2016")), strict=True):
        for label, text in zip(("Day", "Month", "Year"), born, strict=True):
            tab.get_by_label(label).fill(text)
    for tab in reversed(tabs):
        turn_page(tab.get_by_role("button", name="Show the list"))
    assert [tab.locator("main .ta-row").count() for tab in tabs] == [3, 0]
    assert "There is nothing that can be shown now." in tabs[1].locator("main").inner_text()
    for tab, other in zip(tabs, (b"2016", b"2015"), strict=True):
        assert other not in MARK.sub(b"", tab.content().encode())  # chance may write it in a mark


def test_nobody_who_is_confirmed_by_nothing_learns_more(page: Page, town: TownPages) -> None:
    looked(town, page, "A parent of two")
    for label, text in (("Day", "9"), ("Month", "3"), ("Year", "2014")):
        page.get_by_label(label).fill(text)
    turn_page(page.get_by_role("button", name="Show the list"))
    assert "There is nothing that can be shown now." in page.locator("main").inner_text()


def test_the_browser_and_a_link_choose_the_language_and_no_cookie_does(
    browser: Browser, town: TownPages
) -> None:
    with cleared_window(browser, locale="pl-PL") as context:
        page = context.new_page()
        looked(town, page, "A young person")
        kept = {cookie["name"] for cookie in context.cookies()}
        assert page.locator("html").get_attribute("lang") == "pl"
        assert page.title().startswith("Kto zaglądał do moich danych?")
        assert "23 listopada 2026" in page.locator("main").inner_text()
        assert "Pytania na tej stronie zadały 2 osoby." in page.locator("main").inner_text()
        assert "Nikt jej jeszcze nie sprawdził" in page.locator("body").inner_text()
        page.get_by_role("link", name="English").click()
        page.get_by_role("heading", name="Who looked at my record?").wait_for()
        assert page.title().startswith("Who looked at my record?")
        assert {cookie["name"] for cookie in context.cookies()} == kept


@pytest.mark.parametrize(
    ("who", "query"),
    [
        ("A young person", ""),
        ("A young person", "?lang=pl"),
        ("A young person nobody knows", ""),
        ("A parent of two", ""),
        ("A child of eleven", ""),
    ],
)
def test_each_page_is_easy_to_read_and_to_use(
    page: Page, town: TownPages, axe: str, who: str, query: str
) -> None:
    looked(town, page, who, query)
    assert violations(page, axe) == []
    assert sideways(page) == 0
    if not query:
        told = page.locator("main").locator("p, li, h1, h2, dt").all_inner_texts()
        prose = page.locator("main").locator("p:not(dd p), li").all_inner_texts()
        assert grade("\n".join(told)) <= 6
        assert grade("\n".join(prose)) <= 6
        assert max(map(grade, filter(_is_text, prose))) <= 8


def test_a_gateway_that_fails_is_never_taken_for_nobody(
    page: Page, tmp_path: Path, axe: str
) -> None:
    with told_pages(tmp_path) as told:
        told.next(refusal=(502, "text/html", "<h1>Bad gateway</h1>"))
        sign_in(page, told.url)
        page.goto(f"{told.url}/who-looked")
        text = page.locator("main").inner_text()
        assert "This does not mean that no one has looked." in text
        assert "nothing that can be shown" not in text
        assert violations(page, axe) == []
        assert grade(text) <= 6


def _is_text(paragraph: str) -> bool:
    return len(paragraph.split()) >= 8


def test_a_hard_text_would_be_found() -> None:
    assert grade(HARD) > 12
    assert grade("We write down each time they do. These are the looks.") < 4
