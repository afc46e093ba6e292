"""A practitioner finds the team around a child in the demo, in a real browser."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Error, Page

from console.pages.words import grouped
from demo.population.caseload import town
from demo.population.places import NORTHBROOK
from tests.support.console.browser import cleared_window, stored, turn_page
from tests.support.console.demo_pages import (
    CASE,
    CAST,
    EVERYWHERE,
    WHY,
    DemoPages,
    about,
    answered,
    ask,
    find_team,
    shown_team,
    sign_in,
    why_said,
)

TOWN = town()
MIRA = CAST.many_services.child
SHIELDED = CAST.shielded.child
TWIN = CAST.twin.child


@pytest.fixture(scope="module", params=[True, False], ids=["with script", "without script"])
def page(request: pytest.FixtureRequest, browser: Browser, demo: DemoPages) -> Iterator[Page]:
    with cleared_window(browser, java_script_enabled=request.param) as context:
        opened = context.new_page()
        sign_in(opened, demo.url)
        yield opened


@pytest.fixture(scope="module")
def one_page(browser: Browser) -> Iterator[Page]:
    with cleared_window(browser) as context:
        yield context.new_page()


@pytest.fixture
def live(one_page: Page, demo: DemoPages) -> Page:
    """A page signed in, also where another test signed out."""
    if not one_page.context.cookies():
        sign_in(one_page, demo.url)
    return one_page


@pytest.fixture
def team(page: Page, demo: DemoPages) -> Page:
    """Mira's answer, asked for now: another test may have asked again on the page that shows it."""
    shown_team(page, demo.url, MIRA)
    return page


def test_the_whole_team_is_there_with_numbers_to_ring(team: Page) -> None:
    assert team.locator("#group-known > li").count() >= 8
    worker = team.locator("#group-known a[href^='tel:']").first
    assert worker.get_attribute("href") == "tel:" + worker.inner_text().replace(" ", "")
    assert team.locator("#restriction").inner_text().startswith("No restriction is known.")
    assert "This is not the whole picture" in team.locator("#state").inner_text()
    assert "Ask them yourself. They are: Northbrook" in team.locator("#state").inner_text()


def test_what_happened_is_told_in_its_order_and_by_whom(team: Page) -> None:
    happened = team.get_by_role("heading", name="What happened").locator("+ ol > li")
    told = happened.all_inner_texts()
    began, ended = (
        told.index(f"{day}: Early help, involvement {what}\nSaid by Westering Early Help")
        for day, what in (("11 January 2016", "started"), ("16 February 2018", "ended"))
    )
    assert began < ended < len(told) - 1
    assert all("\nSaid by " in each for each in told)
    assert len({*told}) == len(told)


def test_who_did_not_answer_can_be_rung_and_asked_again(page: Page, demo: DemoPages) -> None:
    shown_team(page, demo.url, MIRA)
    silent = page.locator("#group-silent")
    assert "Northbrook Youth Justice" in silent.inner_text()
    assert silent.locator("a[href^='tel:']").count() == 1
    page.get_by_role("button", name="Ask it again").click()
    page.get_by_text("You asked 1 again.").wait_for()
    assert "Could not be reached" in page.locator("#group-silent").inner_text()


def test_asking_again_leaves_the_first_answer_where_it_is(live: Page, demo: DemoPages) -> None:
    shown_team(live, demo.url, MIRA)
    before = live.locator("#group-known > li").count()
    live.get_by_role("button", name="Ask it again").click()
    live.get_by_text("You asked 1 again.").wait_for()
    assert live.locator("#group-known > li").count() == before
    assert live.locator("#group-silent > li").count() == 1


def test_nothing_that_locates_a_shielded_child_is_shown(live: Page, demo: DemoPages) -> None:
    shown_team(live, demo.url, SHIELDED, ("Northbrook", "Easthallow"))
    assert "Treat this child as shielded" in live.locator("#restriction").inner_text()
    text = live.locator("main").inner_text()
    assert "Addresses" not in text
    assert "Schools" not in text
    assert "01632 960999" in text
    assert "Ask them yourself" not in text  # only the numbers on the page may be rung


def test_a_twin_is_apart_and_can_be_chosen_with_a_reason(page: Page, demo: DemoPages) -> None:
    shown_team(page, demo.url, TWIN, ("Easthallow", "Southmere"))
    twin = page.locator("#unresolved > ul > li").first
    assert "more likely a twin's" in twin.inner_text()
    assert "given name" in twin.inner_text()
    before = page.locator("#receipt dd").first.inner_text()
    twin.get_by_text("You know that this is the child's record").click()
    twin.get_by_label("How do you know?").fill("I have met this family")
    twin.get_by_role("button", name="Ask again with this record").click()
    page.wait_for_function("(before) => !document.body.innerText.includes(before)", arg=before)
    answered(page)
    assert page.locator("#group-known > li").count() >= 1


def test_whoever_told_too_little_is_asked_for_one_more_detail(page: Page, demo: DemoPages) -> None:
    child = next(each for each in TOWN.crowd if each.area == NORTHBROOK.code)
    why_said(page, demo.url).shown(page)
    page.get_by_label("Sex as recorded").select_option(child.sex.upper())
    ask(page, {label: text for label, text in about(child).items() if label != "NHS number"})
    answered(page)
    page.get_by_role("button", name="Tell more, and ask again").click()
    page.get_by_text("Look at these first:").wait_for()
    assert page.get_by_label("Family name", exact=True).input_value() == child.family
    ask(page, {"Postcode": child.home.postcode})
    page.locator("#group-known > li").first.wait_for()
    assert "Tell one more detail" not in page.locator("#needs").inner_text()


