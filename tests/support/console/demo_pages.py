"""The demo as `make demo` runs it: agencies, gateway and pages; and who uses it."""

import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from demo.pages.served import ServedPages
from demo.population.caseload import town
from demo.population.people import Child
from demo.population.places import AREAS
from demo.processes.borough import Borough
from demo.processes.clinic import OldClinic
from demo.processes.gateway_process import GatewayProcess
from demo.yesterday import live_yesterday
from tests.support.console.unseen import Pressed, read_unseen

PRACTITIONER: Final = "Social worker"
WHY: Final = "Strategy discussion after a referral from the school"
CASE: Final = "NB-2026-0417"
EVERYWHERE: Final = ("Northbrook", "Easthallow", "Southmere", "Westering")


@dataclass(frozen=True, slots=True)
class DemoPages:
    """Where the pages are, the folder of everything that the demo writes, and a system."""

    url: str
    state: Path
    clinic: str


@contextmanager
def demo_pages() -> Iterator[DemoPages]:
    """The demo while it runs."""
    with (
        tempfile.TemporaryDirectory(prefix="teamaround-pages-") as folder,
        Borough(Path(folder) / "borough") as borough,
        _clinic(borough) as clinic,
        GatewayProcess(
            Path(folder) / "gateway", borough.files, 0, before=live_yesterday
        ) as gateway,
        ServedPages(gateway, 0, clinic=clinic) as pages,
    ):
        yield DemoPages(pages.url, Path(folder), clinic)


@contextmanager
def _clinic(borough: Borough) -> Iterator[str]:
    with OldClinic() as clinic:
        clinic.granted_in(borough.files.operator_file)
        yield clinic.url


def sign_in(page: Page, url: str, who: str = PRACTITIONER) -> None:
    """Sign in as somebody of the demo."""
    page.goto(f"{url}/sign-in")
    page.get_by_role("button", name=who, exact=True).click()
    page.wait_for_url(f"{url}/")


def say_why(page: Page, url: str, areas: tuple[str, ...] = ()) -> None:
    """Fill in the first form, and go on to the second."""
    page.goto(f"{url}/find")
    page.get_by_label("Why do you need to know?").fill(WHY)
    page.get_by_label("Reference of your case").fill(CASE)
    if areas:
        page.get_by_text("The child may be known in another area").click()
        for area in areas:
            page.get_by_label(area, exact=True).check()
        page.get_by_label("Why there?").select_option("FAMILY_THERE")
        page.get_by_label("Explain it in your own words").fill("Relatives live there")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("heading", name="What do you know about the child?").wait_for()


def why_said(page: Page, url: str, areas: tuple[str, ...] = ()) -> Pressed:
    """What sends the first form, filled in as `say_why` does, and not shown."""
    why: dict[str, str | Collection[str]] = {"justification": WHY, "caseReference": CASE}
    if areas:
        codes = {area.code for area in AREAS if area.name in areas}
        why |= {"areas": codes, "cause": "FAMILY_THERE", "causeWhy": "Relatives live there"}
    return Pressed.on(read_unseen(page, f"{url}/find"), "Continue", **why)


def about(child: Child) -> Mapping[str, str]:
    """What somebody types who knows a child's number, name and birthday."""
    number = child.nhs_number or ""
    return {
        "NHS number": f" {number[:3]} {number[3:6]} {number[6:]}",
        "Given names": child.given[0],
        "Family name": child.family,
        "Date of birth": f"{child.born.day}/{child.born.month}/{child.born.year}",
    }


def typed_about(child: Child) -> dict[str, str]:
    """The same, by the names of the fields."""
    names = ("nhsNumber", "givenNames", "familyName", "birthDate")
    return dict(zip(names, about(child).values(), strict=True))


def ask(page: Page, known: Mapping[str, str]) -> None:
    """Fill in the second form, and ask."""
    for label, text in known.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Ask the agencies").click()


def answered(page: Page) -> None:
    """Wait until the page says how complete the answer is."""
    page.locator("#state h2").wait_for()


def find_team(page: Page, url: str, child: Child, areas: tuple[str, ...] = EVERYWHERE) -> None:
    """All of it, from the first form to the whole answer."""
    say_why(page, url, areas)
    ask(page, about(child))
    answered(page)


def shown_team(page: Page, url: str, child: Child, areas: tuple[str, ...] = EVERYWHERE) -> None:
    """The whole answer; neither form is shown before it."""
    form = why_said(page, url, areas).unseen(page, url)
    Pressed.on(form, "Ask the agencies", **typed_about(child)).shown(page)
    answered(page)


CAST: Final = town().cast
