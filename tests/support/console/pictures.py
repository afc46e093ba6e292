"""The pictures of docs/pages.md, made anew: `make pages`."""

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
from tests.support.docs.pages import ROOT

FOLDER: Final = ROOT / "docs/pages"
_WINDOW: Final = ViewportSize(width=800, height=900)
_LONGEST: Final = 1500  # pixels of a picture; what is below shows no more of how it looks


def main() -> None:
    """Start the demo, walk to each page, and write its picture."""
    FOLDER.mkdir(exist_ok=True)
    with chromium() as browser, demo_pages() as demo:
        for name, walk in PICTURES.items():
            with new_window(browser, viewport=_WINDOW) as window:
                page = window.new_page()
                walk(page, demo)
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


def _telephone(page: Page, demo: DemoPages) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    sign_in(page, demo.url)
    say_why(page, demo.url)
    ask(page, about(CAST.moved.child))
    answered(page)


PICTURES: Final[Mapping[str, Callable[[Page, DemoPages], None]]] = {
    "who-you-are": _who,
    "first-page": _first,
    "why": _why,
    "child": _known,
    "mistake": _mistake,
    "team": _team,
    "facts": _facts,
    "shielded": _shielded,
    "twin": _twin,
    "telephone": _telephone,
}

if __name__ == "__main__":
    main()
