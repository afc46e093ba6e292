"""The ways to every page and state of the practitioner's pages."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from playwright.sync_api import Page

from tests.support.console.told_gateway import ToldPages, agency_row

_WORKER: Final = {
    "role": "Health visitor",
    "service": None,
    "team": "0-11 nursing",
    "status": "OPEN",
    "leadPractitioner": True,
    "sensitive": False,
    "start": "2015-03",
    "end": None,
    "practitioner": {"name": "Jo Hart", "telephone": "01632 960001", "email": "jo@x.example"},
    "contact": {"telephone": "01632 960002", "email": None, "hours": "Mon-Fri", "name": "Team"},
}
ASKED: Final[tuple[Mapping[str, Any], ...]] = (
    agency_row(1, involvements=[_WORKER], asOf="2026-11-29T10:00:00Z"),
    agency_row(2, "TIMEOUT", retryable=True, detail="Agency 2 did not answer in time."),
    agency_row(3, "AMBIGUOUS", needs=["birth_date"]),
    agency_row(4, "NONE_FOUND"),
    agency_row(5, "NO_RECORD"),
    agency_row(6, "NOT_PERMITTED", withheld=[{"message": "Agency 6 gives nothing for this."}]),
)


def sign_in(page: Page, url: str) -> None:
    """Sign in as the nurse."""
    page.goto(f"{url}/sign-in")
    page.get_by_role("button", name="A nurse").click()
    page.wait_for_url(f"{url}/")


def walk_to(state: str, page: Page, pages: ToldPages) -> None:
    """Bring a page to a state, whatever it shows now."""
    pages.next(rows=ASKED)
    STATES[state](page, pages)


def _home(page: Page, pages: ToldPages) -> None:
    page.goto(f"{pages.url}/")


def _reason(page: Page, pages: ToldPages) -> None:
    page.goto(f"{pages.url}/find")
    for folded in page.locator("summary").all():
        folded.click()


def _reason_wrong(page: Page, pages: ToldPages) -> None:
    _reason(page, pages)
    page.get_by_role("button", name="Continue").click()
    page.locator(".govuk-error-summary").wait_for()


def _known(page: Page, pages: ToldPages) -> None:
    page.goto(f"{pages.url}/find")
    page.get_by_label("To give health care").check()
    page.get_by_label("Why do you need to know?").fill("She is on our ward")
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("You know more: other names").click()


def _known_wrong(page: Page, pages: ToldPages) -> None:
    _known(page, pages)
    page.get_by_role("button", name="Ask the agencies").click()
    page.locator(".govuk-error-summary").wait_for()


def _sent(page: Page, pages: ToldPages) -> None:
    _known(page, pages)
    page.get_by_label("NHS number").fill("9996604659")
    page.get_by_label("Family name", exact=True).fill("Rowan")
    page.get_by_role("button", name="Ask the agencies").click()


def _coming(page: Page, pages: ToldPages) -> None:
    pages.next(rows=ASKED, pause_s=1.0)
    _sent(page, pages)
    page.locator("#waiting").wait_for()


def _answer(page: Page, pages: ToldPages) -> None:
    _sent(page, pages)
    page.locator("#state h2").wait_for()


def _broken(page: Page, pages: ToldPages) -> None:
    pages.next(rows=ASKED, stop_at=3)
    _answer(page, pages)


def _shielded(page: Page, pages: ToldPages) -> None:
    pages.next(rows=ASKED, restriction="UNKNOWN")
    _answer(page, pages)


def _emergency(page: Page, pages: ToldPages) -> None:
    _shielded(page, pages)
    page.get_by_role("button", name="This cannot wait: break the glass").click()
    page.get_by_role("heading", name="Break the glass").wait_for()


def _emergency_wrong(page: Page, pages: ToldPages) -> None:
    _emergency(page, pages)
    page.get_by_role("button", name="Break the glass, and ask").click()
    page.locator(".govuk-error-summary").wait_for()


def _refused(page: Page, pages: ToldPages) -> None:
    pages.next(refusal=(502, "text/html", "<h1>Bad gateway</h1>"))
    _sent(page, pages)
    page.get_by_text("This page says nothing about any child.").wait_for()


def _cleared(page: Page, pages: ToldPages) -> None:
    _answer(page, pages)
    page.get_by_role("button", name="Clear this page").click()


def _not_there(page: Page, pages: ToldPages) -> None:
    page.goto(f"{pages.url}/nowhere")


def _signed_out(page: Page, pages: ToldPages) -> None:
    page.goto(f"{pages.url}/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/signed-out")


def _nobody(page: Page, pages: ToldPages) -> None:
    page.goto(f"{pages.url}/find")


STATES: Final[Mapping[str, Callable[[Page, ToldPages], None]]] = {
    "home": _home,
    "reason": _reason,
    "reason with mistakes": _reason_wrong,
    "child": _known,
    "child with mistakes": _known_wrong,
    "coming": _coming,
    "answer": _answer,
    "broken off": _broken,
    "shielded": _shielded,
    "emergency": _emergency,
    "emergency with mistakes": _emergency_wrong,
    "refused": _refused,
    "cleared": _cleared,
    "not there": _not_there,
    "signed out": _signed_out,
    "nobody signed in": _nobody,
}
