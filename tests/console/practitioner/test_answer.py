"""What the page of an answer says beside its rows, with and without script; and what it prints."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from tests.support.console.browser import cleared_window
from tests.support.console.told_gateway import ToldPages, agency_row, told_pages

CASE: Final = "NB-2026-0417"
CHILD: Final = {"nhsNumber": "9996604659", "familyName": "Rowan", "birthDate": "9 3 2015"}


def said_by(*names: str) -> list[dict[str, Any]]:
    return [{"agency": {"name": name}, "asOf": None} for name in names]


CONFLICTS: Final = [
    {
        "field": "birth_date",
        "values": [
            {"value": "2015-03-09", "sources": said_by("Housing", "School")},
            {"value": "2015-09-03", "sources": said_by("Police")},
        ],
    },
    {
        "field": "lead_practitioner",
        "values": [
            {"value": "ANN DAY", "sources": said_by("School")},
            {"value": None, "sources": said_by("Police")},
        ],
    },
]
CHRONOLOGY: Final = [
    {"date": "2016", "kind": "status started", "summary": "Plan", "sources": said_by("Police")},
    {"date": None, "kind": "visit", "summary": None, "sources": said_by("School", "Housing")},
    {"date": None, "kind": None, "summary": None, "sources": said_by("School")},
]
KNOWN: Final = {
    "birthDate": None,
    "sex": None,
    "gpPractice": None,
    "leadPractitioner": {
        "role": "Social worker",
        "practitioner": {"name": "Jo Hart", "telephone": "01632 960881"},
        "contact": None,
        "agency": {"name": "Agency 2"},
    },
    **dict.fromkeys(("names", "identifiers", "addresses", "carers", "schools"), ()),
    **dict.fromkeys(("supportStatuses", "withheld"), ()),
    "chronology": CHRONOLOGY,
    "conflicts": CONFLICTS,
}
READ_AGAIN: Final = {
    "code": "READ_IT_AGAIN",
    "sentence": "Check these details as you typed them.",
    "details": ["birth_date", "family_name"],
}


@pytest.fixture(scope="module")
def pages(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldPages]:
    del browser  # it is there first: told_pages has no use without it
    with told_pages(tmp_path_factory.mktemp("pages")) as served:
        yield served


@pytest.fixture(scope="module", params=[True, False], ids=["with script", "without script"])
def page(request: pytest.FixtureRequest, browser: Browser, pages: ToldPages) -> Iterator[Page]:
    with cleared_window(browser, java_script_enabled=request.param) as context:
        page = context.new_page()
        page.goto(f"{pages.url}/sign-in")
        page.get_by_role("button", name="A nurse").click()
        page.wait_for_url(f"{pages.url}/")
        yield page


@pytest.fixture
def answer(page: Page, pages: ToldPages) -> Page:
    """The page of an answer of two agencies that disagree; asked for if a test left it."""
    if not page.locator("#state h2").count():
        pages.next(rows=(agency_row(1), agency_row(2)), last={"child": KNOWN, "ask": [READ_AGAIN]})
        page.goto(f"{pages.url}/find")
        page.get_by_label("To give health care").check()
        page.get_by_label("Why do you need to know?").fill("She is on our ward")
        page.get_by_label("Reference of your case").fill(CASE)
        page.get_by_role("button", name="Continue").click()
        for name, text in CHILD.items():
            page.locator(f"[name={name}]").fill(text)
        page.get_by_role("button", name="Ask the agencies").click()
        page.locator("#state h2").wait_for()
    return page


def test_who_leads_is_named_before_all_rows(answer: Page) -> None:
    told = answer.locator("#lead")
    assert told.inner_text().splitlines()[0] == "Jo Hart leads the support"
    assert "Social worker, Agency 2" in told.inner_text()
    assert told.get_by_role("link", name="01632 960881").count() == 1
    before = """(lead) => [...document.querySelectorAll(".ta-row")].every((row) =>
        lead.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_FOLLOWING)"""
    assert answer.locator(".ta-row").count() == 2
    assert told.evaluate(before)


def test_those_who_disagree_are_each_shown_with_what_they_say(answer: Page) -> None:
    disagreed = answer.get_by_role("heading", name="They disagree").locator("+ dl")
    assert disagreed.locator("dt").all_inner_texts() == ["Date of birth", "Lead practitioner"]
    assert disagreed.locator(".ta-fact").all_inner_texts() == [
        "9 March 2015\nSaid by Housing, School",
        "3 September 2015\nSaid by Police",
        "ANN DAY\nSaid by School",
        "kept back\nSaid by Police",
    ]


def test_what_happened_says_what_began_and_what_ended_and_who_says_so(answer: Page) -> None:
    happened = answer.get_by_role("heading", name="What happened").locator("+ ol > li")
    assert happened.all_inner_texts() == [
        "2016: Plan, status started\nSaid by Police",
        "Date not known: visit\nSaid by School, Housing",
        "Date not known: no words given\nSaid by School",
    ]


def test_a_printed_receipt_names_question_and_case_and_nothing_of_the_child(answer: Page) -> None:
    """Nor what the page says to a screen reader, row by row."""
    answer.locator("#said").evaluate("said => said.textContent = 'Agency 1: Has a record.'")
    answer.emulate_media(media="print")
    try:
        printed = answer.locator("body").inner_text()
    finally:
        answer.emulate_media(media="screen")
    for said in ("Receipt", "q-7", "7 of log.example", "Direct care", CASE):
        assert said in printed
    for hidden in ("Rowan", "999 660 4659", "Agency 1", "01632", "2015", "Ask about"):
        assert hidden in answer.locator("body").inner_text()
        assert hidden not in printed
    assert "Print" not in printed


def test_what_to_read_again_is_shown_beside_what_was_typed(answer: Page) -> None:
    assert "Check these details as you typed them." in answer.locator("#needs").inner_text()
    named = answer.locator("#needs li").all_inner_texts()
    assert named == ["date of birth", "family name"]
    answer.get_by_role("button", name="See what you typed").click()
    answer.get_by_text("Look at these first: date of birth, family name.").wait_for()
    for name, text in CHILD.items():
        assert (
            answer.locator(f"main form[action='/find/answer'] [name={name}]").input_value() == text
        )
