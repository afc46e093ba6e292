"""The ways to every page and state of the practitioner's pages."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from playwright.sync_api import Page

from tests.support.console.browser import sign_in_unseen
from tests.support.console.told_gateway import ToldPages, agency_row
from tests.support.console.unseen import Pressed, read_unseen

_REASON: Final = {
    "purpose": "DIRECT_CARE",
    "justification": "She is on our ward",
    "caseReference": "NB-2026-0417",
}
_CHILD: Final = {"nhsNumber": "9996604659", "familyName": "Rowan"}
_DANGER: Final = {"emergencyWhy": "The father is on his way", "sure": "yes"}
_BREAK: Final = "Break the glass, and ask"
_OPEN: Final = "folded => { folded.closest('details').open = true; }"
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


_SAYS: Final = [{"agency": {"name": "Agency 1"}, "asOf": None}]
_KEPT: Final = [{"message": "You are not told where. Ring the shield team on 01632 960999."}] * 2
EVERYTHING: Final[Mapping[str, Any]] = {
    "completeness": {"notConnected": ["Housing", "Probation"]},
    "ask": [
        {"code": "TELL_ONE_MORE", "sentence": "Tell the first of these.", "details": ["sex"]},
        {"code": "READ_IT_AGAIN", "sentence": "Check these.", "details": ["family_name"]},
    ],
    "unresolved": [
        {
            "key": f"k-{number}",
            "agency": {"name": f"Agency {number}"},
            "grade": "PROBABLE",
            "agreed": ["family_name"],
            "differed": ["given_name"],
            "notHeld": [],
            "likelyOther": other,
            "reason": reason,
        }
        for number, other, reason in (
            (3, None, {"sentence": "The given name differs."}),
            (4, "TWIN", None),
        )
    ],
    "child": {
        "names": [{"given": ["Mira"], "family": "Rowan", "use": "FORMER", "sources": _SAYS}],
        "birthDate": {"value": "2015-03-09", "estimated": True, "sources": _SAYS},
        "sex": {"value": "FEMALE", "sources": _SAYS},
        "identifiers": [{"scheme": "nhs_number", "value": None, "sources": _SAYS}],
        "addresses": [
            {"lines": ["1 Road"], "postcode": "QN1 4GA", "current": False, "sources": _SAYS}
        ],
        "carers": [
            {
                "name": "Ann",
                "relationship": "mother",
                "parentalResponsibility": True,
                "telephone": "01632 960111",
                "sources": _SAYS,
            }
        ],
        "schools": [{"name": "School", "start": "2020", "end": "2021", "sources": _SAYS}],
        "gpPractice": {"name": "Practice", "telephone": "01632 960112", "sources": _SAYS},
        "supportStatuses": [
            {"code": "EARLY_HELP", "label": None, "start": "2020", "end": None, "sources": _SAYS}
        ],
        "leadPractitioner": {
            "role": "Social worker",
            "practitioner": {"name": "Jo Hart", "telephone": "01632 960001"},
            "contact": {"telephone": "01632 960002"},
            "agency": {"name": "Agency 1"},
        },
        "chronology": [{"date": "2016", "kind": "visit", "summary": None, "sources": _SAYS}],
        "conflicts": [{"field": "sex", "values": [{"value": "MALE", "sources": _SAYS}]}],
        "withheld": _KEPT,
    },
}


def sign_in(page: Page, url: str) -> None:
    """Sign in as the nurse."""
    sign_in_unseen(page, url, "A nurse")


def walk_to(state: str, page: Page, pages: ToldPages) -> None:
    """Bring a page to a state, whatever it shows now."""
    pages.next(rows=ASKED)
    STATES[state](page, pages)


def _home(page: Page, pages: ToldPages) -> None:
    page.goto(f"{pages.url}/")


def _reason(page: Page, pages: ToldPages) -> None:
    page.goto(f"{pages.url}/find")
    page.locator("summary").evaluate_all(f"all => all.forEach({_OPEN})")


def _reason_wrong(page: Page, pages: ToldPages) -> None:
    Pressed.on(read_unseen(page, f"{pages.url}/find"), "Continue").shown(page)
    page.locator(".govuk-error-summary").wait_for()


def _with_reason(page: Page, pages: ToldPages) -> Pressed:
    """What sends the first form, filled in."""
    form = read_unseen(page, f"{pages.url}/find")
    return Pressed.on(form, "Continue", **_REASON)


def _known(page: Page, pages: ToldPages) -> None:
    _with_reason(page, pages).shown(page)
    page.get_by_text("You know more: other names").evaluate(_OPEN)


def _known_wrong(page: Page, pages: ToldPages) -> None:
    form = _with_reason(page, pages).unseen(page, pages.url)
    Pressed.on(form, "Ask the agencies").shown(page)
    page.locator(".govuk-error-summary").wait_for()


def _with_child(page: Page, pages: ToldPages) -> Pressed:
    """What sends the second form, once both are filled in."""
    form = _with_reason(page, pages).unseen(page, pages.url)
    return Pressed.on(form, "Ask the agencies", **_CHILD)


def sent(page: Page, pages: ToldPages) -> None:
    """Fill in both forms, and ask."""
    _with_child(page, pages).shown(page)


def _coming(page: Page, pages: ToldPages) -> None:
    pages.next(rows=ASKED, pause_s=1.0)
    sent(page, pages)
    page.locator("#waiting").wait_for()


def _answer(page: Page, pages: ToldPages) -> None:
    sent(page, pages)
    page.locator("#state h2").wait_for()


def _everything(page: Page, pages: ToldPages) -> None:
    """An answer that has all that one can have."""
    pages.next(rows=ASKED, last=EVERYTHING)
    _answer(page, pages)


def _all_answered(page: Page, pages: ToldPages) -> None:
    pages.next(rows=[agency_row(n, "NO_RECORD") for n in range(1, 31)])
    _answer(page, pages)


def _again(page: Page, pages: ToldPages) -> None:
    _answer(page, pages)
    page.get_by_role("button", name="Ask it again").click()
    page.get_by_text("You asked 6 again.").wait_for()


def _read_again(page: Page, pages: ToldPages) -> None:
    _everything(page, pages)
    page.get_by_role("button", name="See what you typed").click()
    page.get_by_text("Look at these first:").wait_for()


def _glass(restriction: str) -> Callable[[Page, ToldPages], None]:
    def walk(page: Page, pages: ToldPages) -> None:
        form = _breaking(page, pages).unseen(page, pages.url)
        pages.next(rows=ASKED, restriction=restriction)
        Pressed.on(form, _BREAK, **_DANGER).shown(page)
        page.get_by_text("You broke the glass for this child.").wait_for()
        page.locator("#state h2").wait_for()

    return walk


def _leaving(page: Page, pages: ToldPages) -> None:
    """Signed out here, while the sign-in service leads nowhere else."""
    page.goto(f"{pages.url}/")
    page.route("**/end?*", lambda route: route.fulfill(status=204), times=1)
    # Asked for, not finished: a browser may call a way that leads nowhere failed.
    with page.expect_request(lambda asked: "/end?" in asked.url):
        page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign out there too").wait_for()


def _broken(page: Page, pages: ToldPages) -> None:
    pages.next(rows=ASKED, stop_at=3)
    _answer(page, pages)


def _broken_early(page: Page, pages: ToldPages) -> None:
    """Before it was known whether the child is shielded."""
    pages.next(rows=ASKED, stop_at=0, restriction=None)
    _answer(page, pages)


def _shielded(page: Page, pages: ToldPages) -> None:
    pages.next(rows=ASKED, restriction="UNKNOWN")
    _answer(page, pages)


def _breaking(page: Page, pages: ToldPages) -> Pressed:
    """What leads from an answer about a child who may be shielded to breaking the glass."""
    pages.next(rows=ASKED, restriction="UNKNOWN")
    answer = _with_child(page, pages).unseen(page, pages.url)
    return Pressed.on(answer, "This cannot wait: break the glass")


def _emergency(page: Page, pages: ToldPages) -> None:
    _breaking(page, pages).shown(page)
    page.get_by_role("heading", name="Break the glass").wait_for()


def _emergency_wrong(page: Page, pages: ToldPages) -> None:
    form = _breaking(page, pages).unseen(page, pages.url)
    Pressed.on(form, _BREAK).shown(page)
    page.locator(".govuk-error-summary").wait_for()


def _refused(page: Page, pages: ToldPages) -> None:
    pages.next(refusal=(502, "text/html", "<h1>Bad gateway</h1>"))
    sent(page, pages)
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
    page.context.clear_cookies()
    page.goto(f"{pages.url}/find")


STATES: Final[Mapping[str, Callable[[Page, ToldPages], None]]] = {
    "home": _home,
    "reason": _reason,
    "reason with mistakes": _reason_wrong,
    "child": _known,
    "child with mistakes": _known_wrong,
    "coming": _coming,
    "answer": _answer,
    "everything": _everything,
    "all answered": _all_answered,
    "asked again": _again,
    "read again": _read_again,
    "broken off": _broken,
    "broken off early": _broken_early,
    "shielded": _shielded,
    "emergency": _emergency,
    "emergency with mistakes": _emergency_wrong,
    "glass broken": _glass("NONE_KNOWN"),
    "glass broken without use": _glass("UNKNOWN"),
    "refused": _refused,
    "cleared": _cleared,
    "not there": _not_there,
    "signed out": _signed_out,
    "leaving": _leaving,
    "nobody signed in": _nobody,
}