def test_who_typed_another_name_reads_it_again_and_finds_the_team(
    live: Page, demo: DemoPages
) -> None:
    why_said(live, demo.url).shown(live)
    ask(live, {**about(MIRA), "Given names": "Zeb"})
    answered(live)
    assert live.locator("#group-known > li").count() == 0
    assert "Check these details as you typed them" in live.locator("#needs").inner_text()
    live.get_by_role("button", name="See what you typed").click()
    live.get_by_text("Look at these first: date of birth, family name, given name, ").wait_for()
    assert live.get_by_label("Given names", exact=True).input_value() == "Zeb"
    ask(live, {"Given names": MIRA.given[0]})
    live.locator("#group-known > li").first.wait_for()
    answered(live)
    assert "Read it again" not in live.locator("#needs").inner_text()


@pytest.mark.parametrize(
    ("label", "typed", "said"),
    [
        ("NHS number", "999 660 4658", "check digit"),
        ("Date of birth", "9 Octember", "Write the date of birth as 9 3 2015"),
        ("Postcode", "nowhere", "postcode"),
    ],
)
def test_a_mistake_is_named_beside_its_field_and_above_the_form(
    live: Page, demo: DemoPages, label: str, typed: str, said: str
) -> None:
    why_said(live, demo.url).shown(live)
    ask(live, {**about(MIRA), label: typed})
    live.locator(".govuk-error-summary").wait_for()
    beside = live.locator(".govuk-form-group--error")
    assert said in beside.inner_text()
    assert beside.get_by_label(label).input_value() == typed.strip()
    assert said in live.locator(".govuk-error-summary").inner_text()
    assert live.get_by_label("Family name", exact=True).input_value() == MIRA.family


def test_the_reason_is_asked_first_and_kept_for_the_case_alone(live: Page, demo: DemoPages) -> None:
    live.goto(f"{demo.url}/find")
    turn_page(live.get_by_role("button", name="Continue"))
    assert live.locator(".govuk-error-summary a").count() == 2
    find_team(live, demo.url, MIRA)
    live.get_by_role("button", name="Ask about another child of this case").click()
    live.get_by_role("heading", name="What do you know about the child?").wait_for()
    assert CASE in live.locator("main").inner_text()
    assert live.locator(f"main input[value='{MIRA.family}']").count() == 0
    assert live.locator("input[name=justification]").first.get_attribute("value") == WHY


def test_no_address_title_or_store_of_the_browser_has_anything_of_the_child(
    live: Page, demo: DemoPages
) -> None:
    seen: list[str] = []
    live.on("request", lambda request: seen.append(request.url))
    shown_team(live, demo.url, MIRA)
    number = str(MIRA.nhs_number)
    secrets = (number, grouped(number), MIRA.family, MIRA.given[0], MIRA.born.isoformat())
    told = [*seen, live.url, live.title(), *stored(live)]
    assert not [text for text in told for secret in secrets if secret in text]
    assert stored(live) == []
    cookies = live.context.cookies()
    assert cookies
    for cookie in cookies:
        assert cookie["name"].startswith("__Host-")
        assert cookie["httpOnly"]
        assert cookie["secure"]


def test_no_file_or_log_of_the_demo_has_what_was_typed(live: Page, demo: DemoPages) -> None:
    shown_team(live, demo.url, MIRA)
    written = (file for file in (demo.state / "gateway").rglob("*") if file.is_file())
    text = b"".join(file.read_bytes() for file in written)
    number = str(MIRA.nhs_number)
    assert not [each for each in (number, grouped(number)) if each.encode() in text]
    assert WHY.encode() not in text


def test_two_children_in_two_tabs_never_mix(live: Page, demo: DemoPages) -> None:
    other = live.context.new_page()
    other.goto(f"{demo.url}/")
    why_said(live, demo.url).shown(live)
    why_said(other, demo.url).shown(other)
    ask(live, about(MIRA))
    ask(other, about(SHIELDED))
    answered(live)
    answered(other)
    assert MIRA.family in live.locator("#child").inner_text()
    assert MIRA.family in live.locator("#asked-about").inner_text()
    assert SHIELDED.family in other.locator("#asked-about").inner_text()
    assert SHIELDED.family not in live.content()
    assert MIRA.family not in other.content()
    other.close()  # in front of the page, it would rarely have the browser show the page


def test_a_button_clears_it(live: Page, demo: DemoPages) -> None:
    shown_team(live, demo.url, MIRA, EVERYWHERE)
    live.get_by_role("button", name="Clear this page").click()
    live.get_by_role("heading", name="This page was cleared").wait_for()
    assert MIRA.family not in live.content()


def test_a_page_that_is_left_goes_blank_and_going_back_shows_nothing(
    live: Page, demo: DemoPages
) -> None:
    shown_team(live, demo.url, MIRA)
    worker = live.locator(".ta-person strong").first.inner_text()
    live.get_by_role("button", name="Sign out").click()
    live.wait_for_url("**/signed-out")
    for _ in range(4):
        with suppress(Error):  # the browser would have to send the form again, and does not
            live.go_back()
        assert (
            worker not in live.locator("body").inner_text()
        )  # the demo itself names the children to try
    live.goto(f"{demo.url}/find")
    assert live.get_by_role("heading", name="Sign in").is_visible()
