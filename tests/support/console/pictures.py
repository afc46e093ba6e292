"""The pictures of docs/pages.md, made anew: `make pages`, or `make pages ARGS="team join"`."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from playwright.sync_api import FloatRect, Page, ViewportSize

from tests.support.console.browser import chromium, new_window
from tests.support.console.demo_pages import (
    CAST,
    DemoPages,
    about,
    answered,
    ask,
    demo_pages,
    find_team,
    say_why,
    sign_in,
)
from tests.support.console.joining import (
    APPROVER,
    IT,
    SOURCE,
    proposed,
    read_by_approver,
    tried,
)
from tests.support.docs.pages import ROOT

Walk = Callable[[Page, DemoPages], None]
FOLDER: Final = ROOT / "docs/pages"
_WINDOW: Final = ViewportSize(width=800, height=900)
_LONGEST: Final = 1500  # pixels of a picture; what is below shows no more of how it looks


def main() -> None:
    """Start the demo, walk to each page, and write its picture."""
    FOLDER.mkdir(exist_ok=True)
    with chromium() as browser, demo_pages() as demo:
        for name in sys.argv[1:] or PICTURES:
            with new_window(browser, viewport=_WINDOW) as window:
                page = window.new_page()
                PICTURES[name](page, demo)
                _write(page, FOLDER / f"{name}.png")


def _write(page: Page, file: Path) -> None:
    height: int = page.evaluate("document.documentElement.scrollHeight")
    width: int = page.evaluate("innerWidth")
    part = FloatRect(x=0, y=0, width=width, height=min(_LONGEST, height))
    page.screenshot(path=file, full_page=True, clip=part, animations="disabled")


def _who(page: Page, demo: DemoPages) -> None:
    page.goto(f"{demo.url}/sign-in")


def _first(page: Page, demo: DemoPages) -> None:
    sign_in(page, demo.url)


def _why(page: Page, demo: DemoPages) -> None:
    sign_in(page, demo.url)
    page.goto(f"{demo.url}/find")
    page.get_by_role("button", name="Continue").click()


def _known(page: Page, demo: DemoPages) -> None:
    sign_in(page, demo.url)
    say_why(page, demo.url)


def _mistake(page: Page, demo: DemoPages) -> None:
    _known(page, demo)
    ask(page, {**about(CAST.many_services.child), "NHS number": "999 660 4658"})
    page.locator(".govuk-error-summary").wait_for()


def _team(page: Page, demo: DemoPages) -> None:
    sign_in(page, demo.url)
    find_team(page, demo.url, CAST.many_services.child)


def _facts(page: Page, demo: DemoPages) -> None:
    _team(page, demo)
    page.evaluate("document.querySelectorAll('.ta-group').forEach((each) => each.remove())")


def _shielded(page: Page, demo: DemoPages) -> None:
    sign_in(page, demo.url)
    find_team(page, demo.url, CAST.shielded.child, ("Northbrook", "Easthallow"))


def _twin(page: Page, demo: DemoPages) -> None:
    sign_in(page, demo.url)
    find_team(page, demo.url, CAST.twin.child, ("Easthallow", "Southmere"))
    page.evaluate("document.querySelectorAll('.ta-group').forEach((each) => each.remove())")


def _break_glass(page: Page, demo: DemoPages) -> None:
    """Somebody types another given name: nobody is certain, so nobody can say "not shielded"."""
    sign_in(page, demo.url)
    say_why(page, demo.url)
    ask(page, {**about(CAST.many_services.child), "Given names": "Zeb"})
    answered(page)
    page.get_by_role("button", name="This cannot wait: break the glass").click()
    page.get_by_label("Why can this not wait?").fill("She is at our door, and hurt")


def _telephone(page: Page, demo: DemoPages) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    sign_in(page, demo.url)
    say_why(page, demo.url)
    ask(page, about(CAST.moved.child))
    answered(page)


def _looks(page: Page, demo: DemoPages) -> None:
    sign_in(page, demo.url, "A young person")
    page.goto(f"{demo.url}/who-looked")


def _looks_in_polish(page: Page, demo: DemoPages) -> None:
    sign_in(page, demo.url, "A parent of the same child")
    page.goto(f"{demo.url}/who-looked?lang=pl")


def _auditors(path: str) -> Walk:
    def walk(page: Page, demo: DemoPages) -> None:
        sign_in(page, demo.url, "Auditor")
        page.goto(f"{demo.url}{path}")

    return walk


def _review(page: Page, demo: DemoPages) -> None:
    _auditors("/alerts")(page, demo)
    page.get_by_role("link", name="review here").first.click()


def _join(page: Page, demo: DemoPages) -> None:
    sign_in(page, demo.url, IT)
    page.goto(f"{demo.url}/sources/new")


def _approve(page: Page, demo: DemoPages) -> None:
    proposed(page, demo)
    page.context.clear_cookies()
    read_by_approver(page, demo)


def _rules(page: Page, demo: DemoPages) -> None:
    """Once the clinic's system is in force, its own people may look at what it gives."""
    sign_in(page, demo.url, APPROVER)
    page.goto(f"{demo.url}/sources")
    page.get_by_role("row").filter(has_text=SOURCE).last.get_by_role("link").click()
    page.get_by_role("button", name="Approve version").click()
    page.get_by_text("It counts now").wait_for()
    page.goto(f"{demo.url}/rules")
    page.get_by_label("Which system of yours?").select_option(SOURCE)
    page.get_by_label("What kind of organisation asks?").select_option("SOCIAL_CARE")
    page.get_by_label("In what role?").fill("practitioner")
    page.get_by_label("For what purpose?").select_option("SAFEGUARDING")
    page.get_by_role("button", name="Show what they get").click()


def _operators(path: str) -> Walk:
    def walk(page: Page, demo: DemoPages) -> None:
        sign_in(page, demo.url, "Operator of the gateway")
        page.goto(f"{demo.url}{path}")

    return walk


def _systems(page: Page, demo: DemoPages) -> None:
    """A question was asked before, so the system that is away is known to be."""
    _team(page, demo)
    page.context.clear_cookies()
    _operators("/sources")(page, demo)


PICTURES: Final[Mapping[str, Walk]] = {
    "who-you-are": _who,
    "first-page": _first,
    "why": _why,
    "child": _known,
    "mistake": _mistake,
    "team": _team,
    "facts": _facts,
    "shielded": _shielded,
    "twin": _twin,
    "break-glass": _break_glass,
    "telephone": _telephone,
    "looks": _looks,
    "looks-in-polish": _looks_in_polish,
    "alerts": _auditors("/alerts"),
    "review": _review,
    "log": _auditors("/log"),
    "log-state": _auditors("/log/state"),
    "join": _join,
    "tried": tried,
    "approve": _approve,
    "rules": _rules,
    "operations": _operators("/operations"),
    "systems": _systems,
}

if __name__ == "__main__":
    main()
