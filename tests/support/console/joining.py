"""The ways of the demo's agency: joining with a system, its approval, and its suspension."""

from playwright.sync_api import Page

from demo.processes.clinic import SAMPLE, SOURCE
from tests.support.console.demo_pages import DemoPages, sign_in

__all__ = ["SOURCE", "completed", "draft", "proposed", "read_by_approver", "tried"]

IT = "IT of an agency"
APPROVER = "Approver at an agency"


def draft(page: Page, demo: DemoPages) -> None:
    """Write the draft of the clinic's manifest from a pasted reply."""
    sign_in(page, demo.url, IT)
    page.goto(f"{demo.url}/sources/new")
    page.get_by_label("Id of the system").fill(SOURCE)
    page.get_by_label("Your organisation's name").fill("The Old Clinic")
    page.get_by_label("Its sector").select_option("HEALTH")
    page.get_by_label("Telephone of the duty contact").fill("01632 960321")
    page.get_by_label("Address of the system").fill(demo.clinic)
    page.get_by_label("Northbrook").check()
    page.get_by_text("Or paste a reply in JSON").click()
    page.get_by_label("The reply").fill(SAMPLE)
    page.get_by_role("button", name="Draft a manifest").click()
    page.get_by_role("heading", name="Complete the manifest").wait_for()


def completed(page: Page) -> None:
    """Say who gets what: the draft has it as a comment."""
    field = page.get_by_label("Manifest", exact=True)
    lines = field.input_value().splitlines()
    begins = lines.index("# [[release]]")
    given = [line.removeprefix("# ") for line in lines[begins : begins + 5]]
    field.fill("\n".join([*lines[:begins], *given, *lines[begins + 5 :]]))


def tried(page: Page, demo: DemoPages) -> None:
    """Try the draft with the test child."""
    draft(page, demo)
    page.get_by_label("NHS number").fill("999 000 0018")
    page.get_by_role("button", name="Check it, and ask the system now").click()
    page.get_by_role("heading", name="What happened").wait_for()


def proposed(page: Page, demo: DemoPages) -> None:
    """Propose it."""
    draft(page, demo)
    completed(page)
    page.get_by_role("button", name="Propose it").click()
    page.get_by_role("heading", name="Proposed").wait_for()


def read_by_approver(page: Page, demo: DemoPages) -> None:
    """Open the newest version as its approver."""
    sign_in(page, demo.url, APPROVER)
    page.goto(f"{demo.url}/sources")
    page.get_by_role("row").filter(has_text=SOURCE).last.get_by_role("link").click()
    page.get_by_role("heading", name="The manifest").wait_for()
