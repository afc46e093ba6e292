"""An agency sees how its systems are doing, joins with one, has it approved, and stops it."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from itertools import count

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page

from tests.support.console.browser import (
    cleared_window,
    new_tab,
    sideways,
    stored,
    turn_page,
    violations,
)
from tests.support.console.town_pages import TownPages

IT = "An agency's IT"
APPROVER = "An agency's approver"
BOTH = "An agency's IT who approves too"  # the same account as the IT's
REPLY = {
    "children": [{"id": "p-1", "nhs": "9434765919", "surname": "Realname", "dob": "2011-02-03"}]
}
# As somebody sends it who writes the form of another person's page into their own.
SUSPEND = """() => { const form = document.querySelector("header form");
    form.action = "/sources/suspend";
    for (const [name, value] of [["source", "council"], ["version", "1"], ["reason", "Stop"]])
        form.append(Object.assign(document.createElement("input"), {name, value}));
    form.submit(); }"""
As = Callable[..., Page]
Windows = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def windows(browser: Browser) -> Iterator[Windows]:
    """Gives a small window, by how many are open beside it; without script if that is said."""
    with ExitStack() as opened:

        @cache
        def window(beside: int, *, script: bool) -> BrowserContext:
            del beside
            small = {"width": 320, "height": 256}
            window = cleared_window(browser, viewport=small, java_script_enabled=script)
            return opened.enter_context(window)

        yield window


@pytest.fixture
def signed_in(windows: Windows, town: TownPages) -> Iterator[As]:
    """Opens a page in a small window for somebody who signs in; without script if that is said."""
    beside = count()
    with ExitStack() as tabs:

        def opened(who: str, first: str, *, script: bool = True) -> Page:
            page = tabs.enter_context(new_tab(windows(next(beside), script=script)))
            town.sign_in(page, who, first)
            return page

        yield opened


def is_sound(page: Page, axe: str) -> None:
    assert violations(page, axe) == []
    assert sideways(page) == 0


def draft(page: Page, source: str, address: str, sample: bytes) -> None:
    answered(page, source, address)
    file = FilePayload(name="reply.json", mimeType="application/json", buffer=sample)
    page.get_by_label("A sample, if you have one").set_input_files([file])
    page.get_by_role("button", name="Draft a manifest").click()
    page.get_by_role("heading", name="Complete the manifest").wait_for()


def answered(page: Page, source: str, address: str) -> None:
    """Give the five answers."""
    page.get_by_label("Id of the system").fill(source)
    page.get_by_label("Your organisation's name").fill("<b>Council</b> two")
    page.get_by_label("Its sector").select_option("HEALTH")
    page.get_by_label("Telephone of the duty contact").fill("01632 960 321")
    page.get_by_label("Address of the system").fill(address)


def completed(page: Page) -> None:
    """What only the agency can say: how its system is asked, and where it serves."""
    field = page.get_by_label("Manifest", exact=True)
    text = field.input_value()
    text = text.replace('nhs_number = "{nhs_number}"', 'nhs = "{nhs_number}"')
    text = text.replace("[agency]", '[agency]\nareas = ["E09990001"]')
    field.fill(text.replace('path = "/children" # CHANGE', 'path = "/children"'))


def test_each_system_is_there_with_its_state_and_health(signed_in: As, axe: str) -> None:
    page = signed_in("An operator", "/sources")
    row = page.get_by_role("row").filter(has_text="spine, version 1")
    assert "Asked" in row.inner_text()
    assert "No trouble" in row.inner_text()
    is_sound(page, axe)
    turn_page(row.get_by_role("link"))
    assert "Circuit breaker\nclosed" in page.locator("main").inner_text()
    is_sound(page, axe)
    page.get_by_role("button", name="Suspend spine").click()
    assert "Say why" in page.locator(".govuk-error-summary").inner_text()
    assert "Say why" in page.locator(".govuk-form-group--error").inner_text()
    is_sound(page, axe)


def test_an_agency_joins_is_approved_by_another_person_and_is_suspended(
    signed_in: As, town: TownPages, axe: str
) -> None:
    address = town.grant("council-two", "council")
    page = signed_in(IT, "/sources/new")
    draft(page, "council-two", address, json.dumps(REPLY).encode())
    assert "Realname" not in page.content()
    assert "9434765919" not in page.content()
    is_sound(page, axe)
    completed(page)
    page.get_by_label("NHS number").fill("943 476 5919")
    page.get_by_role("button", name="Check it, and ask the system now").click()
    assert "May be a person's" in page.locator(".govuk-error-summary").inner_text()
    page.get_by_label("NHS number").fill("999 000 0018")
    page.get_by_role("button", name="Check it, and ask the system now").click()
    page.get_by_role("heading", name="What happened").wait_for()
    assert f"GET {address}/children?nhs=9990000018" in page.locator("#tried").inner_text()
    assert stored(page) == []
    is_sound(page, axe)
    page.get_by_role("button", name="Propose it").click()
    page.get_by_role("heading", name="Proposed: council-two, version 1").wait_for()
    is_sound(page, axe)
    turn_page(page.get_by_role("link", name="Open this version"))
    assert page.get_by_role("button", name="Approve").count() == 0
    proposed = signed_in(BOTH, "/sources/council-two/1")
    an_approver_is_refused_what_they_proposed(proposed, axe)
    it_is_approved_and_suspended(signed_in(APPROVER, "/sources", script=False), town)


def an_approver_is_refused_what_they_proposed(page: Page, axe: str) -> None:
    turn_page(page.get_by_role("button", name="Approve version 1 of council-two"))
    refused = page.locator(".govuk-error-summary").inner_text()
    assert refused == "This was not done\nAnother person must approve what you registered."
    assert "Waits for approval" in page.locator("main").inner_text()
    assert "It counts now" not in page.content()
    is_sound(page, axe)


def it_is_approved_and_suspended(page: Page, town: TownPages) -> None:
    waiting = page.get_by_role("row").filter(has_text="council-two, version 1")
    assert "Waits for approval" in waiting.inner_text()
    turn_page(waiting.get_by_role("link"))
    assert 'id = "council-two"' in page.locator("main").inner_text()
    page.get_by_label("NHS number").fill("9990000018")
    turn_page(page.get_by_role("button", name="Ask the system now"))
    assert "What happened" in page.locator("main").inner_text()
    turn_page(page.get_by_role("button", name="Approve version 1 of council-two"))
    assert "It counts now, at every gateway." in page.locator("main").inner_text()
    page.goto(f"{town.url}/sources")
    row = page.get_by_role("row").filter(has_text="council-two, version 1")
    assert "Not asked yet" in row.inner_text()
    row.get_by_role("link").click()
    page.get_by_label("Why must it not be asked?").fill("It is replaced")
    turn_page(page.get_by_role("button", name="Suspend council-two"))
    assert "Suspended, and not asked" in page.locator("main").inner_text()


def test_what_is_missing_is_named_beside_its_field(signed_in: As, axe: str) -> None:
    page = signed_in(IT, "/sources/new")
    is_sound(page, axe)
    turn_page(page.get_by_role("button", name="Draft a manifest"))
    assert page.locator(".govuk-error-summary a").count() == 5
    is_sound(page, axe)
    answered(page, "council-two", "http://127.0.0.1:9")
    page.get_by_label("Or where your system").fill("http://169.254.169.254/latest")
    page.get_by_role("button", name="Draft a manifest").click()
    page.locator("#at-error").wait_for()
    assert "operator" in page.locator(".govuk-error-summary").inner_text()
    is_sound(page, axe)


def test_the_rules_say_who_gets_what_and_why_not(signed_in: As, axe: str) -> None:
    page = signed_in(APPROVER, "/rules")
    page.get_by_label("Which system of yours?").select_option("council")
    page.get_by_label("What kind of organisation asks?").select_option("POLICE")
    page.get_by_label("In what role?").fill("practitioner")
    turn_page(page.get_by_role("button", name="Show what they get"))
    assert page.locator(".govuk-error-summary a").all_inner_texts() == ["Choose a purpose."]
    page.get_by_label("For what purpose?").select_option("SAFEGUARDING")
    turn_page(page.get_by_role("button", name="Show what they get"))
    assert page.get_by_role("heading", name="What they get").count() == 1
    assert page.locator("tbody tr").count() > 3
    is_sound(page, axe)
    assert "spine" not in page.get_by_label("Which system of yours?").inner_text()


def test_of_other_agencies_nothing_is_claimed_and_no_link_leads_nowhere(
    signed_in: As, axe: str
) -> None:
    page = signed_in("A privacy officer", "/sources")
    rows = page.locator("tbody tr")
    assert rows.first.get_by_role("link").inner_text().startswith("council, version 1")
    spine = rows.filter(has_text="spine, version 1")
    assert spine.get_by_role("link").count() == 0
    assert "Its agency is told" in spine.inner_text()
    is_sound(page, axe)
    page = signed_in("An auditor", "/rules")
    assert "It is for people with another role." in page.locator("main").inner_text()
    is_sound(page, axe)


def test_a_person_without_the_right_is_offered_nothing_and_told_so_by_the_gateway(
    signed_in: As, town: TownPages, axe: str
) -> None:
    page = signed_in("A privacy officer", "/sources/council/1")
    assert page.locator("main form").count() == 0
    page.evaluate(SUSPEND)
    page.locator(".govuk-error-summary").wait_for()
    assert page.locator(".govuk-error-summary").inner_text().startswith("This was not done")
    assert "It counts now" not in page.content()
    is_sound(page, axe)
    page.goto(f"{town.url}/sources/spine/1")
    assert page.get_by_role("heading", name="No such system").count() == 1
    is_sound(page, axe)
